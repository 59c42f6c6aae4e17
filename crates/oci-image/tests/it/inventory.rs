//! What is in an image, as its SBOMs have it: accepted by the formats' own validators, the same bytes each time.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use oci_image::finished::read_layout;
use oci_image::inventory::{Compiled, ComponentKind, CrateLicences, Inventory, InventoryError};
use oci_image::recipe::LinkedPackage;
use oci_image::sbom;
use serde_json::{Value, json};

use crate::policy::image::{Image, compiled};
use crate::sample::run;

/// A program with a list of crates in the section that cargo-auditable writes.
pub(crate) fn auditable(program: &[u8], list: &Value) -> Vec<u8> {
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut zlib, list.to_string().as_bytes()).unwrap();
    with_section(program, ".dep-v0", &zlib.finish().unwrap())
}

/// A program with one more section.
pub(crate) fn with_section(program: &[u8], name: &str, content: &[u8]) -> Vec<u8> {
    let directory = tempfile::tempdir().unwrap();
    let [section, before, after] = ["section", "before", "after"].map(|name| directory.path().join(name));
    fs::write(&section, content).unwrap();
    fs::write(&before, program).unwrap();
    run(Command::new("objcopy").arg(format!("--add-section={name}={}", section.display())).args([&before, &after]));
    fs::read(after).unwrap()
}

/// tron-client with two crates from the registry, one of them with C inside, and one that only helped to build.
fn list() -> Value {
    json!({ "packages": [
        { "name": "cc", "version": "1.2.62", "source": "crates.io", "kind": "build" },
        { "name": "libsqlite3-sys", "version": "0.37.0", "source": "crates.io", "dependencies": [0] },
        { "name": "serde", "version": "1.0.229", "source": "crates.io" },
        { "name": "tron-client", "version": "0.1.0", "source": "local", "dependencies": [1, 2], "root": true },
    ] })
}

pub(crate) fn licences() -> CrateLicences {
    let package =
        |name: &str, version: &str, license: &str| json!({ "name": name, "version": version, "license": license });
    let metadata = json!({ "packages": [
        package("libsqlite3-sys", "0.37.0", "MIT"), package("serde", "1.0.229", "MIT OR Apache-2.0"),
        package("tron-client", "0.1.0", "Apache-2.0"),
    ] });
    CrateLicences::from_metadata(metadata.to_string().as_bytes()).unwrap()
}

pub(crate) fn sample() -> Image {
    let mut image = Image::of_static_service();
    image.file("usr/bin/tron-client", &auditable(&compiled(&["-static-pie"]), &list()), 0o555);
    let status = b"Package: ca-certificates\nVersion: 20250419\nArchitecture: all\n";
    image.file("var/lib/dpkg/status.d/ca-certificates", status, 0o444);
    image.config["config"]["Labels"]["org.opencontainers.image.licenses"] = json!("Apache-2.0");
    image
}

fn inventory(image: &Image) -> Inventory {
    compiled_inventory(image, None).unwrap()
}

fn compiled_inventory(image: &Image, compiled: Option<&str>) -> Result<Inventory, InventoryError> {
    let compiled = compiled.map(Compiled::parse).transpose()?;
    let directory = tempfile::tempdir().unwrap();
    image.write(directory.path());
    let linked = LinkedPackage {
        package: "libc6-dev".to_owned(),
        source: Some("glibc".to_owned()),
        version: "2.41-12".to_owned(),
        license: "LGPL-2.1-or-later".to_owned(),
    };
    let image = &read_layout(directory.path()).unwrap()[0];
    Inventory::of("tron-client", image, &[linked], compiled.as_ref(), &licences())
}

#[test]
fn an_inventory_has_what_is_in_the_image_and_nothing_else() {
    let inventory = inventory(&sample());
    let found: BTreeMap<_, _> =
        inventory.components.values().map(|component| (component.name.as_str(), component.kind)).collect();
    let expected = [
        ("ca-certificates", ComponentKind::Package),
        ("libc6-dev", ComponentKind::Linked),
        ("libsqlite3-sys", ComponentKind::Crate),
        ("serde", ComponentKind::Crate),
        ("sqlite", ComponentKind::Bundled),
        ("tron-client", ComponentKind::Own),
    ];
    assert_eq!(found, expected.into());
    assert!(inventory.edges["crate:libsqlite3-sys@0.37.0"].contains("bundled:sqlite@3.51.3"));
    assert!(inventory.edges["workspace:tron-client@0.1.0"].contains("crate:serde@1.0.229"));
}

#[test]
fn what_nothing_compiled_is_not_in_it_though_the_program_lists_it() {
    let compiled = "libsqlite3-sys 0.37.0\ntron-client 0.1.0\n";
    let inventory = compiled_inventory(&sample(), Some(compiled)).unwrap();
    assert!(inventory.components.contains_key("crate:libsqlite3-sys@0.37.0"));
    assert!(!inventory.components.contains_key("crate:serde@1.0.229"));
    assert!(!inventory.edges["workspace:tron-client@0.1.0"].contains("crate:serde@1.0.229"));

    let refused = |compiled: &str| compiled_inventory(&sample(), Some(compiled)).unwrap_err().to_string();
    let unlisted = refused("libsqlite3-sys 0.37.0\nserde 1.0.230\ntron-client 0.1.0\n");
    assert_eq!(unlisted, "/usr/bin/tron-client is made of serde 1.0.230, which its auditable section does not list");
    assert!(refused("").contains("no compiled crate's"));
    assert!(refused("serde\n").contains("\"serde\" is no"));
}

#[test]
fn the_formats_own_validators_accept_both_documents() {
    let inventory = inventory(&sample());
    let directory = tempfile::tempdir().unwrap();
    let [cyclonedx, spdx] = ["a.cdx.json", "a.spdx.json"].map(|name| directory.path().join(name));
    fs::write(&cyclonedx, sbom::cyclonedx(&inventory)).unwrap();
    fs::write(&spdx, sbom::spdx(&inventory)).unwrap();
    let validators = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sbom-validators");
    let python = run(&mut Command::new(validators.join("setup.sh")));
    let validate = |cyclonedx: &Path| {
        let mut command = Command::new(python.trim());
        command.arg(validators.join("validate.py")).args([cyclonedx, &spdx]).output().unwrap()
    };
    let ended = validate(&cyclonedx);
    assert!(
        ended.status.success(),
        "{}{}",
        String::from_utf8_lossy(&ended.stdout),
        String::from_utf8_lossy(&ended.stderr)
    );
    // And they look at all.
    let mut broken: Value = serde_json::from_slice(&sbom::cyclonedx(&inventory)).unwrap();
    broken["components"][0]["type"] = json!("thing");
    fs::write(&cyclonedx, broken.to_string()).unwrap();
    assert!(!validate(&cyclonedx).status.success());
}

#[test]
fn documents_are_the_same_bytes_each_time_and_their_serials_follow_the_content() {
    let [one, again] = [inventory(&sample()), inventory(&sample())];
    assert_eq!(sbom::cyclonedx(&one), sbom::cyclonedx(&again));
    assert_eq!(sbom::spdx(&one), sbom::spdx(&again));
    let mut other = one.clone();
    other.version = "0.2.0".to_owned();
    let serial = |inventory: &Inventory| {
        let document: Value = serde_json::from_slice(&sbom::cyclonedx(inventory)).unwrap();
        document["serialNumber"].as_str().unwrap().to_owned()
    };
    assert_ne!(serial(&one), serial(&other));
}

#[test]
fn a_program_that_does_not_say_what_it_is_made_of_has_no_sbom() {
    let directory = tempfile::tempdir().unwrap();
    let mut image = Image::of_static_service();
    image.file("usr/bin/tron-client", &compiled(&["-static-pie"]), 0o555);
    image.write(directory.path());
    let error =
        Inventory::of("tron-client", &read_layout(directory.path()).unwrap()[0], &[], None, &licences()).unwrap_err();
    assert!(error.to_string().contains("build it with cargo auditable"), "{error}");
}

/// What an image of Debian's Prometheus has in its SBOM, with the sources that Debian linked into it.
pub(crate) fn inventory_of_prometheus(image: &Image) -> Result<Inventory, InventoryError> {
    let directory = tempfile::tempdir().unwrap();
    image.write(directory.path());
    Inventory::of("prometheus", &read_layout(directory.path()).unwrap()[0], &[], None, &licences())
}

#[test]
fn debians_program_is_accounted_for_by_its_package_and_what_debian_linked_into_it() {
    let inventory = inventory_of_prometheus(&Image::of_prometheus()).unwrap();
    let found: Vec<_> =
        inventory.components.values().map(|component| (component.kind, component.name.as_str())).collect();
    let expected = [
        (ComponentKind::Source, "golang-1.24"),
        (ComponentKind::Source, "golang-go.crypto"),
        (ComponentKind::Package, "libc6"),
        (ComponentKind::Package, "prometheus"),
    ];
    assert_eq!(found, expected);
    let linked = &inventory.edges["debian:prometheus@1"];
    assert!(linked.contains("debian-source:golang-go.crypto@1:0.25.0-1") && linked.len() == 2, "{linked:?}");
    let spdx: Value = serde_json::from_slice(&sbom::spdx(&inventory)).unwrap();
    let how = |kind: &str| {
        let all = spdx["relationships"].as_array().unwrap().iter();
        all.filter(|relation| relation["relationshipType"] == kind).count()
    };
    assert_eq!((how("STATIC_LINK"), how("CONTAINS"), how("DEPENDS_ON")), (2, 2, 2));

    let mut image = Image::of_prometheus();
    image.members.remove("var/lib/dpkg/status.d/prometheus");
    let error = inventory_of_prometheus(&image).unwrap_err().to_string();
    assert_eq!(error, "localhost/lucid/prometheus:1 has no package prometheus");
}
