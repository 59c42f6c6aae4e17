//! The real binary as a process: makes its token, serves, is killed, and comes back with the same keys and signatures.

use std::fs;
use std::path::PathBuf;

use api::wallet_manager::{intent, put_signature};

use crate::place::{Place, hot_request, payment};

#[tokio::test]
async fn keys_and_signatures_survive_kill_9() {
    let place = Place::new();
    let made = place.init_token();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    assert_eq!(serde_json::from_slice::<serde_json::Value>(&made.stdout).unwrap()["label"], "lucid");

    let process = place.serve();
    // The answer comes only after a fresh process of this binary proved the key.
    let hot_request = hot_request();
    let hot = process.done(&hot_request).await;
    let (raw, request) = payment(&hot, "po_a", 0);
    let signed = process.done(&put_signature(raw.txid(), &request)).await;
    drop(process);

    let again = place.serve();
    assert_eq!(again.done(&hot_request).await, hot);
    assert_eq!(again.done(&put_signature(raw.txid(), &request)).await, signed);
    assert_eq!(again.done(&intent(&"po_a".parse().unwrap())).await.attempts.len(), 1);
}

/// SoftHSM cuts its record of the token to nothing before it writes it, at every login: a kill then leaves it empty.
#[tokio::test]
async fn a_kill_in_the_middle_of_a_login_costs_no_token() {
    let place = Place::new();
    assert!(place.init_token().status.success());
    let process = place.serve();
    let hot = process.hot().await;
    drop(process);
    let token = fs::read_dir(place.path("token")).unwrap().next().unwrap().unwrap().path();
    fs::File::create(token.join("token.object")).unwrap();

    let again = place.serve();
    again.ready();
    assert_eq!(again.hot().await, hot);
    let (raw, request) = payment(&hot, "po_a", 0);
    again.done(&put_signature(raw.txid(), &request)).await;
}

#[test]
fn a_second_token_of_the_label_is_refused_and_a_pin_is_kept() {
    let place = Place::new();
    assert!(place.init_token().status.success());
    let pin = fs::read_to_string(place.path("pin")).unwrap();
    let again = place.init_token();
    assert!(!again.status.success());
    let complaint = String::from_utf8(again.stderr).unwrap();
    assert!(complaint.contains("exists already") && !complaint.contains(&pin), "{complaint}");
    assert_eq!(fs::read_to_string(place.path("pin")).unwrap(), pin);
}

#[test]
fn a_key_that_is_not_there_is_not_proven() {
    let place = Place::new();
    assert!(place.init_token().status.success());
    let told = serde_json::json!({
        "profile": {
            "module": signer::softhsm_module(std::env::var_os("LUCID_PKCS11_MODULE").map(PathBuf::from)).unwrap(),
            "token_label": "lucid",
            "pin_file": place.path("pin"),
        },
        "key_id": "00112233445566778899aabbccddeeff",
        "public_key": "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
        "plane": "pl_6ba7b810-9dad-11d1-80b4-00c04fd430c8",
        "nonce": "07".repeat(32),
        "at": 1,
    });
    let file = place.path("task.json");
    fs::write(&file, told.to_string()).unwrap();
    let output = place.command(&["prove-key".as_ref()]).stdin(fs::File::open(&file).unwrap()).output().unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8(output.stderr).unwrap().contains("no key 00112233445566778899aabbccddeeff"));
}

#[test]
fn an_unknown_authority_stops_the_start() {
    let place = Place::new();
    let config = fs::read_to_string(place.write_config()).unwrap();
    fs::write(
        place.path("config.toml"),
        config.replace("[peers.payout-router]\nauthority_key", "[peers.other]\nauthority_key"),
    )
    .unwrap();
    let config = place.path("config.toml");
    let output = place.command(&["--config".as_ref(), config.as_path(), "serve".as_ref()]).output().unwrap();
    assert_eq!(output.status.code(), Some(64));
    assert!(String::from_utf8(output.stderr).unwrap().contains("peers.payout-router.authority_key"));
}
