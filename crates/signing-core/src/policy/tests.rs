//! A policy file while the service runs.

use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use primitives::UnixMs;
use service::clock::{Clock as _, ManualClock};
use signer::policy::PRESETS;

use super::*;

/// A source whose clock is far from that of the files, which are settled therefore.
fn source(path: Option<&Path>) -> Result<PolicySource, ConfigError> {
    source_at(path, ManualClock::at(UnixMs(0)))
}

fn source_at(path: Option<&Path>, clock: Arc<ManualClock>) -> Result<PolicySource, ConfigError> {
    let shared = service::metrics::Metrics::new("wallet-manager", "0");
    PolicySource::open(path.map(Path::to_owned), Metrics::new(&shared), clock)
}

fn of_version(version: u32) -> String {
    PRESETS[1].text.replace("version = 1\n", &format!("version = {version}\n"))
}

/// Puts a file into place as an operator does: beside it, then renamed.
fn put(path: &Path, text: &str) {
    let beside = path.with_extension("new");
    fs::write(&beside, text).unwrap();
    fs::rename(beside, path).unwrap();
}

fn version(source: &PolicySource) -> u32 {
    source.current().policy.version()
}

#[test]
fn without_a_file_the_built_in_policy_holds() {
    let source = source(None).unwrap();
    assert_eq!(source.current().policy, Policy::built_in());
    assert!(source.finding().unwrap().contains("built in"));
}

#[test]
fn a_new_file_holds_at_once_and_a_wrong_one_never() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("policy.toml");
    put(&path, &of_version(1));
    let source = source(Some(&path)).unwrap();
    assert_eq!(version(&source), 1);
    put(&path, &of_version(2));
    assert_eq!(version(&source), 2);
    assert!(!source.finding().unwrap().contains("wrong"));

    put(&path, &of_version(3).replace("per_hour", "per_hours"));
    assert_eq!(version(&source), 2);
    let finding = source.finding().unwrap();
    assert!(
        finding.starts_with("version 2, ") && finding.contains("wrong now") && finding.contains("line "),
        "{finding}"
    );
    fs::remove_file(&path).unwrap();
    assert_eq!(version(&source), 2);
    assert!(source.finding().unwrap().contains("cannot be read"));

    put(&path, &of_version(4));
    assert_eq!(version(&source), 4);
    assert!(!source.finding().unwrap().contains("wrong"));
    assert_eq!(source.current().version.sha256.as_ref(), source.current().policy.sha256());
}

#[test]
fn a_file_changed_in_place_is_read_again() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("policy.toml");
    fs::write(&path, of_version(1)).unwrap();
    let source = source(Some(&path)).unwrap();
    fs::write(&path, format!("{}\n", of_version(2))).unwrap();
    assert_eq!(version(&source), 2);
}

#[test]
fn a_file_that_is_being_written_is_left_until_it_is_done() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("policy.toml");
    put(&path, &of_version(1));
    let clock = ManualClock::at(UnixMs(1_751_466_492_000));
    let source = source_at(Some(&path), clock.clone()).unwrap();
    fs::write(&path, of_version(2)).unwrap();
    let modified = UNIX_EPOCH + Duration::from_millis(clock.now().0);
    fs::File::options().write(true).open(&path).unwrap().set_modified(modified).unwrap();
    assert_eq!(version(&source), 1);
    clock.advance_ms(999);
    assert_eq!(version(&source), 1);
    clock.advance_ms(1);
    assert_eq!(version(&source), 2);
}

#[test]
fn a_start_with_a_wrong_or_missing_file_is_none() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("policy.toml");
    let missing = source(Some(&path)).unwrap_err().to_string();
    assert!(missing.starts_with("policy.file: ") && missing.contains("cannot be read"), "{missing}");
    fs::write(&path, "version = 1\n[class.hut]\n").unwrap();
    let wrong = source(Some(&path)).unwrap_err().to_string();
    assert!(wrong.contains("line 2"), "{wrong}");
}
