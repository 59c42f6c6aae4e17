//! `lucid demo --json`: its document is part of the interface.

use std::collections::BTreeSet;

use plane_tests::plane::Plane;
use serde_json::{Value, json};

/// The keys of an object.
fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().map(|object| object.keys().map(String::as_str).collect()).unwrap_or_default()
}

#[test]
fn three_payouts_are_settled_and_one_is_refused() {
    let demo = Plane::demo();
    let ports: Vec<_> = (8091..=8096).map(|usual| demo.port(usual)).collect();
    let ended = demo.wait();
    assert!(ended.success, "{}", ended.story);
    let document = ended.document.expect("standard output is one JSON document");
    assert_eq!(keys(&document), BTreeSet::from(["payouts", "refused", "seconds", "services", "token"]));

    let payouts = document["payouts"].as_array().expect("a list");
    let fields = ["amount", "asset", "bandwidth", "block", "energy", "fee_trx", "id", "state", "txid"];
    for payout in payouts {
        assert_eq!(keys(payout), BTreeSet::from(fields));
        assert_eq!(payout["state"], "settled");
        assert!(payout["block"].as_u64() > Some(0) && payout["txid"].as_str().is_some_and(|txid| txid.len() == 64));
    }
    let paid: Vec<_> = payouts.iter().map(|payout| (&payout["asset"], &payout["amount"])).collect();
    assert_eq!(json!(paid), json!([["USDT", "25"], ["USDT", "25"], ["TRX", "3"]]));
    let txids: BTreeSet<_> = payouts.iter().map(|payout| payout["txid"].as_str()).collect();
    assert_eq!(txids.len(), 3);
    // The first transfer makes the recipient's entry in the contract's storage, which costs 15,000 more.
    let energy: Vec<_> = payouts.iter().map(|payout| payout["energy"].as_u64()).collect();
    assert!(energy[0] >= energy[1].map(|second| second + 15_000) && energy[1] > Some(0), "{energy:?}");
    assert_eq!((&payouts[1]["fee_trx"], energy[2]), (&json!("0"), Some(0)), "stake pays for the second transfer");

    assert_eq!(document["refused"], json!({"code": "amount_above_limit", "status": 422}));
    assert_eq!(document["token"], json!({"label": "lucid", "key_extractable": false}));
    let services = document["services"].as_array().expect("a list");
    assert!(services.iter().all(|service| service["healthy"] == true), "{services:?}");
    let listed: Vec<_> = services.iter().filter_map(|service| service["port"].as_u64()).collect();
    assert_eq!(listed, ports.into_iter().map(u64::from).collect::<Vec<_>>());
    assert!(document["seconds"].as_f64().is_some_and(|seconds| seconds < 120.0), "{}", document["seconds"]);
}
