//! The two people who decide together: pinned in a plane's configuration, and signing what it proposes.

use std::fs;
use std::path::{Path, PathBuf};

use primitives::statement::{Ceremony, Cosigned, SignKey};
use serde_json::Value;
use toml::Table;

use crate::plane::Plane;

/// Their names, and what each has as every byte of the key.
const OPERATORS: [(&str, u8); 2] = [("test-alice", 0xa1), ("test-bob", 0xb0)];

fn keys() -> [(&'static str, SignKey); 2] {
    OPERATORS.map(|(name, byte)| (name, SignKey::from_seed(&[byte; 32])))
}

/// Pins both in a plane that is not running yet.
pub fn pin(directory: &Path) {
    for believing in ["wallet-manager", "payout-router"] {
        change(&directory.join(believing).join("config.toml"), |config| {
            let operators = config.entry("operators").or_insert_with(|| Table::new().into());
            let operators = operators.as_table_mut().expect("a section");
            operators.extend(keys().map(|(name, key)| (name.to_owned(), key.verify_key().to_string().into())));
        });
    }
}

/// Changes a configuration file.
pub fn change(path: &Path, change: impl FnOnce(&mut Table)) {
    let text = fs::read_to_string(path).expect("lucid init has made it");
    let mut config: Table = text.parse().expect("TOML");
    change(&mut config);
    fs::write(path, toml::to_string(&config).expect("TOML again")).expect("it can be written");
}

/// Has `lucid` propose something, and both sign it.
pub fn decided(plane: &Plane, name: &str, arguments: &[&str]) -> PathBuf {
    decided_by(plane, name, arguments, 2)
}

/// [`decided`] by so many of them.
pub fn decided_by(plane: &Plane, name: &str, arguments: &[&str], signers: usize) -> PathBuf {
    let file = plane.directory().join(name);
    let path = file.to_str().expect("text");
    let proposed = plane.run(&[arguments, &[path]].concat());
    assert!(proposed.status.success(), "{proposed:?}");
    let text = fs::read_to_string(&file).expect("the proposal");
    let ceremony: Cosigned<Ceremony> = serde_json::from_str(&text).expect("a decision");
    let signed = keys().iter().take(signers).fold(ceremony, |ceremony, (_, key)| ceremony.signed_by(key));
    fs::write(&file, serde_json::to_string(&signed).expect("JSON")).expect("it can be written");
    file
}

/// Both keys as files for `lucid`, of which the plane knows nothing.
pub fn key_files(plane: &Plane) -> [String; 2] {
    OPERATORS.map(|(name, byte)| {
        let path = plane.directory().join(format!("{name}.key"));
        fs::write(&path, format!("{byte:02x}").repeat(32)).expect("it can be written");
        path.to_str().expect("text").to_owned()
    })
}

/// How a command of `lucid` ended, and its document.
pub fn ended(plane: &Plane, arguments: &[&str]) -> (i32, Value) {
    let output = plane.run(&[arguments, &["--json"]].concat());
    let document = serde_json::from_slice(&output.stdout).unwrap_or_default();
    (output.status.code().expect("it ends by itself"), document)
}

/// What a command of `lucid` that must succeed has answered.
pub fn done(plane: &Plane, arguments: &[&str]) -> Value {
    let output = plane.run(&[arguments, &["--json"]].concat());
    assert!(output.status.success(), "{arguments:?}: {}\n{}", String::from_utf8_lossy(&output.stderr), plane.logs());
    serde_json::from_slice(&output.stdout).expect("one JSON document")
}
