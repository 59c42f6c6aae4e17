//! What a plane that lacks something says of itself. It never panics, and nobody is unready for another's sake.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use plane_tests::plane::Plane;
use serde_json::Value;

const OTHERS: [&str; 5] = ["payout-router", "wallet-manager", "usdt-manager", "trx-staking", "payment-gateway"];

fn is(status: &Value, name: &str, wanted: &str) -> bool {
    status[name]["status"] == wanted
}

/// The checks of a service that fail, by name.
fn failing(status: &Value, name: &str) -> Vec<String> {
    let checks = status[name]["checks"].as_array().into_iter().flatten();
    checks.filter(|check| check["ok"] == false).map(|check| check["name"].to_string()).collect()
}

#[test]
fn a_dead_devnet_is_seen_by_the_one_that_needs_it() {
    let plane = Plane::up(|_| ());
    let all =
        |status: &Value| is(status, "tron-client", "ready") && OTHERS.iter().all(|name| is(status, name, "ready"));
    plane.until("ready", all);
    let pids = plane.pids("tron-client");
    assert!(plane.kill_part("devnet"));
    let status = plane.until("aware of the dead devnet", |status| is(status, "tron-client", "not_ready"));
    assert!(OTHERS.iter().all(|name| is(&status, name, "ready")), "{status:#}");
    assert_eq!(plane.pids("tron-client"), pids, "it goes on");
    assert!(!plane.logs().contains("panicked"), "{}", plane.logs());
}

#[test]
fn a_wrong_pin_is_seen_and_makes_no_wallet() {
    let plane = Plane::up(|directory| {
        let pin = directory.join("secrets/wallet-manager/pin");
        fs::set_permissions(&pin, fs::Permissions::from_mode(0o600)).expect("it is ours");
        fs::write(&pin, "3".repeat(32)).expect("it is ours");
    });
    makes_no_wallet(&plane);
}

#[test]
fn a_missing_token_is_seen_and_makes_no_wallet() {
    let plane = Plane::up(|directory| empty(&directory.join("token/objects")));
    makes_no_wallet(&plane);
}

fn makes_no_wallet(plane: &Plane) {
    let status = plane.until("aware of the token", |status| {
        is(status, "wallet-manager", "not_ready") && OTHERS.iter().filter(|name| is(status, name, "ready")).count() == 4
    });
    // Without the token nobody vouches for the audit log's end, so it is not sound either.
    assert_eq!(failing(&status, "wallet-manager"), ["\"token\"", "\"audit\""]);
    let answer = plane.run(&["wallet", "create", "hot", "--class", "hot"]);
    assert!(!answer.status.success(), "{answer:?}");
    assert!(!plane.logs().contains("panicked"), "{}", plane.logs());
    assert_eq!(plane.pids("wallet-manager").len(), 1, "it goes on");
}

fn empty(directory: &Path) {
    for entry in fs::read_dir(directory).expect("a directory of ours").flatten() {
        fs::remove_dir_all(entry.path()).expect("a directory of ours");
    }
}
