//! Images with a crate that has an advisory, and with a licence that is not allowed.

use std::fs;
use std::path::Path;

use oci_image::audit::{Advisories, AuditFinding, Bill, Deny, audit};
use oci_image::finished::read_layout;
use oci_image::inventory::Inventory;
use oci_image::sbom;

use crate::inventory::{inventory_of_prometheus, licences, sample};
use crate::policy::image::Image;

/// A database of one advisory, in RustSec's form.
fn database(directory: &Path, patched: &str) -> Advisories {
    let crates = directory.join("crates/serde");
    fs::create_dir_all(&crates).unwrap();
    let advisory = format!(
        "```toml\n[advisory]\nid = \"RUSTSEC-2099-0001\"\npackage = \"serde\"\ndate = \"2099-01-01\"\n\n\
         [versions]\npatched = [\"{patched}\"]\n```\n\n# A hole in serde\n\nIt is one.\n"
    );
    fs::write(crates.join("RUSTSEC-2099-0001.md"), advisory).unwrap();
    Advisories::open(directory).unwrap()
}

fn bill() -> Bill {
    let directory = tempfile::tempdir().unwrap();
    sample().write(directory.path());
    let image = &read_layout(directory.path()).unwrap()[0];
    let inventory = Inventory::of("tron-client", image, &[], None, &licences()).unwrap();
    Bill::parse(&sbom::cyclonedx(&inventory)).unwrap()
}

const DENY: &str =
    "[advisories]\nignore = [{ id = \"RUSTSEC-2024-0436\" }]\n[licenses]\nallow = [\"MIT\", \"Apache-2.0\"]\n";

fn findings(deny: &str, patched: &str) -> Vec<AuditFinding> {
    let directory = tempfile::tempdir().unwrap();
    let report = audit(&[bill()], Some(&database(directory.path(), patched)), &Deny::parse(deny).unwrap());
    assert_eq!(report.clean, report.images[0].findings.is_empty());
    assert_eq!(report.images[0].crates, 2, "libsqlite3-sys and serde");
    report.images[0].findings.clone()
}

#[test]
fn an_image_without_advisories_and_with_allowed_licences_is_clean() {
    assert_eq!(findings(DENY, ">= 1.0.0"), []);
}

#[test]
fn an_advisory_about_a_version_in_the_image_is_found_unless_set_aside() {
    let found = findings(DENY, ">= 2.0.0");
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].component.as_str(), found[0].rule.as_str()), ("serde 1.0.229", "RUSTSEC-2099-0001"));
    assert_eq!(findings(&DENY.replace("2024-0436", "2099-0001"), ">= 2.0.0"), []);
}

#[test]
fn a_licence_that_is_not_allowed_is_found() {
    let found = findings(&DENY.replace("\"MIT\", ", ""), ">= 1.0.0");
    assert_eq!(found.len(), 1, "serde is Apache-2.0 as well: {found:?}");
    assert_eq!((found[0].component.as_str(), found[0].rule.as_str()), ("libsqlite3-sys 0.37.0", "licence"));
}

#[test]
fn what_debian_linked_into_its_own_program_is_told_apart_and_its_package_is_held() {
    let inventory = inventory_of_prometheus(&Image::of_prometheus()).unwrap();
    let bill = Bill::parse(&sbom::cyclonedx(&inventory)).unwrap();
    let judged = |deny: &str| audit(std::slice::from_ref(&bill), None, &Deny::parse(deny).unwrap());
    let report = judged(DENY);
    let image = &report.images[0];
    assert!(report.clean, "{report}");
    assert_eq!((image.crates, image.licences, image.licensed_by_debian, image.without_advisories), (0, 2, 2, 4));
    assert!(report.to_string().contains("2 components by licence, 2 sources by Debian's word"), "{report}");
    let found = judged(&DENY.replace(", \"Apache-2.0\"", "")).images.remove(0).findings;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].component.as_str(), found[0].rule.as_str()), ("prometheus 1", "licence"));
}

#[test]
fn nothing_to_look_at_is_not_clean() {
    let directory = tempfile::tempdir().unwrap();
    assert!(Advisories::open(directory.path()).is_err(), "an empty directory is no database");
    let advisories = database(directory.path(), ">= 1.0.0");
    assert!(!audit(&[], Some(&advisories), &Deny::parse(DENY).unwrap()).clean);
}

#[test]
fn without_a_database_the_licences_are_held_and_the_report_says_so() {
    let report = audit(&[bill()], None, &Deny::parse(DENY).unwrap());
    assert_eq!((report.clean, &report.advisories_until), (true, &None));
    assert!(report.to_string().contains("ADVISORIES WERE NOT LOOKED UP"), "{report}");
    assert!(report.to_string().contains("2 crates not looked up"), "{report}");
    let narrow = Deny::parse(&DENY.replace("\"MIT\", ", "")).unwrap();
    assert!(!audit(&[bill()], None, &narrow).clean);
    let directory = tempfile::tempdir().unwrap();
    let report = audit(&[bill()], Some(&database(directory.path(), ">= 1.0.0")), &Deny::parse(DENY).unwrap());
    assert_eq!(report.advisories_until.as_deref(), Some("2099-01-01"));
}

#[test]
fn the_report_names_the_very_image_that_was_looked_at() {
    let directory = tempfile::tempdir().unwrap();
    sample().write(directory.path());
    let manifest = read_layout(directory.path()).unwrap()[0].manifest.to_string();
    let report = audit(&[bill()], None, &Deny::parse(DENY).unwrap());
    assert_eq!(report.images[0].manifest, manifest);
    let mut nameless: serde_json::Value = {
        let image = &read_layout(directory.path()).unwrap()[0];
        let inventory = Inventory::of("tron-client", image, &[], None, &licences()).unwrap();
        serde_json::from_slice(&sbom::cyclonedx(&inventory)).unwrap()
    };
    nameless["metadata"]["component"].as_object_mut().unwrap().remove("hashes");
    assert!(Bill::parse(nameless.to_string().as_bytes()).is_err());
}
