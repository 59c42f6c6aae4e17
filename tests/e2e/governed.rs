//! The policy that holds for a plane's signer, and how two operators change it while it runs; exit codes as a script has
//! them.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use plane_tests::chain::Chain;
use plane_tests::operators::{change, done, ended, key_files, pin};
use plane_tests::payouts::{all_settled, ask, paid_once, recipient};
use plane_tests::plane::Plane;
use serde_json::{Value, json};
use toml::Table;

const PATIENCE: Duration = Duration::from_mins(1);
const PULSE: Duration = Duration::from_millis(200);

/// A policy of two operators, in a file that is not there yet.
fn prepared(directory: &Path) {
    pin(directory);
    let file = directory.join("policy.toml").to_str().expect("text").to_owned();
    change(&directory.join("wallet-manager/config.toml"), |config| {
        let section = [("file".to_owned(), file.into()), ("require_signature".to_owned(), true.into())];
        config.insert("policy".to_owned(), Table::from_iter(section).into());
    });
}

struct Governed {
    plane: Plane,
    /// The policy's file.
    file: String,
    /// The operators' keys.
    keys: [String; 2],
}

impl Governed {
    fn begin() -> Self {
        let plane = Plane::up(prepared);
        let file = plane.directory().join("policy.toml").to_str().expect("text").to_owned();
        let keys = key_files(&plane);
        Self { plane, file, keys }
    }

    /// Puts the built-in policy under another number into the file.
    fn write(&self, version: u32) {
        let preset = self.plane.run(&["policy", "show", "default"]).stdout;
        let preset = String::from_utf8(preset).expect("text");
        assert_eq!(preset.matches("\nversion = 1\n").count(), 1);
        let numbered = preset.replace("\nversion = 1\n", &format!("\nversion = {version}\n"));
        fs::write(&self.file, numbered).expect("it is ours");
    }

    /// `lucid policy sign` by these; its exit code.
    fn sign(&self, keys: &[String]) -> i32 {
        let keys = keys.iter().flat_map(|key| ["--key", key]);
        let arguments: Vec<_> = ["policy", "sign", &self.file].into_iter().chain(keys).collect();
        ended(&self.plane, &arguments).0
    }

    /// What `lucid policy show` says and ends with, once it is as wanted.
    fn until(&self, what: &str, wanted: impl Fn(i32, &Value) -> bool) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let (code, shown) = ended(&self.plane, &["policy", "show"]);
            if wanted(code, &shown) {
                return shown;
            }
            assert!(Instant::now() < deadline, "never {what}: {code} {shown:#}\n{}", self.plane.logs());
            thread::sleep(PULSE);
        }
    }

    fn until_in_force(&self, version: u32) -> Value {
        self.until("in force", |code, shown| code == 0 && shown["in_force"]["version"] == version)
    }

    /// Waits until this is wrong with the file, and this version is in force all the same.
    fn until_wrong(&self, fault: &str, version: Option<u32>) {
        self.until(fault, |code, shown| {
            let found = shown["fault"].as_str().is_some_and(|found| found.contains(fault));
            code == 1 && found && shown["in_force"]["version"] == json!(version)
        });
    }

    fn forget_signatures(&self) {
        fs::remove_file(format!("{}.signed", self.file)).expect("it was signed");
    }
}

#[test]
fn a_policy_holds_when_two_operators_have_signed_it_and_none_follows_a_newer_one() {
    let governed = Governed::begin();
    let Governed { plane, file, keys } = &governed;
    governed.until_wrong("cannot be read", None);
    assert_eq!(ended(plane, &["policy", "check", file]).0, 1, "there is no file");
    assert_eq!(governed.sign(keys), 1, "and nothing to sign");

    governed.write(1);
    assert_eq!(ended(plane, &["policy", "check", file]).0, 0);
    assert_eq!(governed.sign(&keys[..1]), 0);
    governed.until_wrong("signed by 1", None);
    assert_eq!(governed.sign(&keys[1..]), 0);
    let shown = governed.until_in_force(1);
    assert_eq!((&shown["operators"], &shown["signature_required"]), (&json!(["test-alice", "test-bob"]), &json!(true)));

    // Their word on one policy is none on the next.
    governed.write(3);
    governed.until_wrong("is for another policy", Some(1));
    assert_eq!(governed.sign(keys), 1, "another proposal stands beside it");
    governed.forget_signatures();
    assert_eq!(governed.sign(keys), 0);
    governed.until_in_force(3);

    // Nor does an older one come back, whoever has signed it.
    governed.write(2);
    governed.forget_signatures();
    assert_eq!(governed.sign(keys), 0);
    governed.until_wrong("cannot follow version 3", Some(3));
    fs::write(file, "version = 4\n[class.hot]\nkinds = [\"everything\"]\n").expect("it is ours");
    assert_eq!(ended(plane, &["policy", "check", file]).0, 1);
    assert_eq!(ended(plane, &["policy", "check"]).0, 2);
    governed.until_wrong("line 3", Some(3));

    // What was in force is in force, and pays.
    plane.until("the others are ready", |status| status["payout-router"]["status"] == "ready");
    let chain = Chain::of(plane);
    chain.fund(&plane.wallet("hot"), "500", "1000");
    assert!(ask(plane, "governed", recipient(1)), "{}", plane.logs());
    paid_once(&chain, &all_settled(plane, 1), 1..2);
    verified_by_anybody(plane);
}

/// The manifest of a key is held against the audit key by whoever has the file.
fn verified_by_anybody(plane: &Plane) {
    let path = plane.directory().join("hot.json");
    let verify = |document: &Value| {
        fs::write(&path, document.to_string()).expect("it is ours");
        ended(plane, &["key", "verify", path.to_str().expect("text")]).0
    };
    let shown = done(plane, &["key", "show", "hot"]);
    assert_eq!(verify(&shown), 0, "{shown}");
    let parts = shown["manifest"].as_object().expect("a manifest");
    for (name, part) in parts {
        let text = part.as_str().expect("hexadecimal");
        let (rest, last) = text.split_at(text.len() - 1);
        let mut forged = shown.clone();
        forged["manifest"][name] = json!(format!("{rest}{}", if last == "0" { "1" } else { "0" }));
        assert_eq!(verify(&forged), 1, "another {name}");
    }
}
