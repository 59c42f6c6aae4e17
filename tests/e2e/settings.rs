//! How two operators change whom a plane's signer believes. Exit codes as a script has them.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use plane_tests::operators::{change, decided, decided_by, done, ended, pin};
use plane_tests::plane::Plane;
use primitives::statement::SignKey;
use serde_json::{Value, json};
use toml::Table;

const PATIENCE: Duration = Duration::from_mins(1);
const PULSE: Duration = Duration::from_millis(200);

/// Starts the plane again with a signer that is to believe one more approver, or not.
fn believe(plane: &mut Plane, carol: bool) {
    change(&plane.directory().join("wallet-manager/config.toml"), |config| {
        let key = SignKey::from_seed(&[0xca; 32]).verify_key().to_string();
        let approvers = carol.then(|| ("carol".to_owned(), key.into()));
        config.insert("approvers".to_owned(), Table::from_iter(approvers).into());
    });
    plane.kill_and_start_again();
}

/// The hash that the signer names when it does not start under its settings.
fn refused_settings(plane: &Plane) -> String {
    let log = plane.directory().join("logs/wallet-manager.log");
    let deadline = Instant::now() + PATIENCE;
    loop {
        let text = fs::read_to_string(&log).unwrap_or_default();
        let found = text.split("approvers changed since they were pinned").nth(1);
        if let Some((_, rest)) = found.and_then(|found| found.split_once("agree to ")) {
            return rest[..64].to_owned();
        }
        assert!(Instant::now() < deadline, "it never says which settings it refuses: {text}");
        thread::sleep(PULSE);
    }
}

#[test]
fn other_settings_hold_when_two_operators_have_agreed_to_them() {
    let mut plane = Plane::up(pin);
    plane.until_ready();
    let before = done(&plane, &["settings", "show"]);
    assert!(before["agreed"].is_null(), "{before}");
    believe(&mut plane, true);
    let sha256 = refused_settings(&plane);
    assert_ne!(before["sha256"], json!(sha256));
    assert_eq!(ended(&plane, &["settings", "show"]).0, 3, "nobody answers");
    believe(&mut plane, false);
    plane.until_ready();

    assert_eq!(done(&plane, &["settings", "show"]), before);
    let propose = ["settings", "adopt", "--sha256", &sha256, "--propose"];
    let alone = decided_by(&plane, "alone.json", &propose, 1);
    let (code, refused) = ended(&plane, &["settings", "adopt", "--ceremony", alone.to_str().expect("text")]);
    assert_eq!((code, &refused["problem"]["code"]), (1, &json!("authority_signature")), "{refused}");
    assert_eq!(ended(&plane, &["settings", "adopt", "--propose", "nothing.json"]).0, 2);
    assert_eq!(done(&plane, &["settings", "show"]), before);
    let both = decided(&plane, "both.json", &propose);
    let agreed = done(&plane, &["settings", "adopt", "--ceremony", both.to_str().expect("text")]);
    assert_eq!((&agreed["sha256"], &agreed["agreed"]), (&before["sha256"], &json!(sha256)));

    believe(&mut plane, true);
    plane.until_ready();
    let after = done(&plane, &["settings", "show"]);
    assert_eq!((&after["sha256"], &after["agreed"]), (&json!(sha256), &Value::Null));
    assert!(after["settings"]["approvers"]["carol"].is_string(), "{after}");
}
