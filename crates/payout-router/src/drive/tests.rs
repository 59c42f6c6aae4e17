//! Payouts moved turn by turn, with peers that answer, lie, fail and forget.

use api::payout_router::{PayoutAsset, PayoutStage};
use api::tron_client::{Log, Receipt, SubmissionStage, SubmissionView};
use api::usdt_manager::{TransferRequest, TransferStage, TransferView};
use api::wallet_manager::{IntentView, RegisteredAttempt};
use http::StatusCode;
use payments::attempt::SealedTx;
use payments::seal::{Envelope, build};
use primitives::statement::{Anchor, Authorisation, SignKey, Signed, Unsigned};
use primitives::{AttemptNo, BlockId, BlockRef, ChainId, PayoutId, Sun, Usdt};
use serde_json::json;
use service::Problem;

use crate::testing::{Bench, NOW, payer, plane, register_key, request};

const PUT_TRANSFER: &str = "PUT /v1/transfers/";
const INTENT: &str = "GET /v1/intents/";
const VOID: &str = "PUT /v1/intents/";
const SUBMISSION: &str = "PUT /v1/submissions/";

fn block() -> BlockRef {
    let mut id = [9; 32];
    id[..8].copy_from_slice(&500_u64.to_be_bytes());
    BlockRef { number: 500, id: BlockId::new(id), time: NOW }
}

fn anchor() -> Signed<Anchor> {
    let block = block();
    let chain_id = ChainId(0x7e57_0001);
    let anchor = Anchor { chain_id, number: block.number, block_id: block.id, solid_time: block.time };
    Signed::sign(anchor, &SignKey::from_seed(&[3; 32]))
}

/// usdt-manager takes every transfer, and says this of it.
fn usdt_manager_says(bench: &Bench, stage: TransferStage, reason: Option<&'static str>) {
    bench.usdt_manager.on(PUT_TRANSFER, move |body| {
        let request: TransferRequest = serde_json::from_value(body.clone()).unwrap();
        let authorisation = request.authorisation.unverified();
        let payout: PayoutId = authorisation.intent.as_str().parse().unwrap();
        let view = TransferView {
            transfer_id: primitives::TransferId::of(payout, authorisation.attempt),
            intent: authorisation.intent.clone(),
            attempt: authorisation.attempt,
            stage,
            recipient: authorisation.recipient,
            amount: Usdt::new(authorisation.amount).unwrap(),
            txid: None,
            expiration: None,
            energy: None,
            block: None,
            receipt: None,
            reason: reason.map(str::to_owned),
        };
        (StatusCode::ACCEPTED, serde_json::to_value(view).unwrap())
    });
}

fn register_says(bench: &Bench, payout: PayoutId, attempts: Vec<RegisteredAttempt>) {
    bench.wallet_manager.answer(INTENT, &IntentView { intent: payout.into(), attempts });
}

fn registered(payout: PayoutId, tx: Option<&SealedTx>) -> RegisteredAttempt {
    RegisteredAttempt {
        intent: payout.into(),
        attempt: AttemptNo::FIRST,
        txid: tx.map(|tx| tx.txid),
        raw_data: tx.map(|tx| tx.raw_data.clone()),
        expiration: tx.map(|tx| tx.expiration),
        void: tx.is_none(),
        policy: None,
        audit: primitives::LogPosition::EMPTY,
    }
}

fn void(payout: PayoutId, key: &SignKey) -> Signed<Unsigned> {
    let unsigned = Unsigned { plane: plane(), intent: payout.into(), attempt: AttemptNo::FIRST, voided_at: NOW };
    Signed::sign(unsigned, key)
}

/// The permission that usdt-manager was handed.
fn permission(bench: &Bench) -> Authorisation {
    let body = bench.usdt_manager.bodies(PUT_TRANSFER).pop().unwrap();
    let request: TransferRequest = serde_json::from_value(body).unwrap();
    request.authorisation.unverified().clone()
}

fn sealed(bench: &Bench) -> SealedTx {
    let fee_limit = Sun::parse("10").unwrap();
    let envelope = Envelope { payer: payer(), fee_limit, memo: None, timestamp: NOW, expiration: NOW.plus_ms(120_000) };
    build(&permission(bench), &envelope, anchor().unverified()).unwrap()
}

fn chain_says(bench: &Bench, tx: &SealedTx, stage: SubmissionStage, receipt: Option<Receipt>) {
    let view = SubmissionView {
        txid: tx.txid,
        stage,
        expiration: tx.expiration,
        broadcasts: 1,
        last_answer: None,
        block: Some(block()),
        receipt,
        absent_through: None,
    };
    bench.tron_client.answer(SUBMISSION, &view);
}

fn paid(authorisation: &Authorisation) -> Receipt {
    let word = |address: primitives::Address| [[0; 12].as_slice(), &address.evm()].concat().into();
    let topics = vec![tron_tx::trc20::topic::TRANSFER.to_vec().into(), word(payer()), word(authorisation.recipient)];
    let data = [[0; 24].as_slice(), &authorisation.amount.to_be_bytes()].concat().into();
    let log = Log { contract: primitives::Address::from_evm([7; 20]), topics, data };
    Receipt { contract_ret: "SUCCESS".to_owned(), logs: vec![log], ..Receipt::default() }
}

/// A payout whose first attempt usdt-manager has.
async fn attempting(bench: &Bench) -> PayoutId {
    let id = bench.put(&request("order-1", PayoutAsset::Usdt, "25")).await.payout_id;
    usdt_manager_says(bench, TransferStage::Accepted, None);
    register_says(bench, id, vec![]);
    assert_eq!(bench.turn(id).await.unwrap().stage, PayoutStage::Attempting);
    bench.turn(id).await.unwrap();
    id
}

#[tokio::test]
async fn usdt_managers_lies_settle_nothing() {
    let bench = Bench::new();
    let id = attempting(&bench).await;
    let tx = sealed(&bench);
    for stage in [TransferStage::Paid, TransferStage::Dead, TransferStage::Refused, TransferStage::FailedOnChain] {
        usdt_manager_says(&bench, stage, None);
        register_says(&bench, id, vec![]);
        assert_eq!(bench.turn(id).await.unwrap().stage, PayoutStage::Attempting, "{stage:?}");
    }
    register_says(&bench, id, vec![registered(id, Some(&tx))]);
    chain_says(&bench, &tx, SubmissionStage::Watched, None);
    for _ in 0..3 {
        assert_eq!(bench.turn(id).await.unwrap().stage, PayoutStage::Attempting);
    }
    assert_eq!(bench.held("limit:v0:day").await, 25_000_000);
    chain_says(&bench, &tx, SubmissionStage::Solid, Some(paid(&permission(&bench))));
    let settled = bench.turn(id).await.unwrap();
    assert_eq!((settled.stage, settled.receipt.unwrap().txid), (PayoutStage::Settled, tx.txid));
    // It counts until the window has passed.
    assert_eq!(bench.held("limit:all:hour").await, 25_000_000);
    bench.clock.advance_ms(3_600_001);
    assert_eq!((bench.held("limit:all:hour").await, bench.held("limit:v0:day").await), (0, 25_000_000));
}

#[tokio::test]
async fn a_dead_usdt_manager_hides_nothing_that_was_signed() {
    let bench = Bench::new();
    let id = attempting(&bench).await;
    let tx = sealed(&bench);
    bench.usdt_manager.on(PUT_TRANSFER, |_| (StatusCode::BAD_GATEWAY, json!(null)));
    bench.turn(id).await.unwrap_err();
    register_says(&bench, id, vec![registered(id, Some(&tx))]);
    chain_says(&bench, &tx, SubmissionStage::Solid, Some(paid(&permission(&bench))));
    assert_eq!(bench.turn(id).await.unwrap().stage, PayoutStage::Settled);
}

#[tokio::test]
async fn the_same_turn_again_is_the_same_command() {
    let bench = Bench::new();
    let id = attempting(&bench).await;
    for _ in 0..3 {
        bench.lost_turn(id).await;
    }
    bench.turn(id).await.unwrap();
    let told = bench.usdt_manager.bodies(PUT_TRANSFER);
    assert!(told.len() >= 5 && told.windows(2).all(|pair| pair[0] == pair[1]), "{told:?}");
    assert_eq!(bench.view(id).await.attempts.len(), 1);
}

#[tokio::test]
async fn only_a_signed_void_ends_an_attempt_unsigned() {
    let bench = Bench::new();
    let id = attempting(&bench).await;
    usdt_manager_says(&bench, TransferStage::Refused, Some("recipient_is_contract"));
    register_says(&bench, id, vec![registered(id, None)]);
    // Read, but not signed for; then signed by somebody else.
    bench.turn(id).await.unwrap_err();
    bench.wallet_manager.answer(VOID, &void(id, &SignKey::from_seed(&[66; 32])));
    bench.turn(id).await.unwrap_err();
    assert_eq!(bench.view(id).await.stage, PayoutStage::Attempting);
    assert_eq!(bench.held("limit:v0:day").await, 25_000_000);

    bench.wallet_manager.answer(VOID, &void(id, &register_key()));
    let failed = bench.turn(id).await.unwrap();
    assert_eq!((failed.stage, failed.reason.as_deref()), (PayoutStage::Failed, Some("recipient_is_contract")));
    assert_eq!((bench.held("limit:v0:day").await, bench.held("limit:all:hour").await), (0, 0));
}

#[tokio::test]
async fn what_usdt_manager_will_not_make_is_barred_and_fails() {
    let bench = Bench::new();
    let id = attempting(&bench).await;
    bench.usdt_manager.refuse(PUT_TRANSFER, &Problem::forbidden("authorisation_invalid", "Not the issuer."));
    bench.wallet_manager.answer(VOID, &void(id, &register_key()));
    register_says(&bench, id, vec![registered(id, None)]);
    assert_eq!(bench.turn(id).await.unwrap().stage, PayoutStage::Failed);
    // A word on the call is no refusal of the transfer.
    let other = Bench::new();
    let id = attempting(&other).await;
    other.usdt_manager.refuse(PUT_TRANSFER, &Problem::forbidden("missing_scope", "Not you."));
    other.turn(id).await.unwrap_err();
    assert_eq!((other.view(id).await.stage, other.wallet_manager.count(VOID)), (PayoutStage::Attempting, 0));
}

#[tokio::test]
async fn a_cancel_is_granted_by_the_register_or_not_at_all() {
    let bench = Bench::new();
    let id = attempting(&bench).await;
    let tx = sealed(&bench);
    bench.client("payment-gateway").ask(&api::payout_router::cancel_payout(id)).await.unwrap();
    // Too late: the register has it, and it goes on to be paid.
    let taken = Problem::conflict("already_signed", "Too late.").with("raw_data", &tx.raw_data);
    bench.wallet_manager.refuse(VOID, &taken);
    bench.tron_client.answer("GET /v1/anchors/latest", &anchor());
    register_says(&bench, id, vec![registered(id, Some(&tx))]);
    chain_says(&bench, &tx, SubmissionStage::Pending, None);
    assert_eq!(bench.turn(id).await.unwrap().stage, PayoutStage::Attempting);
    bench.turn(id).await.unwrap();
    assert_eq!(bench.wallet_manager.count(VOID), 1, "known to be too late");
    chain_says(&bench, &tx, SubmissionStage::Solid, Some(paid(&permission(&bench))));
    assert_eq!(bench.turn(id).await.unwrap().stage, PayoutStage::Settled);
}

#[tokio::test]
async fn a_mismatch_stops_the_wallet_until_a_person_has_looked() {
    let bench = Bench::new();
    let id = attempting(&bench).await;
    let tx = sealed(&bench);
    register_says(&bench, id, vec![registered(id, Some(&tx))]);
    let strange = Receipt { contract_ret: "SUCCESS".to_owned(), ..Receipt::default() };
    chain_says(&bench, &tx, SubmissionStage::Solid, Some(strange));
    let review = bench.turn(id).await.unwrap();
    assert_eq!((review.stage, review.reason.as_deref()), (PayoutStage::NeedsReview, Some("mismatch")));
    assert_eq!(bench.held("limit:v0:day").await, 25_000_000);

    let other = bench.put(&request("order-2", PayoutAsset::Usdt, "1")).await.payout_id;
    let waiting = bench.turn(other).await.unwrap();
    assert_eq!((waiting.stage, waiting.reason.as_deref()), (PayoutStage::Accepted, Some("wallet_frozen")));
    let thawed = bench.client("operator").ask(&api::payout_router::thaw(payer())).await.unwrap();
    assert!(!thawed.frozen);
    assert_eq!(bench.turn(other).await.unwrap().stage, PayoutStage::Attempting);
    assert_eq!(bench.view(id).await.stage, PayoutStage::NeedsReview);
}

#[tokio::test]
async fn one_transaction_settles_one_payout() {
    let bench = Bench::new();
    let first = attempting(&bench).await;
    let tx = sealed(&bench);
    register_says(&bench, first, vec![registered(first, Some(&tx))]);
    chain_says(&bench, &tx, SubmissionStage::Solid, Some(paid(&permission(&bench))));
    assert_eq!(bench.turn(first).await.unwrap().stage, PayoutStage::Settled);

    let second = bench.put(&request("order-2", PayoutAsset::Usdt, "25")).await.payout_id;
    bench.turn(second).await.unwrap();
    register_says(&bench, second, vec![registered(second, Some(&tx))]);
    let review = bench.turn(second).await.unwrap();
    assert_eq!((review.stage, review.reason.as_deref()), (PayoutStage::NeedsReview, Some("txid_is_another_payouts")));
}

#[tokio::test]
async fn trx_waits_for_its_funds_and_gives_them_back() {
    let bench = Bench::new();
    let id = bench.put(&request("order-1", PayoutAsset::Trx, "25")).await.payout_id;
    bench.turn(id).await.unwrap();
    bench.usdt_manager.refuse("PUT /v1/reservations/", &Problem::conflict("waiting_funds", "Not enough."));
    let waiting = bench.turn(id).await.unwrap();
    assert_eq!((waiting.stage, waiting.reason.as_deref()), (PayoutStage::WaitingFunds, Some("waiting_funds")));
    bench.usdt_manager.on("PUT /v1/reservations/", |body| {
        let transfer_id = "tr_6ba7b810-9dad-11d1-80b4-00c04fd430c8";
        (StatusCode::OK, json!({"transfer_id": transfer_id, "address": body["address"], "trx": body["trx"]}))
    });
    assert_eq!(bench.turn(id).await.unwrap().stage, PayoutStage::Attempting);
    // 25 TRX, a new account, 450 bytes.
    assert_eq!(bench.usdt_manager.bodies("PUT /v1/reservations/").pop().unwrap()["trx"], json!("26.55"));
    bench.client("payment-gateway").ask(&api::payout_router::cancel_payout(id)).await.unwrap();
    bench.wallet_manager.answer(VOID, &void(id, &register_key()));
    assert_eq!(bench.turn(id).await.unwrap().stage, PayoutStage::Cancelled);
    assert_eq!(bench.held("limit:trx:day").await, 0);
    bench.turn(id).await.unwrap();
    let last = bench.usdt_manager.count("PUT /v1/reservations/");
    assert_eq!(last, 3, "lacking, held, released");
}

#[tokio::test]
async fn a_payout_waits_for_a_wallet_that_is_not_made_yet() {
    let bench = Bench::new();
    let unknown = Problem::not_found("unknown_wallet", "There is no wallet of this name.");
    bench.wallet_manager.refuse("GET /v1/wallets/hot", &unknown);
    let id = bench.put(&request("order-1", PayoutAsset::Usdt, "1")).await.payout_id;
    let waiting = bench.turn(id).await.unwrap();
    assert_eq!((waiting.stage, waiting.reason.as_deref()), (PayoutStage::Accepted, Some("no_wallet")));
}
