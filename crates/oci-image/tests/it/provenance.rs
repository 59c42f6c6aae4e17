//! Provenance as in-toto and SLSA define it: the fields that their verifiers read, and no time.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::sample::{base_entries, oci_image, recipe, run, said, write_sources};

#[test]
fn a_statement_names_the_image_its_sources_and_its_builder_and_is_the_same_each_time() {
    let directory = tempfile::tempdir().unwrap();
    write_sources(directory.path());
    let at = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let mut recipe = recipe(&base_entries());
    recipe["build"] = json!({
        "builder": "https://builder.example/nix", "source": "git+https://source.example/lucid-plane",
        "source_sha256": "5".repeat(64), "materials": { "debian.lock": "d".repeat(64), "Cargo.lock": "c".repeat(64) },
    });
    recipe["images"][0]["materials"] = json!({ "prometheus_1_amd64.deb": "e".repeat(64) });
    fs::write(at("recipe.json"), recipe.to_string()).unwrap();
    oci_image(["assemble", &at("recipe.json"), "--out", &at("out")]);
    for place in ["one", "two"] {
        oci_image(["provenance", &at("recipe.json"), &at("out"), "--out", &at(place)]);
    }
    let text = fs::read_to_string(at("one/sample.provenance.json")).unwrap();
    assert_eq!(text, fs::read_to_string(at("two/sample.provenance.json")).unwrap());
    let statement: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(statement["_type"], "https://in-toto.io/Statement/v1");
    assert_eq!(statement["predicateType"], "https://slsa.dev/provenance/v1");
    let digests: Value = serde_json::from_str(&fs::read_to_string(at("out/digests.json")).unwrap()).unwrap();
    assert_eq!(digests["sources"], "5".repeat(64));
    let image = &digests["images"]["sample"];
    let expected = [
        &image["index"],
        &image["platforms"]["linux/amd64"]["manifest"],
        &image["platforms"]["linux/arm64"]["manifest"],
    ];
    for (at, expected) in expected.into_iter().enumerate() {
        let sha256 = statement["subject"][at]["digest"]["sha256"].as_str().unwrap();
        assert_eq!(format!("sha256:{sha256}"), expected["digest"].as_str().unwrap());
    }
    let definition = &statement["predicate"]["buildDefinition"];
    let names: Vec<_> = definition["resolvedDependencies"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
    assert_eq!(names, ["sources", "Cargo.lock", "debian.lock", "prometheus_1_amd64.deb"]);
    assert_eq!(statement["predicate"]["runDetails"]["builder"]["id"], "https://builder.example/nix");

    let validators = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sbom-validators");
    let python = run(&mut Command::new(validators.join("setup.sh")));
    let validate = |file: &str| {
        Command::new(python.trim()).arg(validators.join("validate_provenance.py")).arg(at(file)).output().unwrap()
    };
    said(&validate("one/sample.provenance.json"));
    // And it looks at all.
    for (broken, reason) in [
        (text.replace("buildType", "buildKind"), "no field named"),
        (text.replace("https://builder.example/nix", ""), "builder.id"),
        (text.replace(&"5".repeat(64), &"5".repeat(63)), "sources: no SHA-256"),
    ] {
        fs::write(at("broken.provenance.json"), broken).unwrap();
        let ended = validate("broken.provenance.json");
        assert!(!ended.status.success() && String::from_utf8_lossy(&ended.stdout).contains(reason), "{ended:?}");
    }
}
