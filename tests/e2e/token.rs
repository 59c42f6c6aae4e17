//! An operator examines the token of a plane.

use std::process::Command;

use plane_tests::plane::lucid;
use serde_json::Value;

#[test]
fn doctor_finds_the_planes_own_token_by_its_directory() {
    let place = tempfile::tempdir().expect("a directory");
    let data = place.path().join("plane");
    let lucid = |words: &[&str]| {
        let mut command = Command::new(lucid());
        command.env_remove("LUCID_CONFIG").env_remove("SOFTHSM2_CONF");
        command.arg("--data").arg(&data).args(words).output().expect("lucid starts")
    };
    let made = lucid(&["init"]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let examined = lucid(&["--json", "token", "doctor", "--signatures", "5"]);
    assert!(examined.status.success(), "{}", String::from_utf8_lossy(&examined.stdout));
    let said: Value = serde_json::from_slice(&examined.stdout).expect("one JSON document");
    assert_eq!(said["report"]["token"]["label"], "lucid");
    // The words after `token` are wallet-manager's, its refusals too.
    let refused = lucid(&["token", "doctor", "--token-label", "other"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stdout).contains("CANNOT serve"));
    assert_eq!(lucid(&["token", "melt"]).status.code(), Some(2));
}
