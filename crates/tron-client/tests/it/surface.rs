//! The HTTP interface: every endpoint, its refusals, its document.

use api::tron_client::{self as wire, ConstantCallRequest, SubmissionRequest};
use primitives::statement::Anchor;
use primitives::{Address, HexBytes, Sun, TxId};
use serde_json::json;
use service::Outcome;
use service::clock::Clock;

use crate::field::{Field, Running};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_chain_and_its_anchor() {
    let field = Field::new(2).await;
    let running = field.start().await;
    running.scanned(field.solid()).await;
    let chain = running.client.ask(&wire::chain()).await.unwrap();
    assert_eq!((chain.chain_id, chain.scanned.unwrap().id), (field.chain_id(), field.solid_id()));
    assert_eq!(chain.head.unwrap().id, field.chain.chain().head().id);
    assert!(chain.nodes.iter().all(|node| node.name.starts_with('n')));
    let signed = running.client.ask(&wire::latest_anchor()).await.unwrap();
    let anchor: &Anchor = signed.verify(&Running::authority().verify_key()).unwrap();
    assert_eq!((anchor.chain_id, anchor.block_id), (field.chain_id(), field.solid_id()));

    field.clock.advance_ms(120_001);
    refused(running.client.call(&wire::latest_anchor()).await, 503, "no_fresh_anchor");
    field.clock.set(field.head_time().minus_ms(30_001));
    refused(running.client.call(&wire::latest_anchor()).await, 503, "no_fresh_anchor");
    field.clock.set(field.head_time().minus_ms(29_000));
    running.client.ask(&wire::latest_anchor()).await.unwrap();
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn accounts_prices_and_calls() {
    let field = Field::new(1).await;
    let running = field.start().await;
    running.scanned(field.solid()).await;
    let faucet = field.chain.chain().config().faucet_key().address();
    let account = running.client.ask(&wire::account(faucet)).await.unwrap();
    assert!(account.activated && !account.is_contract && account.balance > Sun::parse("1000000").unwrap());
    assert_eq!(account.resources.free_bandwidth_limit.0, 600);
    assert_eq!((account.permissions[0].id, account.permissions[0].keys[0].address), (0, faucet));
    let nobody = running.client.ask(&wire::account(Address::from_evm([0xee; 20]))).await.unwrap();
    assert!(!nobody.activated && nobody.balance.is_zero());
    let token = devnet::usdt::DEFAULT_ADDRESS;
    assert!(running.client.ask(&wire::account(token)).await.unwrap().is_contract);

    let parameters = running.client.ask(&wire::chain_parameters()).await.unwrap();
    assert_eq!((parameters.energy_price_sun, parameters.bandwidth_price_sun), (100, 1_000));
    assert!(parameters.total_energy_weight > 0 && parameters.total_bandwidth_weight > 0);

    // decimals(), which every token has.
    let call =
        ConstantCallRequest { contract: token, caller: faucet, calldata: HexBytes(hex::decode("313ce567").unwrap()) };
    let answer = running.client.ask(&wire::constant_call(&call)).await.unwrap();
    assert!(answer.success && answer.energy.0 > 0);
    assert_eq!(answer.result.0.last(), Some(&6));
    let unknown = ConstantCallRequest { calldata: HexBytes(vec![1, 2, 3, 4]), ..call.clone() };
    assert!(!running.client.ask(&wire::constant_call(&unknown)).await.unwrap().success, "a revert is an answer");
    let nowhere = ConstantCallRequest { contract: Address::from_evm([0xee; 20]), ..call };
    refused(running.client.call(&wire::constant_call(&nowhere)).await, 422, "call_refused");
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_submissions_are_refused_and_change_nothing() {
    let field = Field::new(1).await;
    let running = field.start().await;
    let (txid, request) = field.transfer(field.solid_id(), 60_000, 3);
    running.scanned(field.solid()).await;
    let other = TxId::new([1; 32]);
    refused(running.client.call(&wire::put_submission(other, &request)).await, 400, "txid_mismatch");
    let short = SubmissionRequest { signatures: vec![HexBytes(vec![1; 64])], ..request.clone() };
    refused(running.client.call(&wire::put_submission(txid, &short)).await, 400, "malformed_signature");
    let nonsense = SubmissionRequest { raw_data: HexBytes(vec![0xff]), signatures: Vec::new() };
    let name = tron_tx::hash::txid(&[0xff]);
    refused(running.client.call(&wire::put_submission(name, &nonsense)).await, 400, "malformed_raw_data");
    for txid in [txid, other, name] {
        refused(running.client.call(&wire::submission(txid)).await, 404, "unknown_submission");
    }
    assert!(running.feed().await.is_empty());

    // One that is over already is taken, not sent, and told dead by the chain.
    let (over, request) = field.transfer(field.solid_id(), 1, 3);
    field.clock.advance_ms(10_000);
    running.put(over, &request).await;
    field.mine(5);
    let view = running.until_stage(over, wire::SubmissionStage::Dead).await;
    assert_eq!(view.broadcasts, 0);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_node_questions_are_not_answered_and_nothing_panics() {
    let mut field = Field::new(1).await;
    field.urls[0] = "http://127.0.0.1:9".to_owned();
    let running = field.start().await;
    crate::faults::faulted(&running, "unreachable").await;
    refused(running.client.call(&wire::chain()).await, 503, "no_node");
    refused(running.client.call(&wire::chain_parameters()).await, 503, "no_node");
    refused(running.client.call(&wire::account(Address::ZERO)).await, 503, "no_node");
    refused(running.client.call(&wire::latest_anchor()).await, 503, "no_fresh_anchor");
    let (txid, request) = field.transfer(field.solid_id(), 60_000, 3);
    refused(running.client.call(&wire::put_submission(txid, &request)).await, 503, "not_reading_yet");
    assert!(tron_client::health::nodes(&running.shared).is_err());
    assert!(field.clock.now() > primitives::UnixMs(0));
    running.stop().await;
}

#[test]
fn the_openapi_document_is_the_committed_one() {
    let fresh = service::serve::openapi::<tron_client::TronClient>().to_pretty_json().unwrap();
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed.trim_end() == fresh.trim_end(),
        "run `tron-client openapi` and commit its output as openapi.json"
    );
}

#[track_caller]
pub(crate) fn refused<T: std::fmt::Debug>(outcome: Outcome<T>, status: u16, code: &str) {
    match outcome {
        Outcome::Refused(problem) => assert_eq!((problem.status, problem.code.as_str()), (status, code)),
        Outcome::Unknown(service::client::Unknown::Status { status: got, code: named }) => {
            assert_eq!((got, named.as_str()), (status, code));
        }
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_block_is_confirmed_by_a_second_node_where_there_is_one() {
    use api::tron_client::BlockConfirmation;
    for (nodes, independent) in [(1, false), (2, false), (2, true)] {
        let field = Field::new(nodes).await;
        let mut config = field.config();
        config.nodes[nodes - 1].independent = independent;
        let running = field.start_with(config).await;
        running.scanned(field.solid()).await;
        running.reported(field.solid()).await;
        let asked = async || running.client.ask(&wire::confirmation()).await.unwrap();
        let said = asked().await;
        assert_eq!(said.block.id, field.solid_id());
        let expected = if nodes == 1 { BlockConfirmation::OneNode } else { BlockConfirmation::Confirmed };
        assert_eq!(said.confirmation, expected, "{nodes}, {independent}");
        for silent in 0..nodes {
            field.fault(silent, json!({ "fault": "rate_limited" })).await;
            let expected = if nodes == 1 { BlockConfirmation::OneNode } else { BlockConfirmation::Unavailable };
            assert_eq!(asked().await.confirmation, expected, "{nodes}, {independent}, without {silent}");
            field.heal(silent).await;
        }
        running.stop().await;
    }
}
