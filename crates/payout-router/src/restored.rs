//! A restored plane: stopped until the chain was read, and every payment that it has no record of was decided.

mod repeats;

use api::Event;
use api::payout_router::reconciliation::{DiscrepancyFilter, ResolveRequest, discrepancies, resolve};
use api::payout_router::recovery::{EndRecoveryRequest, RecoverRequest, end_recovery, recover, recovery};
use api::payout_router::{PayoutAsset, PayoutStage, PayoutView, cancel_payout};
use api::tron_client::{
    self, BlockConfirmation, ChainTransaction, ChainView, ConfirmationView, Receipt, WalletTransaction,
};
use api::usdt_manager::ReservationView;
use api::wallet_manager::{IntentView, RegisteredAttempt};
use primitives::statement::{
    Action, Currency, NamedPayout, PaidOut, Recovered, RecoveredAs, SignKey, Signed, Unpaid, Unsigned,
};
use primitives::{
    AttemptNo, BlockId, BlockRef, ChainId, FreezeId, LogPosition, Network, PayoutId, Sun, TransferId, TxId, UnixMs,
};
use serde_json::json;
use service::{Outcome, Problem};
use store::Restored;
use tron_tx::contract::{Contract, Transfer};
use tron_tx::{RawTransaction, RefBlock};
use uuid::Uuid;

use crate::follow::Chain;
use crate::metrics::Metrics;
use crate::reconcile::Reconciler;
use crate::testing::{Bench, NOW, decided, id_of, payer, plane, register_key, request};

const RESTORED: Restored = Restored { id: Uuid::from_u128(7), backup_at: UnixMs(1), restored_at: NOW };
const BOTH: [&str; 2] = ["alice", "bob"];

fn block(time: UnixMs) -> BlockRef {
    BlockRef { number: 500, id: BlockId::new([9; 32]), time }
}

/// A plane that was restored with one TRX payout under way.
async fn restored() -> (Bench, PayoutId) {
    let bench = Bench::new();
    let view = bench.put(&request("order-1", PayoutAsset::Trx, "2")).await;
    let view = bench.turn(view.payout_id).await.unwrap();
    assert_eq!(view.stage, PayoutStage::Attempting);
    restored_as_it_is(bench).await
}

async fn restored_as_it_is(mut bench: Bench) -> (Bench, PayoutId) {
    let asked = request("order-1", PayoutAsset::Trx, "2");
    bench.restored = Some(RESTORED);
    for _ in 0..2 {
        bench.recoveries().begin(NOW).await.unwrap();
    }
    let id = id_of(&asked);
    let unsigned = Unsigned { plane: plane(), intent: id.into(), attempt: AttemptNo::FIRST, voided_at: NOW };
    bench.wallet_manager.answer("PUT /v1/intents/", &Signed::sign(unsigned, &register_key()));
    bench.wallet_manager.answer("GET /v1/intents/", &IntentView { intent: id.into(), attempts: vec![] });
    let held = ReservationView {
        transfer_id: TransferId::of(id, AttemptNo::FIRST),
        address: payer(),
        trx: Sun::parse("2").unwrap(),
    };
    bench.usdt_manager.answer("PUT /v1/reservations/", &held);
    (bench, id)
}

/// The chain has a payment of 2 TRX that nobody has a record of; its txid.
async fn lost(bench: &Bench, stamp: u64) -> TxId {
    let to = request("any", PayoutAsset::Trx, "2").recipient;
    let transfer = Contract::Transfer(Transfer { owner: payer(), to, amount: Sun::parse("2").unwrap() });
    let raw = RawTransaction::new(transfer, RefBlock::from(block(NOW).id), UnixMs(stamp), NOW.plus_ms(60_000));
    let (txid, block) = (raw.txid(), block(NOW));
    let receipt = Receipt { contract_ret: "SUCCESS".to_owned(), ..Receipt::default() };
    let seen = ChainTransaction { txid, block, raw_data: raw.encode().into(), receipt };
    bench.tron_client.answer(&format!("GET /v1/blocks/500/transactions/{txid}"), &seen);
    let transaction = WalletTransaction {
        txid,
        wallet: payer(),
        contract_type: "TransferContract".to_owned(),
        block,
        contract_ret: "SUCCESS".to_owned(),
    };
    bench.wallet_manager.refuse("GET /v1/signatures/", &Problem::not_found("unknown_signature", "Not ours."));
    let chain = Chain { store: bench.store.clone(), clock: bench.clock.clone() };
    let data = serde_json::to_value(&transaction).unwrap();
    bench.told(&chain, tron_client::events::WALLET_TRANSACTION, &txid.to_string(), data).await;
    let reconciler = Reconciler {
        store: bench.store.clone(),
        wallet_manager: bench.peer("wallet-manager", &bench.wallet_manager),
        tron_client: bench.peer("tron-client", &bench.tron_client),
        metrics: Metrics::new(&service::metrics::Metrics::of_part(), bench.clock.clone()),
        token: primitives::Address::from_evm([7; 20]),
        recoveries: bench.recoveries(),
    };
    bench.turn_of(&reconciler, &txid.to_string()).await.unwrap();
    txid
}

/// tron-client has read so far, and everything of it was told.
async fn read_to(bench: &Bench, time: UnixMs) {
    bench.tron_client.answer("GET /v1/chain", &chain_at(time));
    bench.tron_client.answer("GET /v1/events", &json!({"events": [], "next": "c1"}));
    says(bench, time, BlockConfirmation::Confirmed);
    bench.store.commit(store::Commit::new(NOW).cursor("tron-client", "c1")).await.unwrap();
}

/// What a second node says of the block of this time.
fn says(bench: &Bench, time: UnixMs, confirmation: BlockConfirmation) {
    bench.tron_client.answer("GET /v1/chain/confirmation", &ConfirmationView { block: block(time), confirmation });
}

fn chain_at(time: UnixMs) -> ChainView {
    ChainView {
        network: Network::Devnet,
        chain_id: ChainId(0x7e57_0001),
        genesis: BlockId::new([0; 32]),
        head: Some(block(NOW)),
        solid: None,
        first: Some(block(UnixMs(1))),
        scanned: Some(block(time)),
        nodes: vec![],
    }
}

async fn refused<A: serde::de::DeserializeOwned + std::fmt::Debug>(bench: &Bench, call: &api::Call<A>) -> String {
    match bench.client("operator").call(call).await {
        Outcome::Refused(problem) => problem.code.clone(),
        other => panic!("{other:?}"),
    }
}

/// The stop that this restore makes.
fn stop() -> FreezeId {
    FreezeId::derive(plane().uuid(), &["restore", &RESTORED.id.to_string()])
}

fn trx(amount: &str) -> PaidOut {
    let (recipient, units) = (request("any", PayoutAsset::Trx, amount).recipient, Sun::parse(amount).unwrap().units());
    PaidOut { currency: Currency::Trx, recipient, units, memo: None }
}

/// The merchant's payout of this reference.
fn named(reference: &str) -> NamedPayout {
    let asked = request(reference, PayoutAsset::Trx, "2");
    NamedPayout { payout: id_of(&asked), merchant: asked.merchant, reference: asked.reference }
}

fn paid_by(reference: &str) -> RecoveredAs {
    RecoveredAs::Payout(named(reference))
}

fn recovers(transactions: Vec<Recovered>, unpaid: Vec<Unpaid>) -> Action {
    Action::Recover { freeze: stop(), transactions, unpaid, note: "the merchant's list".to_owned() }
}

fn was(txid: TxId, was: RecoveredAs) -> Recovered {
    Recovered { txid, deed: "TransferContract SUCCESS".to_owned(), paid: Some(trx("2")), was }
}

fn said(of: &[(TxId, RecoveredAs)]) -> RecoverRequest {
    let mut transactions: Vec<_> = of.iter().map(|(txid, it)| was(*txid, it.clone())).collect();
    transactions.sort_by_key(|one| one.txid);
    RecoverRequest { ceremony: decided(recovers(transactions, vec![]), &BOTH) }
}

fn said_unpaid(reference: &str, amount: &str) -> RecoverRequest {
    let unpaid = vec![Unpaid { payout: named(reference), asks: trx(amount) }];
    RecoverRequest { ceremony: decided(recovers(vec![], unpaid), &BOTH) }
}

/// Ends the recovery.
async fn thaw(bench: &Bench) {
    read_to(bench, NOW.plus_ms(60_000)).await;
    let end = EndRecoveryRequest { ceremony: decided(Action::Thaw { freeze: stop() }, &BOTH) };
    bench.client("operator").ask(&end_recovery(&end)).await.unwrap();
}

async fn turned(bench: &Bench, id: PayoutId, turns: usize) -> PayoutView {
    for _ in 0..turns {
        bench.turn(id).await.unwrap();
    }
    bench.view(id).await
}

#[tokio::test]
async fn an_attempt_that_may_have_been_made_is_barred_and_its_payment_settles_the_payout() {
    let (bench, id) = restored().await;
    let waits = turned(&bench, id, 4).await;
    assert_eq!((waits.stage, waits.reason.as_deref()), (PayoutStage::Accepted, Some("halted")));
    assert_eq!(waits.attempts[0].state, "unsigned");

    let txid = lost(&bench, 1).await;
    let operator = bench.client("operator");
    let page = operator.ask(&discrepancies(&DiscrepancyFilter::default())).await.unwrap();
    assert!(page.halted && page.discrepancies[0].signing_stopped, "wallet-manager has stopped by itself");
    let action = Action::Explain { discrepancy: txid.to_string(), note: "by hand".to_owned() };
    let explain = ResolveRequest { ceremony: decided(action, &BOTH) };
    assert_eq!(refused(&bench, &resolve(&txid.to_string(), &explain)).await, "recovering");

    bench.put(&request("order-2", PayoutAsset::Trx, "3")).await;
    assert_eq!(refused(&bench, &recover(&said(&[(txid, paid_by("order-2"))]))).await, "not_this_payment");
    let alone = decided(recovers(vec![was(txid, paid_by("order-1"))], vec![]), &["alice"]);
    assert_eq!(refused(&bench, &recover(&RecoverRequest { ceremony: alone })).await, "authority_signature");
    for _ in 0..2 {
        operator.ask(&recover(&said(&[(txid, paid_by("order-1"))]))).await.unwrap();
    }
    let settled = bench.view(id).await;
    assert_eq!((settled.stage, settled.receipt.map(|receipt| receipt.txid)), (PayoutStage::Settled, Some(txid)));
}

#[tokio::test]
async fn a_kept_payment_has_its_equals_wait_until_it_is_decided() {
    let (bench, id) = restored().await;
    turned(&bench, id, 4).await;
    let (one, two) = (lost(&bench, 1).await, lost(&bench, 2).await);
    let operator = bench.client("operator");
    operator.ask(&recover(&said(&[(one, RecoveredAs::Kept), (two, RecoveredAs::Kept)]))).await.unwrap();
    read_to(&bench, NOW.plus_ms(60_000)).await;
    let freeze = operator.ask(&recovery()).await.unwrap().freeze_id;
    operator
        .ask(&end_recovery(&EndRecoveryRequest { ceremony: decided(Action::Thaw { freeze }, &BOTH) }))
        .await
        .unwrap();
    let waits = turned(&bench, id, 1).await;
    assert_eq!((waits.stage, waits.reason.as_deref()), (PayoutStage::Accepted, Some("may_be_paid")));
    let wish = operator.ask(&cancel_payout(id)).await.unwrap();
    assert_eq!(wish.stage, PayoutStage::Accepted, "it may be paid: the wish to stop it waits too");
    operator.ask(&recover(&said(&[(one, paid_by("order-1"))]))).await.unwrap();
    assert_eq!(bench.view(id).await.stage, PayoutStage::Settled);
    let other = bench.put(&request("order-2", PayoutAsset::Trx, "2")).await.payout_id;
    assert_eq!(turned(&bench, other, 1).await.reason.as_deref(), Some("may_be_paid"), "of two, one is left");
    assert_eq!(refused(&bench, &recover(&said(&[(one, paid_by("order-2"))]))).await, "txid_taken");
    for was in [RecoveredAs::Other, RecoveredAs::Kept] {
        operator.ask(&recover(&said(&[(two, was)]))).await.unwrap();
    }
    assert_eq!(turned(&bench, other, 1).await.reason.as_deref(), Some("may_be_paid"), "kept after all");
    operator.ask(&recover(&said(&[(two, RecoveredAs::Other)]))).await.unwrap();
    assert_eq!(turned(&bench, other, 1).await.stage, PayoutStage::Attempting);
}

#[tokio::test]
async fn it_is_over_when_the_chain_was_read_and_two_operators_say_so() {
    let (bench, id) = restored().await;
    let operator = bench.client("operator");
    let freeze = operator.ask(&recovery()).await.unwrap().freeze_id;
    let end = |names: &[&str]| end_recovery(&EndRecoveryRequest { ceremony: decided(Action::Thaw { freeze }, names) });
    read_to(&bench, NOW.plus_ms(60_000)).await;
    assert_eq!(refused(&bench, &end(&BOTH)).await, "recovering", "an attempt is not barred");
    turned(&bench, id, 4).await;
    read_to(&bench, NOW.plus_ms(59_999)).await;
    assert_eq!(refused(&bench, &end(&BOTH)).await, "recovering", "not far enough");
    read_to(&bench, NOW.plus_ms(60_000)).await;
    let event = Event {
        cursor: "c2".to_owned(),
        id: "e".to_owned(),
        kind: "k".to_owned(),
        subject: "s".to_owned(),
        version: 1,
        at: NOW,
        data: json!({}),
    };
    bench.tron_client.answer("GET /v1/events", &json!({"events": [event], "next": "c2"}));
    assert_eq!(refused(&bench, &end(&BOTH)).await, "recovering", "not all was told");
    read_to(&bench, NOW.plus_ms(60_000)).await;
    let txid = lost(&bench, 1).await;
    assert_eq!(refused(&bench, &end(&BOTH)).await, "recovering", "a payment is not decided");
    operator.ask(&recover(&said(&[(txid, paid_by("order-1"))]))).await.unwrap();
    assert_eq!(refused(&bench, &end(&["alice"])).await, "authority_signature");
    let other = Action::Thaw { freeze: "fz_6ba7b810-9dad-11d1-80b4-00c04fd430c8".parse().unwrap() };
    let other = end_recovery(&EndRecoveryRequest { ceremony: decided(other, &BOTH) });
    assert_eq!(refused(&bench, &other).await, "decision");
    for _ in 0..2 {
        let ended = operator.ask(&end(&BOTH)).await.unwrap();
        let word = ended.word.expect("for wallet-manager");
        let said = word.verify(&SignKey::from_seed(&[1; 32]).verify_key()).unwrap();
        assert_eq!((said.freeze, ended.ended_at), (freeze, Some(NOW)));
    }
    let next = bench.put(&request("order-2", PayoutAsset::Trx, "3")).await.payout_id;
    assert_eq!(turned(&bench, next, 1).await.stage, PayoutStage::Attempting);
}

#[tokio::test]
async fn what_the_register_has_signed_for_a_payout_is_not_told_of_another_payment() {
    let (bench, id) = restored().await;
    turned(&bench, id, 4).await;
    let txid = lost(&bench, 1).await;
    let second = RegisteredAttempt {
        intent: id.into(),
        attempt: AttemptNo(2),
        txid: Some(TxId::new([5; 32])),
        raw_data: None,
        expiration: None,
        policy: None,
        void: false,
        audit: LogPosition { seq: 1, head: "00".repeat(32).parse().unwrap() },
    };
    bench.wallet_manager.answer("GET /v1/intents/", &IntentView { intent: id.into(), attempts: vec![second] });
    assert_eq!(refused(&bench, &recover(&said(&[(txid, paid_by("order-1"))]))).await, "not_waiting");
    bench.wallet_manager.answer("GET /v1/intents/", &IntentView { intent: id.into(), attempts: vec![] });
    bench.client("operator").ask(&recover(&said(&[(txid, paid_by("order-1"))]))).await.unwrap();
}

#[tokio::test]
async fn a_payout_that_was_stopped_meanwhile_is_not_paid_after_the_end() {
    let (bench, id) = restored().await;
    let operator = bench.client("operator");
    operator.ask(&cancel_payout(id)).await.unwrap();
    let waits = turned(&bench, id, 4).await;
    assert_eq!(
        (waits.stage, waits.reason.as_deref()),
        (PayoutStage::Accepted, Some("halted")),
        "it may have been paid"
    );
    read_to(&bench, NOW.plus_ms(60_000)).await;
    let freeze = operator.ask(&recovery()).await.unwrap().freeze_id;
    let end = EndRecoveryRequest { ceremony: decided(Action::Thaw { freeze }, &BOTH) };
    operator.ask(&end_recovery(&end)).await.unwrap();
    let unsigned = Unsigned { plane: plane(), intent: id.into(), attempt: AttemptNo(2), voided_at: NOW };
    bench.wallet_manager.answer("PUT /v1/intents/", &Signed::sign(unsigned, &register_key()));
    let stopped = turned(&bench, id, 3).await;
    assert_eq!((stopped.stage, stopped.attempts.len()), (PayoutStage::Cancelled, 2), "by the register's word");
}

#[tokio::test]
async fn a_chain_that_is_read_from_after_the_backup_on_ends_nothing() {
    let (bench, id) = restored().await;
    turned(&bench, id, 4).await;
    read_to(&bench, NOW.plus_ms(60_000)).await;
    let late = ChainView { first: Some(block(UnixMs(2))), ..chain_at(NOW.plus_ms(60_000)) };
    bench.tron_client.answer("GET /v1/chain", &late);
    let freeze = bench.client("operator").ask(&recovery()).await.unwrap().freeze_id;
    let end = EndRecoveryRequest { ceremony: decided(Action::Thaw { freeze }, &BOTH) };
    assert_eq!(refused(&bench, &end_recovery(&end)).await, "recovering");
}

#[tokio::test]
async fn a_clock_that_was_slow_at_the_restore_does_not_shorten_what_is_read() {
    let (bench, id) = restored().await;
    turned(&bench, id, 4).await;
    let hour = 3_600_000;
    read_to(&bench, NOW.plus_ms(60_000)).await;
    let ahead = ChainView { head: Some(block(NOW.plus_ms(hour))), ..chain_at(NOW.plus_ms(60_000)) };
    bench.tron_client.answer("GET /v1/chain", &ahead);
    let view = bench.client("operator").ask(&recovery()).await.unwrap();
    assert_eq!(view.read_until, NOW.plus_ms(hour + 60_000));
}

#[tokio::test]
async fn a_plane_that_never_was_restored_has_nothing_to_make_up_for() {
    let bench = Bench::new();
    bench.recoveries().begin(NOW).await.unwrap();
    assert_eq!(refused(&bench, &recovery()).await, "not_restored");
    let id = bench.put(&request("order-1", PayoutAsset::Trx, "2")).await.payout_id;
    assert_eq!(turned(&bench, id, 1).await.stage, PayoutStage::Attempting);
}
