//! Images that keep every rule but one.

mod breaches;
mod foreign;
pub(crate) mod image;

use oci_image::check::Rule;
use oci_image::elf::Linkage;

use image::{Image, checked, compiled, program_of};

#[test]
fn a_static_image_is_clean_if_its_program_is_position_independent() {
    let report = checked(&Image::of_static_service());
    assert!(report.clean, "{report}");
    assert_eq!(report.images[0].linkage, Some(Linkage::StaticPie));
    assert_eq!(report.images[0].position_independent, Some(true));

    let mut fixed = Image::of_static_service();
    fixed.file("usr/bin/tron-client", &program_of("tron-client", &["-static", "-no-pie"]), 0o555);
    let report = checked(&fixed);
    assert_eq!(image::found(&fixed), [(Rule::PositionIndependent, "/usr/bin/tron-client".to_owned())]);
    assert_eq!(report.images[0].position_independent, Some(false));
    assert!(report.to_string().contains("localhost/lucid/tron-client:1 linux/amd64: 1 finding, at a fixed address"));
}

#[test]
fn a_command_is_not_asked_whether_it_lives() {
    let mut image = Image::of_command();
    assert_eq!(image::found(&image), []);
    image.config["config"]["Healthcheck"] = serde_json::json!({ "Test": ["CMD", "/usr/bin/lucid", "healthcheck"] });
    assert_eq!(image::found(&image), [(Rule::Healthcheck, "Healthcheck".to_owned())]);
}

#[test]
fn a_dynamic_wallet_manager_is_clean_with_its_libraries() {
    let report = checked(&Image::of_wallet_manager());
    assert!(report.clean, "{report}");
    assert_eq!(report.images[0].linkage, Some(Linkage::DynamicPie));
}

#[test]
fn wallet_manager_without_loader_library_or_metadata_is_found() {
    let mut image = Image::of_wallet_manager();
    image.members.remove("usr/lib/x86_64-linux-gnu/libc.so.6");
    image.members.remove("usr/lib64/ld-linux-x86-64.so.2");
    image.members.remove("var/lib/dpkg/status.d/libstdc++6");
    image.file("var/lib/dpkg/status.d/libc6", b"Package: libc6\n", 0o444);
    let found = image::found(&image);
    for breach in [
        (Rule::Libraries, "/usr/bin/wallet-manager"),
        (Rule::Libraries, "/lib64/ld-linux-x86-64.so.2"),
        (Rule::Libraries, "/lib"),
        (Rule::Dpkg, "/var/lib/dpkg/status.d/libstdc++6"),
        (Rule::Dpkg, "/var/lib/dpkg/status.d/libc6"),
    ] {
        assert!(found.contains(&(breach.0, breach.1.to_owned())), "{breach:?} is not in {found:?}");
    }
    let mut elsewhere = Image::of_wallet_manager();
    elsewhere.file("usr/bin/wallet-manager", &program_of("wallet-manager", &["-pie", "-Wl,-rpath,/opt/lib"]), 0o555);
    assert_eq!(image::found(&elsewhere), [(Rule::Libraries, "/usr/bin/wallet-manager".to_owned())]);
    let mut alone = Image::of_wallet_manager();
    alone.file("usr/bin/wallet-manager", &program_of("wallet-manager", &["-static-pie"]), 0o555);
    assert_eq!(image::found(&alone), [(Rule::Libraries, "/usr/bin/wallet-manager".to_owned())]);
    let mut fixed = Image::of_wallet_manager();
    fixed.file("usr/bin/wallet-manager", &program_of("wallet-manager", &["-no-pie"]), 0o555);
    assert_eq!(image::found(&fixed), [(Rule::PositionIndependent, "/usr/bin/wallet-manager".to_owned())]);
}

#[test]
fn softhsm_stands_in_its_own_variant_alone() {
    let library = compiled(&["-shared", "-Wl,-soname,libsofthsm2.so"]);
    let mut image = Image::of_wallet_manager();
    let path = "usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so";
    image.file(path, &library, 0o444);
    let sums = format!("{}  {path}\n", "0".repeat(32));
    image.file("var/lib/dpkg/status.d/libsofthsm2.md5sums", sums.as_bytes(), 0o444);
    let found = image::found(&image);
    assert!(found.contains(&(Rule::SoftHsm, format!("/{path}"))), "{found:?}");
    image.reference = "localhost/lucid/wallet-manager-softhsm:1".to_owned();
    assert_eq!(image::found(&image), []);
    image.members.remove(path);
    assert_eq!(image::found(&image), [(Rule::SoftHsm, "libsofthsm2.so".to_owned())]);
}

#[test]
fn each_label_must_be_there_and_the_planes_own_must_say_what_they_say() {
    let labels = Image::of_static_service().config["config"]["Labels"].as_object().unwrap().clone();
    assert_eq!(labels.keys().filter(|name| name.starts_with("lucid.")).count(), 4);
    assert_eq!(labels.keys().filter(|name| name.starts_with("org.opencontainers.image.")).count(), 7);
    for name in labels.keys() {
        let mut image = Image::of_static_service();
        image.config["config"]["Labels"].as_object_mut().unwrap().remove(name);
        assert!(image::found(&image).contains(&(Rule::Labels, name.clone())), "{name}");
    }
    for name in ["lucid.plane", "lucid.isolation", "lucid.security"] {
        let mut image = Image::of_static_service();
        image.config["config"]["Labels"][name] = "another".into();
        assert_eq!(image::found(&image), [(Rule::Labels, name.to_owned())]);
    }
}

#[test]
fn a_changed_blob_is_no_image() {
    let directory = tempfile::tempdir().unwrap();
    Image::of_static_service().write(directory.path());
    let blobs = directory.path().join("blobs/sha256");
    for blob in std::fs::read_dir(&blobs).unwrap() {
        let path = blob.unwrap().path();
        let before = std::fs::read(&path).unwrap();
        let mut after = before.clone();
        *after.last_mut().unwrap() ^= 1;
        std::fs::write(&path, after).unwrap();
        let error = oci_image::finished::read_layout(directory.path()).unwrap_err();
        assert!(error.to_string().contains("has other content"), "{error}");
        std::fs::write(&path, before).unwrap();
    }
    assert_eq!(oci_image::finished::read_layout(directory.path()).unwrap().len(), 1);
}

#[test]
fn no_image_is_not_clean() {
    assert!(!oci_image::check::check(&[]).clean);
}
