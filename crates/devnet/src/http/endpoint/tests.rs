use std::sync::Arc;

use primitives::UnixMs;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::params::Params;
use super::*;
use crate::chain::{At, Chain};
use crate::config::Config;
use crate::node::{Node, Shared};

#[test]
fn no_name_stands_twice() {
    let mut names: Vec<_> = all().map(|endpoint| endpoint.name).collect();
    let listed = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), listed);
}

#[test]
fn a_solidity_node_sends_nothing() {
    for name in ["broadcasttransaction", "broadcasthex", "createtransaction", "getpendingsize"] {
        assert!(find(name, false).is_some(), "{name}");
        assert!(find(name, true).is_none(), "{name}");
    }
}

fn node() -> Arc<Node> {
    let config = Config::default();
    let mut chain = Chain::new(config.chain_genesis()).expect("the default genesis is sound");
    chain.produce_block(UnixMs(1_800_000_000_000)).expect("a slot has begun");
    Node::new(Shared::new(chain, Some(config.usdt.address), true, || UnixMs(1_800_000_001_000)))
}

/// What a field may hold, sensible or not.
fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (0..3_i64).prop_map(Value::from),
        "[0-9a-f]{0,66}".prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        Just(json!("TMVQGm1qAQYVdetCeGRRkTWYYrLXuHK2HC")),
        Just(json!("417e5f4552091a69125d5dfcb7b8c2659029395bdf")),
        Just(json!("transfer(address,uint256)")),
        Just(json!([{ "vote_address": "41", "vote_count": -1 }])),
        Just(json!({ "contract": [{ "type": "TransferContract", "parameter": { "value": { "amount": 1 } } }] })),
        Just(json!({ "contract": [{ "type": "CreateSmartContract", "parameter": {} }], "expiration": i64::MAX })),
    ]
}

const FIELDS: [&str; 24] = [
    "address",
    "value",
    "num",
    "id_or_num",
    "startNum",
    "endNum",
    "detail",
    "visible",
    "owner_address",
    "to_address",
    "amount",
    "contract_address",
    "function_selector",
    "parameter",
    "data",
    "fee_limit",
    "call_value",
    "abi",
    "bytecode",
    "raw_data",
    "signature",
    "transaction",
    "resource",
    "Permission_id",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is asked, every endpoint answers with a document or a refusal.
    #[test]
    fn nonsense_breaks_nothing(fields in proptest::collection::vec((proptest::sample::select(&FIELDS[..]), value()), 0..8)) {
        let node = node();
        let body = Value::Object(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect());
        let params = Params::of_body("", "application/json", body.to_string().as_bytes()).expect("an object");
        for endpoint in all() {
            for at in [At::Pending, At::Solid] {
                let ask = Ask { node: &node, at, path: "/test", params: params.clone(), now: UnixMs(1_800_000_001_000) };
                let answer = (endpoint.work)(&ask).unwrap_or_else(|error| error.document());
                prop_assert!(answer.is_object() || answer.is_array(), "{}: {answer}", endpoint.name);
            }
        }
    }
}
