use serde_json::{Value, json};

use super::{Audit, Digests, IMAGES, blessed as named, releasable};

/// What the repository says that its images are, whatever sources it was made from. An image that is newer than they are
/// is made up.
fn blessed() -> Value {
    let mut digests: Value = serde_json::from_str(include_str!("../../../../../nix/digests.json")).expect("JSON");
    let images = digests["images"].as_object_mut().expect("a map");
    let platform = |number| json!({ "manifest": { "digest": format!("sha256:{number:064x}"), "size": 1 } });
    for (number, name) in IMAGES.iter().enumerate() {
        let platforms = json!({ "linux/amd64": platform(2 * number), "linux/arm64": platform(2 * number + 1) });
        images.entry(*name).or_insert_with(|| json!({ "reference": "newer", "platforms": platforms }));
    }
    digests
}

fn sources(digests: &Value) -> [u8; 32] {
    let mut bytes = [0; 32];
    hex::decode_to_slice(digests["sources"].as_str().expect("hexadecimal"), &mut bytes).expect("32 bytes");
    bytes
}

fn audited(digests: &Value) -> Value {
    let mut images = vec![];
    for (name, image) in digests["images"].as_object().expect("images") {
        for (platform, of) in image["platforms"].as_object().expect("platforms") {
            let image = format!("localhost/lucid/{name}:1 {platform}");
            images.push(json!({ "image": image, "manifest": of["manifest"]["digest"], "findings": [] }));
        }
    }
    json!({ "clean": true, "advisories_until": "2099-01-01", "images": images })
}

fn outcome(digests: &Value, sources: [u8; 32], audit: &Value) -> Result<String, String> {
    let digests = Digests::parse(digests.to_string().as_bytes()).expect("digests");
    let audit = Audit::parse(audit.to_string().as_bytes()).expect("an audit");
    releasable(&digests, sources, &audit).map_err(|error| format!("{error:#}"))
}

/// The complaint about the repository's digests after one change of them, or of what was found in them.
fn refused(change: impl FnOnce(&mut Value, &mut Value)) -> String {
    let mut digests = blessed();
    let mut audit = audited(&digests);
    let sources = sources(&digests);
    change(&mut digests, &mut audit);
    outcome(&digests, sources, &audit).expect_err("refused")
}

#[test]
fn the_repositorys_own_images_may_be_released_when_they_are_current_and_audited() {
    let digests = blessed();
    assert_eq!(outcome(&digests, sources(&digests), &audited(&digests)), Ok("2099-01-01".to_owned()));
}

#[test]
fn images_of_other_sources_are_not() {
    let digests = blessed();
    let found = outcome(&digests, [0x66; 32], &audited(&digests)).expect_err("refused");
    assert!(found.contains(&"6".repeat(64)), "{found}");
    let found = refused(|digests, _| drop(digests.as_object_mut().expect("a map").remove("sources")));
    assert!(found.contains("does not name the sources"), "{found}");
}

#[test]
fn images_that_the_repository_does_not_name_byte_for_byte_are_not() {
    let golden = blessed().to_string();
    let outcome = |built: &str| named(built.as_bytes(), golden.as_bytes()).map_err(|error| format!("{error:#}"));
    outcome(&golden).expect("its own");
    let mut other = blessed();
    other["images"]["devnet"]["platforms"]["linux/amd64"]["manifest"]["digest"] =
        json!(format!("sha256:{}", "c".repeat(64)));
    let found = outcome(&other.to_string()).expect_err("refused");
    assert!(found.contains("not the repository's, though of the same sources"), "{found}");
    // The same images, said in other bytes.
    let found = outcome(&format!("{golden}\n")).expect_err("refused");
    assert!(found.contains("not the repository's"), "{found}");
    let mut newer = blessed();
    newer["sources"] = json!("6".repeat(64));
    let found = outcome(&newer.to_string()).expect_err("refused");
    assert!(found.contains(&"6".repeat(64)) && found.contains("--bless"), "{found}");
}

#[test]
fn neither_with_an_image_too_few_or_too_many() {
    let found = refused(|digests, _| {
        digests["images"]["wallet-manager"]["platforms"].as_object_mut().expect("a map").remove("linux/arm64");
    });
    assert_eq!(found, "wallet-manager for linux/arm64 is missing");
    let found = refused(|digests, _| drop(digests["images"].as_object_mut().expect("a map").remove("devnet")));
    assert_eq!(found, "devnet for linux/amd64 is missing");
    let found = refused(|digests, _| digests["images"]["miner"] = digests["images"]["devnet"].clone());
    assert_eq!(found, "miner for linux/amd64 is not part of a release");
    let found = refused(|digests, _| {
        let platforms = &mut digests["images"]["devnet"]["platforms"];
        platforms["linux/riscv64"] = platforms["linux/amd64"].clone();
    });
    assert_eq!(found, "devnet for linux/riscv64 is not part of a release");
}

#[test]
fn neither_unaudited_nor_with_a_finding_nor_by_the_audit_of_others() {
    let found = refused(|_, audit| audit["advisories_until"] = json!(null));
    assert!(found.contains("no advisories"), "{found}");
    let found = refused(|_, audit| {
        audit["images"][3]["findings"] = json!([{ "component": "serde 1.0.0", "rule": "RUSTSEC-2099-0001" }]);
    });
    assert!(found.contains("serde 1.0.0") && found.contains("RUSTSEC-2099-0001"), "{found}");
    let found = refused(|_, audit| audit["clean"] = json!(false));
    assert!(found.contains("not clean"), "{found}");
    let found = refused(|_, audit| drop(audit["images"].as_array_mut().expect("a list").remove(0)));
    assert!(found.contains("alertmanager for linux/amd64") && found.contains("not what was audited"), "{found}");
    let found = refused(|digests, _| {
        digests["images"]["devnet"]["platforms"]["linux/amd64"]["manifest"]["digest"] =
            json!(format!("sha256:{}", "c".repeat(64)));
    });
    assert!(found.contains("devnet for linux/amd64") && found.contains("not what was audited"), "{found}");
}
