//! A release signed by a key that lives in a token, and verified without one.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use plane_tests::plane::lucid;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A publisher's machine: a token of its own, made by wallet-manager as `lucid init` has it made.
struct Publisher {
    place: TempDir,
    module: String,
}

impl Publisher {
    fn new() -> Self {
        let place = tempfile::tempdir().expect("a directory");
        let configuration = format!("directories.tokendir = {}\n", place.path().join("tokens").display());
        fs::write(place.path().join("softhsm2.conf"), configuration).expect("writable");
        let mut publisher = Self { place, module: String::new() };
        let mut init = publisher.command(&lucid().with_file_name("wallet-manager"));
        init.args(["token", "--json", "init", "--draw-pins", "--label", "release", "--pin-file"])
            .arg(publisher.path("pin"));
        let made: Value = document(&init.arg("--token-dir").arg(publisher.path("tokens")).output().expect("starts"));
        made["module"].as_str().expect("the module's path").clone_into(&mut publisher.module);
        for name in ["digests.json", "golden.json"] {
            fs::write(publisher.path(name), digests("a").to_string()).expect("writable");
        }
        fs::write(publisher.path("audit.json"), audit("a").to_string()).expect("writable");
        publisher
    }

    fn path(&self, name: &str) -> String {
        self.place.path().join(name).to_str().expect("UTF-8").to_owned()
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env("SOFTHSM2_CONF", self.path("softhsm2.conf"));
        command
    }

    fn release(&self, words: &[&str]) -> Output {
        self.command(&lucid()).args(["--json", "release"]).args(words).output().expect("lucid starts")
    }

    fn with_token(&self, words: &[&str]) -> Output {
        let pin = self.path("pin");
        let token = ["--module", &self.module, "--token-label", "release", "--pin-file", &pin];
        self.release(&[words, &token].concat())
    }

    fn key(&self) -> String {
        let tokens = self.path("tokens");
        let key: Value = document(&self.with_token(&["key", "--token-dir", &tokens]));
        key["public_key"].as_str().expect("hexadecimal").to_owned()
    }

    fn sign(&self, key: &str, out: &str) -> Output {
        self.sign_as(key, out, &"5".repeat(64))
    }

    fn sign_as(&self, key: &str, out: &str, sources: &str) -> Output {
        let [digests, golden, audit, out] =
            ["digests.json", "golden.json", "audit.json", out].map(|name| self.path(name));
        let what = ["sign", "--digests", &digests, "--golden", &golden, "--audit", &audit, "--sources", sources];
        self.with_token(&[&what[..], &["--out", &out, "--release-version", "0.1.0", "--key", key]].concat())
    }
}

const IMAGES: [&str; 12] = [
    "alertmanager",
    "devnet",
    "forwarder",
    "lucid",
    "payment-gateway",
    "payout-router",
    "prometheus",
    "tron-client",
    "trx-staking",
    "usdt-manager",
    "wallet-manager",
    "wallet-manager-softhsm",
];

fn digests(digit: &str) -> Value {
    let platform = json!({ "manifest": { "digest": format!("sha256:{}", digit.repeat(64)), "size": 1 } });
    let platforms = json!({ "linux/amd64": platform, "linux/arm64": platform });
    let images: Value = IMAGES
        .map(|name| {
            (name.to_owned(), json!({ "reference": format!("localhost/lucid/{name}:1"), "platforms": platforms }))
        })
        .into_iter()
        .collect();
    json!({ "version": 1, "sources": "5".repeat(64), "images": images, "archives": {} })
}

/// Of the one image that all of them are here.
fn audit(digit: &str) -> Value {
    let manifest = format!("sha256:{}", digit.repeat(64));
    let image = json!({ "image": "localhost/lucid/devnet:1 linux/amd64", "manifest": manifest, "findings": [] });
    json!({ "clean": true, "advisories_until": "2026-08-20", "images": [image] })
}

fn document(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("one JSON document")
}

fn complaint(output: &Output) -> String {
    assert!(!output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_release_is_signed_in_the_token_and_verified_without_it() {
    let publisher = Publisher::new();
    let key = publisher.key();
    assert_eq!(publisher.key(), key, "the same key is found again");
    document(&publisher.sign(&key, "signed.json"));
    assert!(complaint(&publisher.sign(&key, "signed.json")).contains("is there already"));
    // From here on there is no token.
    fs::remove_dir_all(publisher.path("tokens")).expect("removable");
    let [signed, own] = [publisher.path("signed.json"), publisher.path("digests.json")];
    let verified = document(&publisher.release(&["verify", &signed, "--digests", &own, "--key", &key]));
    assert_eq!(verified["version"], "0.1.0");
    assert_eq!(verified["images"][0]["manifest"], format!("sha256:{}", "a".repeat(64)));
    fs::write(&own, digests("b").to_string()).expect("writable");
    let found = complaint(&publisher.release(&["verify", &signed, "--digests", &own, "--key", &key]));
    assert!(found.contains("alertmanager for linux/amd64 is bbb"), "{found}");
}

#[test]
fn a_release_key_is_renewed_and_the_retired_one_signs_and_proves_nothing() {
    let publisher = Publisher::new();
    let first = publisher.key();
    document(&publisher.sign(&first, "first.json"));
    let next = document(&publisher.with_token(&["key", "--next"]));
    let second = next["public_key"].as_str().expect("hexadecimal").to_owned();
    assert_eq!(next["generation"], 2);
    assert_ne!(first, second);
    assert!(complaint(&publisher.with_token(&["key", "--next"])).contains("key_class_taken"));
    document(&publisher.sign(&second, "second.json"));
    document(&publisher.with_token(&["retire", "--key", &first]));
    assert_eq!(publisher.key(), second, "the newest in force");
    assert!(complaint(&publisher.sign(&first, "again.json")).contains("key_retired: release key 1"));
    assert!(!Path::new(&publisher.path("again.json")).exists());

    let keys = document(&publisher.with_token(&["keys"]));
    fs::write(publisher.path("keys.json"), keys.to_string()).expect("writable");
    fs::remove_dir_all(publisher.path("tokens")).expect("removable");
    let audit_key = keys["audit_key"].as_str().expect("hexadecimal");
    let verify = |signed: &str| {
        let [signed, digests, keys] = [signed, "digests.json", "keys.json"].map(|name| publisher.path(name));
        publisher.release(&["verify", &signed, "--digests", &digests, "--keys", &keys, "--audit-key", audit_key])
    };
    document(&verify("second.json"));
    assert!(complaint(&verify("first.json")).contains("key_retired: release key 1"));
}

#[test]
fn nothing_is_signed_for_a_key_that_is_not_the_tokens() {
    let publisher = Publisher::new();
    publisher.key();
    // The base point of the curve: a good public key, and nobody's.
    let other = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
    complaint(&publisher.sign(other, "signed.json"));
    assert!(!Path::new(&publisher.path("signed.json")).exists());
}

#[test]
fn nothing_is_signed_that_is_of_other_sources_incomplete_or_unaudited() {
    let publisher = Publisher::new();
    let key = publisher.key();
    let found = complaint(&publisher.sign_as(&key, "signed.json", &"6".repeat(64)));
    assert!(found.contains("build again"), "{found}");
    let mut skipped = audit("a");
    skipped["advisories_until"] = json!(null);
    fs::write(publisher.path("audit.json"), skipped.to_string()).expect("writable");
    let found = complaint(&publisher.sign(&key, "signed.json"));
    assert!(found.contains("no advisories"), "{found}");
    fs::write(publisher.path("audit.json"), audit("a").to_string()).expect("writable");
    let mut fewer = digests("a");
    fewer["images"]["tron-client"]["platforms"].as_object_mut().expect("a map").remove("linux/arm64");
    fs::write(publisher.path("digests.json"), fewer.to_string()).expect("writable");
    let found = complaint(&publisher.sign(&key, "signed.json"));
    assert!(found.contains("not the repository's"), "{found}");
    fs::write(publisher.path("golden.json"), fewer.to_string()).expect("writable");
    let found = complaint(&publisher.sign(&key, "signed.json"));
    assert!(found.contains("tron-client for linux/arm64 is missing"), "{found}");
    assert!(!Path::new(&publisher.path("signed.json")).exists());
}
