//! A policy file while the service runs.

use std::fs;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use primitives::UnixMs;
use service::clock::{Clock as _, ManualClock};
use signer::policy::PRESETS;

use super::*;

mod signed;

/// A source whose clock is far from that of the files, which are settled therefore.
fn source(path: Option<&Path>) -> PolicySource {
    source_at(path, ManualClock::at(UnixMs(0)))
}

fn source_at(path: Option<&Path>, clock: Arc<ManualClock>) -> PolicySource {
    opened(PolicyFile { path: path.map(Path::to_owned), council: None }, None, clock)
}

fn opened(file: PolicyFile, known: Option<HighestPolicy>, clock: Arc<ManualClock>) -> PolicySource {
    let shared = service::metrics::Metrics::new("wallet-manager", "0");
    PolicySource::open(file, known, Metrics::new(&shared), clock)
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
    source.current().unwrap().policy.version()
}

#[test]
fn without_a_file_the_built_in_policy_holds() {
    let source = source(None);
    assert_eq!(source.current().unwrap().policy, Policy::built_in());
    assert!(source.finding().unwrap().contains("built in"));
}

#[test]
fn a_new_file_holds_at_once_and_a_wrong_one_never() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("policy.toml");
    put(&path, &of_version(1));
    let source = source(Some(&path));
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
    let in_force = source.current().unwrap();
    assert_eq!(in_force.version.sha256.as_ref(), in_force.policy.sha256());
}

#[test]
fn a_file_changed_in_place_is_read_again() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("policy.toml");
    fs::write(&path, of_version(1)).unwrap();
    let source = source(Some(&path));
    fs::write(&path, format!("{}\n", of_version(2))).unwrap();
    assert_eq!(version(&source), 2);
}

#[test]
fn a_file_that_is_being_written_is_left_until_it_is_done() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("policy.toml");
    put(&path, &of_version(1));
    let clock = ManualClock::at(UnixMs(1_751_466_492_000));
    let source = source_at(Some(&path), clock.clone());
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
fn a_start_with_a_wrong_or_missing_file_has_no_policy_until_there_is_a_good_one() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("policy.toml");
    let source = source(Some(&path));
    let said = |part: &str| {
        assert_eq!(source.current().unwrap_err(), Refusal::PolicyUnusable);
        let finding = source.finding().unwrap_err();
        assert!(finding.starts_with("there is no policy in force") && finding.contains(part), "{finding}");
        assert!(source.view().in_force.is_none() && source.view().fault.unwrap().contains(part));
    };
    said("cannot be read");
    put(&path, "version = 1\n[class.hut]\n");
    said("line 2");
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    said("it is no file");
    fs::remove_dir(&path).unwrap();
    put(&path, &"#".repeat((1 << 20) + 1));
    said("longer than");
    fs::write(path.with_extension("new"), [0xff, 0xfe]).unwrap();
    fs::rename(path.with_extension("new"), &path).unwrap();
    said("is not text");
    put(&path, &of_version(1));
    assert_eq!(version(&source), 1);
    assert!(source.finding().is_ok() && source.view().fault.is_none());
    // Each wrong one is for the log, once.
    assert_eq!(source.state_mut().refused.take().len(), 3, "those that cannot be read look alike");
}

#[test]
fn what_the_store_remembers_bars_older_ones_from_the_start() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("policy.toml");
    put(&path, &of_version(3));
    let three = HighestPolicy(source(Some(&path)).current().unwrap().version.clone());
    let start = || {
        let file = PolicyFile { path: Some(path.clone()), council: None };
        opened(file, Some(three.clone()), ManualClock::at(UnixMs(0)))
    };
    assert_eq!(version(&start()), 3);
    for other in [of_version(2), of_version(3).replace("\"5000\"", "\"4000\"")] {
        put(&path, &other);
        assert_eq!(start().current().unwrap_err(), Refusal::PolicyUnusable);
        assert!(start().finding().unwrap_err().contains("cannot follow"));
    }
    put(&path, &of_version(4));
    assert_eq!(version(&start()), 4);
    let built_in = opened(PolicyFile::default(), Some(three.clone()), ManualClock::at(UnixMs(0)));
    assert!(built_in.finding().unwrap_err().contains("cannot follow"), "older than every file");
}
