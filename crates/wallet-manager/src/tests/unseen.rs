//! Statements that nobody has seen before: each change to a good request is refused by the rule that names it, leaves
//! nothing in the register and its refusal in the audit log.

use std::sync::Arc;

use api::wallet_manager::audit::audit;
use api::wallet_manager::{SignatureRequest, WalletClass, intent, put_signature};
use primitives::statement::{Ending, PreviousAttempt, Signed};
use primitives::{Address, AttemptNo, BlockId, ChainId, HexBytes, Sun, TxId, UnixMs};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use service::clock::ManualClock;
use service::{Outcome, PeerClient, testing};
use signing_core::signing::SignError;
use tron_tx::contract::Trigger;
use tron_tx::{Contract, RawTransaction};

use super::bench::{Bench, NOW, Payment, Running, authority};

fn call(payment: &mut Payment) -> &mut Trigger {
    let Contract::Trigger(call) = &mut payment.raw.contract else { panic!("a call") };
    call
}

/// Where the contract begins: after the reference (4 and 10 bytes) and an expiration of today (7).
const CONTRACT: usize = 21;

/// The good transaction with these bytes in place of its contract's, which are given.
fn with_contract(payment: &Payment, change: impl FnOnce(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let bytes = payment.raw.encode();
    let (length, digits) = (usize::from(bytes[CONTRACT + 1] & 0x7f), usize::from(bytes[CONTRACT + 2]));
    assert!(bytes[CONTRACT] == 0x5a && bytes[CONTRACT + 1] & 0x80 != 0, "a contract of 128 bytes or more");
    let end = CONTRACT + 3 + length + (digits << 7);
    [&bytes[..CONTRACT], &change(&bytes[CONTRACT..end]), &bytes[end..]].concat()
}

fn raw(payment: &Payment, raw_data: Vec<u8>) -> (TxId, SignatureRequest) {
    let request = SignatureRequest { raw_data: raw_data.into(), ..payment.request() };
    (tron_tx::hash::txid(request.raw_data.as_ref()), request)
}

type Change = fn(&mut Payment);

/// What a thief who holds every valid statement of a payment might send with them.
const CHANGES: &[(&str, &str, Change)] = &[
    ("recipient", "another recipient", |it| call(it).calldata[35] ^= 1),
    ("amount", "another amount", |it| call(it).calldata[67] ^= 1),
    ("token", "another contract", |it| call(it).contract = Address::from_evm([0x77; 20])),
    ("calldata", "another function", |it| call(it).calldata[..4].copy_from_slice(&[0x09, 0x5e, 0xa7, 0xb3])),
    ("calldata", "longer calldata", |it| call(it).calldata.push(0)),
    ("calldata", "a word more", |it| call(it).calldata.extend([0; 32])),
    ("calldata", "bits above the recipient's", |it| call(it).calldata[4] = 1),
    ("owner", "another account", |it| call(it).owner = Address::from_evm([0x78; 20])),
    ("anchor_stale", "an old anchor", |it| it.anchor.solid_time = NOW.minus_ms(120_001)),
    ("clock_apart", "a future anchor", |it| it.anchor.solid_time = NOW.plus_ms(30_001)),
    ("anchor_chain", "an anchor of another chain", |it| it.anchor.chain_id = ChainId(1)),
    ("reference_block", "another anchor", |it| {
        let mut id = [8; 32];
        id[..8].copy_from_slice(&501_u64.to_be_bytes());
        (it.anchor.number, it.anchor.block_id) = (501, BlockId::new(id));
    }),
    ("chain", "an authorisation for another chain", |it| it.authorisation.chain_id = ChainId(1)),
    ("plane", "an authorisation for another plane", |it| {
        it.authorisation.plane = "pl_00000000-0000-0000-0000-000000000000".parse().unwrap();
    }),
    ("authority_expired", "an old authorisation", |it| it.authorisation.valid_until = NOW.minus_ms(1)),
    ("authority_signature", "another issuer's", |it| it.issuer = authority("usdt-manager")),
    ("previous", "an attempt that never was", |it| {
        it.authorisation.attempt = AttemptNo(2);
        let (txid, expiration) = (Some(TxId::new([7; 32])), NOW.minus_ms(30_001));
        it.authorisation.previous = vec![PreviousAttempt { txid, expiration, ending: Ending::Dead }];
    }),
    ("previous", "a signed attempt as barred", |it| {
        it.authorisation.attempt = AttemptNo(2);
        let (expiration, ending) = (UnixMs(0), Ending::Unsigned);
        it.authorisation.previous = vec![PreviousAttempt { txid: None, expiration, ending }];
    }),
    ("expiration", "a later expiration", |it| it.raw.expiration = it.authorisation.expiration_max.plus_ms(1)),
    ("fee_limit", "a higher fee_limit", |it| it.raw.fee_limit = Sun::new(30_000_001).unwrap()),
    ("memo", "a memo", |it| it.raw.memo = b"hello".to_vec()),
];

async fn is_refused(running: &Running, what: &str, rule: &str, asked: &(TxId, SignatureRequest)) {
    let (txid, request) = asked;
    let problem = running.refused("usdt-manager", &put_signature(*txid, request)).await;
    assert_eq!(problem.code, rule, "{what}");
    let name = &request.authorisation.unverified().intent;
    assert!(running.done("payout-router", &intent(name)).await.attempts.is_empty(), "{what}");
    let log = running.done("operator", &audit(0, 1_000)).await.records;
    let last = log.last().unwrap();
    assert_eq!(last.kind, "refused", "{what}");
    for told in [format!("\"{rule}\""), txid.to_string(), name.to_string()] {
        assert!(last.body.contains(&told), "{what}: {} lacks {told}", last.body);
    }
}

#[tokio::test]
async fn every_change_is_refused_by_its_rule() {
    let bench = Bench::new();
    let running = bench.start().await;
    let hot = running.wallet("hot", WalletClass::Hot).await;
    for (number, (rule, what, change)) in CHANGES.iter().enumerate() {
        let mut payment = Payment::usdt(&running, &hot, &format!("po_{number}"));
        change(&mut payment);
        is_refused(&running, what, rule, &(payment.txid(), payment.request())).await;
    }
    let payment = Payment::usdt(&running, &hot, "po_raw");
    let bytes = payment.raw.encode();
    let forms: [(&str, Vec<u8>); 4] = [
        ("an extra field", [bytes.as_slice(), &[0xa0, 6, 1]].concat()),
        ("a byte after the end", [bytes.as_slice(), &[0]].concat()),
        ("a second contract", with_contract(&payment, |contract| [contract, contract].concat())),
        ("no contract", with_contract(&payment, |_| vec![])),
    ];
    for (what, form) in forms {
        is_refused(&running, what, "undecodable", &raw(&payment, form)).await;
    }
    let anchor = Signed::sign(payment.anchor, &authority("payout-router"));
    let foreign = SignatureRequest { anchor, ..payment.request() };
    is_refused(&running, "a foreign anchor", "anchor_signature", &(payment.txid(), foreign)).await;
    let other = payment.clone().later(1);
    is_refused(&running, "another txid", "other_txid", &(other.txid(), payment.request())).await;
    // Nothing was the bench's fault.
    running.done("usdt-manager", &put_signature(payment.txid(), &payment.request())).await;
}

#[tokio::test]
async fn a_used_attempt_is_no_other_transactions_and_a_barred_one_nobodys() {
    let bench = Bench::new();
    let running = bench.start().await;
    let hot = running.wallet("hot", WalletClass::Hot).await;
    let (used, barred) = (Payment::usdt(&running, &hot, "po_a"), Payment::usdt(&running, &hot, "po_b").later(1));
    running.done("usdt-manager", &put_signature(used.txid(), &used.request())).await;
    let void = api::wallet_manager::void_attempt(barred.intent(), barred.authorisation.attempt);
    running.done("payout-router", &void).await;
    for (payment, rule) in [(used.clone().later(2), "attempt_taken"), (barred, "attempt_void")] {
        let problem = running.refused("usdt-manager", &put_signature(payment.txid(), &payment.request())).await;
        assert_eq!((problem.status, problem.code.as_str()), (409, rule));
        assert_eq!(running.done("payout-router", &intent(payment.intent())).await.attempts.len(), 1);
        let log = running.done("operator", &audit(0, 1_000)).await.records;
        let last = log.last().unwrap();
        assert!(last.kind == "refused" && last.body.contains(rule), "{last:?}");
    }
    // The first attempt, dressed up as one that never was signed.
    let mut next = used.clone().later(3);
    next.authorisation.attempt = AttemptNo(2);
    let previous = PreviousAttempt { txid: None, expiration: UnixMs(0), ending: Ending::Unsigned };
    next.authorisation.previous = vec![previous];
    let problem = running.refused("usdt-manager", &put_signature(next.txid(), &next.request())).await;
    assert_eq!((problem.status, problem.code.as_str()), (403, "previous"));
}

#[tokio::test]
async fn who_calls_is_known_before_anything_is_read() {
    let bench = Bench::new();
    let running = bench.start().await;
    let hot = running.wallet("hot", WalletClass::Hot).await;
    let payment = Payment::usdt(&running, &hot, "po_a");
    let known = running.done("operator", &audit(0, 1_000)).await.records.len();
    let client = |name: &str, key: &str, at: UnixMs| {
        let transport = service::client::Transport::in_process(running.router.clone());
        let key = testing::call_key(key);
        PeerClient::new("wallet-manager", "http://in.process", name, key, ManualClock::at(at), transport)
    };
    let cases = [
        ("token_expired", client("usdt-manager", "usdt-manager", NOW.minus_ms(600_000))),
        ("token_invalid", client("usdt-manager", "payout-router", NOW)),
        ("token_invalid", client("nobody", "nobody", NOW)),
        ("missing_scope", client("tron-client", "tron-client", NOW)),
        ("missing_scope", client("operator", "operator", NOW)),
    ];
    for (code, client) in cases {
        let outcome = client.call(&put_signature(payment.txid(), &payment.request())).await;
        let told = match &outcome {
            Outcome::Done(_) => panic!("{code}: signed"),
            Outcome::Refused(problem) => problem.code.clone(),
            Outcome::Unknown(cause) => cause.to_string(),
        };
        assert!(told.contains(code), "{told} is not {code}");
    }
    assert!(running.done("payout-router", &intent(payment.intent())).await.attempts.is_empty());
    assert_eq!(running.done("operator", &audit(0, 1_000)).await.records.len(), known);
}

/// Whether it is another transaction that the authorisation allows: it names no time of making, and of the expiration
/// and the fee_limit no more than the highest.
fn is_within(request: &SignatureRequest, payment: &Payment) -> bool {
    let good = &payment.raw;
    RawTransaction::decode(request.raw_data.as_ref()).is_ok_and(|raw| {
        let (timestamp, expiration, fee_limit) = (good.timestamp, good.expiration, good.fee_limit);
        RawTransaction { timestamp, expiration, fee_limit, ..raw } == *good
    })
}

/// One bit of a good request, anywhere in the three of its parts, of the statements' signatures as well.
#[tokio::test]
async fn one_bit_is_enough() {
    let bench = Bench::new();
    let running = bench.start().await;
    let hot = running.wallet("hot", WalletClass::Hot).await;
    let payment = Payment::usdt(&running, &hot, "po_a");
    let good = serde_json::to_value(payment.request()).unwrap();
    let (core, handle) = (Arc::new(running.core.clone()), tokio::runtime::Handle::current());
    let places =
        ["/raw_data", "/authorisation/statement", "/authorisation/signature", "/anchor/statement", "/anchor/signature"];
    let test = move || {
        let bits = (0..places.len(), any::<proptest::sample::Index>());
        TestRunner::new(Config { cases: 512, failure_persistence: None, ..Config::default() }).run(
            &bits,
            |(place, at)| {
                let mut changed = good.clone();
                let text = changed.pointer_mut(places[place]).unwrap();
                let mut bytes = serde_json::from_value::<HexBytes>(text.clone()).unwrap().0;
                let bit = at.index(bytes.len() * 8);
                bytes[bit / 8] ^= 1 << (bit % 8);
                *text = serde_json::json!(HexBytes(bytes));
                // What is no statement at all does not come this far.
                let Ok(request) = serde_json::from_value::<SignatureRequest>(changed) else { return Ok(()) };
                if place == 0 && is_within(&request, &payment) {
                    return Ok(());
                }
                let txid = tron_tx::hash::txid(request.raw_data.as_ref());
                let answer = handle.block_on(core.sign(txid, request));
                let refused = matches!(answer, Err(SignError::Refused(_)));
                prop_assert!(refused, "bit {bit} of {}: {answer:?}", places[place]);
                Ok(())
            },
        )
    };
    tokio::task::spawn_blocking(test).await.unwrap().unwrap();
}
