//! Faults strike where and as often as they were asked to.

use std::time::Duration;

use primitives::Address;
use serde_json::{Value, json};

use crate::support::{Devnet, exchange, get, post, text, timed, unhex};

fn fault(devnet: &Devnet, fault: Value) -> Value {
    let answer = devnet.post("/devnet/faults", fault);
    assert!(answer.get("error").is_none(), "{answer}");
    answer
}

fn head(url: &str) -> i64 {
    post(url, "/wallet/getblock", &json!({}))["block_header"]["raw_data"]["number"].as_i64().unwrap_or(0)
}

#[test]
fn refusals_strike_by_count_and_path() {
    let devnet = Devnet::manual(1);
    fault(&devnet, json!({ "fault": "rate_limited", "count": 1 }));
    assert_eq!(exchange(devnet.url(), "GET", "/wallet/getnowblock", "").0, 429);
    assert_eq!(exchange(devnet.url(), "GET", "/wallet/getnowblock", "").0, 200);
    fault(&devnet, json!({ "fault": "unavailable", "path": "/walletsolidity/" }));
    assert_eq!(exchange(devnet.url(), "GET", "/wallet/getnowblock", "").0, 200);
    for _ in 0..2 {
        assert_eq!(exchange(devnet.url(), "GET", "/walletsolidity/getnowblock", "").0, 503);
    }
    let (status, body) = exchange(devnet.url(), "DELETE", "/devnet/faults", "");
    assert_eq!((status, body.as_str()), (200, r#"{"faults":[]}"#));
    fault(&devnet, json!({ "fault": "error", "count": 1 }));
    let answer = devnet.post("/wallet/getnowblock", json!({}));
    assert_eq!(text(&answer["Error"]), "class java.lang.IllegalAccessException : lack of computing resources");
    assert!(devnet.post("/wallet/getnowblock", json!({})).get("blockID").is_some());
}

#[test]
fn a_late_answer_has_had_its_effect() {
    let devnet = Devnet::manual(1);
    let payer = devnet.funded(1, "10", "0.000001");
    fault(&devnet, json!({ "fault": "late", "ms": 300, "count": 1, "path": "/wallet/broadcasttransaction" }));
    let (answer, took) = timed(|| devnet.send(devnet.transfer(&payer, Address::from_evm([9; 20]), 5), &payer));
    assert_eq!(answer["result"], true);
    assert!(took >= Duration::from_millis(300), "{took:?}");
}

#[test]
fn a_lost_broadcast_is_accepted_and_never_included_until_it_is_sent_again() {
    let devnet = Devnet::manual(1);
    let payer = devnet.funded(1, "10", "0.000001");
    let recipient = Address::from_evm([9; 20]);
    fault(&devnet, json!({ "fault": "drop_broadcast", "count": 1 }));
    let built = devnet.transfer(&payer, recipient, 1_000_000);
    assert_eq!(devnet.send(built.clone(), &payer)["result"], true);
    devnet.mine(3);
    let find = || devnet.post("/wallet/gettransactioninfobyid", json!({ "value": built["txID"] }));
    assert_eq!(find(), json!({}));
    assert_eq!(devnet.send(built.clone(), &payer)["result"], true);
    devnet.mine(1);
    assert_eq!(find()["id"], built["txID"]);
}

#[test]
fn dup_and_busy_prove_nothing() {
    let devnet = Devnet::manual(1);
    let payer = devnet.funded(1, "10", "0.000001");
    let find = |txid: &Value| devnet.post("/wallet/gettransactioninfobyid", json!({ "value": txid }));
    for (name, code) in [("dup_broadcast", "DUP_TRANSACTION_ERROR"), ("busy_broadcast", "SERVER_BUSY")] {
        fault(&devnet, json!({ "fault": name, "count": 1 }));
        let built = devnet.transfer(&payer, Address::from_evm([9; 20]), 1_000_000);
        assert_eq!(text(&devnet.send(built.clone(), &payer)["code"]), code);
        devnet.mine(1);
        assert_eq!(find(&built["txID"]), json!({}));
    }
    fault(&devnet, json!({ "fault": "blackhole_broadcast", "count": 1 }));
    let built = devnet.transfer(&payer, Address::from_evm([9; 20]), 1_000_000);
    assert_eq!(devnet.send(built.clone(), &payer)["result"], true);
    devnet.mine(1);
    let again = devnet.send(built.clone(), &payer);
    assert_eq!(text(&again["code"]), "DUP_TRANSACTION_ERROR");
    assert_eq!(unhex(&again["message"]), "Transaction already exists.");
    devnet.mine(1);
    assert_eq!(find(&built["txID"]), json!({}));
}

#[test]
fn empty_receipts_hide_what_is_there() {
    let devnet = Devnet::manual(1);
    let payer = devnet.funded(1, "10", "0.000001");
    let info = devnet.settle(devnet.transfer(&payer, Address::from_evm([9; 20]), 1_000_000), &payer);
    fault(&devnet, json!({ "fault": "empty_receipts", "count": 2 }));
    let number = &info["blockNumber"];
    assert_eq!(devnet.post("/wallet/gettransactioninfobyid", json!({ "value": info["id"] })), json!({}));
    assert_eq!(devnet.post("/wallet/gettransactioninfobyblocknum", json!({ "num": number })), json!([]));
    assert_eq!(devnet.post("/wallet/gettransactioninfobyblocknum", json!({ "num": number }))[0]["id"], info["id"]);
    fault(&devnet, json!({ "fault": "empty_transactions", "count": 1 }));
    assert_eq!(devnet.post("/wallet/gettransactionbyid", json!({ "value": info["id"] })), json!({}));
}

#[test]
fn a_stale_node_stands_still_while_its_sibling_goes_on() {
    let devnet = Devnet::start(&["--listen", "127.0.0.1:0", "--block-ms", "0", "--producers", "3"]);
    let (first, second) = (&devnet.urls[0], &devnet.urls[1]);
    devnet.mine(5);
    let before = head(first);
    fault(&devnet, json!({ "fault": "stale" }));
    devnet.mine(40);
    assert_eq!(head(first), before);
    assert_eq!(head(second), before + 40);
    assert_eq!(post(first, "/wallet/getblockbynum", &json!({ "num": before + 1 })), json!({}));
    exchange(first, "DELETE", "/devnet/faults", "");
    assert_eq!(head(first), before + 40);
}

#[test]
fn a_fork_moves_or_loses_transactions_but_never_below_the_solid_block() {
    let devnet = Devnet::manual(7);
    let payer = devnet.funded(1, "10", "0.000001");
    devnet.mine(10);
    let info = devnet.settle(devnet.transfer(&payer, Address::from_evm([9; 20]), 1_000_000), &payer);
    let find = || devnet.post("/wallet/gettransactioninfobyid", json!({ "value": info["id"] }));
    let old = devnet.post("/wallet/getblock", json!({}))["blockID"].clone();

    let report = fault(&devnet, json!({ "fault": "fork", "depth": 1 }));
    assert_eq!(report["orphaned"], json!([old]));
    assert_eq!(report["adopted"].as_array().unwrap().len(), 2);
    assert_eq!(report["pending"], json!([info["id"]]));
    assert_eq!(find(), json!({}));
    devnet.mine(1);
    assert_ne!(find()["blockNumber"], info["blockNumber"]);

    let report = fault(&devnet, json!({ "fault": "fork", "depth": 1, "lose": true }));
    assert_eq!(report["lost"], json!([info["id"]]));
    devnet.mine(2);
    assert_eq!(find(), json!({}));
    let refused = devnet.post("/devnet/faults", json!({ "fault": "fork", "depth": 50 }));
    assert!(text(&refused["error"]).contains("cannot be replaced"), "{refused}");
}

#[test]
fn nonsense_is_refused_and_changes_nothing() {
    let devnet = Devnet::manual(1);
    for body in [r#"{"fault":"late"}"#, r#"{"fault":"unheard_of"}"#, r#"{"fault":"stale","count":1}"#, "{"] {
        let (status, answer) = exchange(devnet.url(), "POST", "/devnet/faults", body);
        assert!((400..500).contains(&status), "{body}: {status} {answer}");
    }
    assert_eq!(get(devnet.url(), "/devnet/faults"), json!({ "faults": [] }));
}
