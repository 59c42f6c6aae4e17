//! Transfers moved turn by turn, with peers that answer, refuse and fail.

use api::tron_client::{SubmissionRequest, SubmissionStage, SubmissionView};
use api::usdt_manager::TransferStage;
use api::wallet_manager::{IntentView, RegisteredAttempt, SignatureRequest, SignatureView};
use http::StatusCode;
use payments::seal;
use primitives::statement::{Anchor, SignKey, Signed, Unsigned};
use primitives::{AttemptNo, BlockId};
use service::Problem;

use crate::testing::{Bench, CHAIN, NOW, payout, plane, register_key, sun};

const SIGNATURE: &str = "PUT /v1/signatures/";
const VOID: &str = "PUT /v1/intents/";
const LEASE: &str = "PUT /v1/leases/";

fn tron_client_has_an_anchor(bench: &Bench) {
    let mut id = [9; 32];
    id[..8].copy_from_slice(&500_u64.to_be_bytes());
    let anchor = Anchor { chain_id: CHAIN, number: 500, block_id: BlockId::new(id), solid_time: NOW };
    bench.tron_client.answer("GET /v1/anchors/latest", &Signed::sign(anchor, &SignKey::from_seed(&[3; 32])));
}

fn wallet_manager_signs(bench: &Bench) {
    bench.wallet_manager.on(SIGNATURE, |body| {
        let request: SignatureRequest = serde_json::from_value(body.clone()).unwrap();
        let authorisation = request.authorisation.unverified();
        let view = SignatureView {
            txid: seal::read(request.raw_data.clone()).unwrap().txid,
            intent: authorisation.intent.clone(),
            attempt: authorisation.attempt,
            raw_data: request.raw_data,
            signature: vec![7; 65].into(),
            audit: primitives::LogPosition::EMPTY,
        };
        (StatusCode::OK, serde_json::to_value(view).unwrap())
    });
}

fn chain_says(bench: &Bench, stage: SubmissionStage) {
    bench.tron_client.on("PUT /v1/submissions/", move |body| {
        let request: SubmissionRequest = serde_json::from_value(body.clone()).unwrap();
        let tx = seal::read(request.raw_data).unwrap();
        let view = SubmissionView {
            txid: tx.txid,
            stage,
            expiration: tx.expiration,
            broadcasts: 1,
            last_answer: None,
            block: None,
            receipt: None,
            absent_through: None,
        };
        (StatusCode::OK, serde_json::to_value(view).unwrap())
    });
}

fn wallet_manager_bars(bench: &Bench, number: u8, key: &SignKey) {
    let intent = payout(number).into();
    let unsigned = Unsigned { plane: plane(), intent, attempt: AttemptNo::FIRST, voided_at: NOW };
    bench.wallet_manager.answer(VOID, &Signed::sign(unsigned, key));
}

#[tokio::test]
async fn a_transfer_holds_its_funds_from_before_the_seal_to_after_the_end() {
    let bench = Bench::new();
    tron_client_has_an_anchor(&bench);
    wallet_manager_signs(&bench);
    chain_says(&bench, SubmissionStage::Pending);
    bench.put(1).await;
    bench.turns(1, 2).await;
    assert_eq!((bench.held("usdt").await, bench.held("trx").await), (0, 0));
    bench.turn(1).await.unwrap();
    assert_eq!((bench.held("usdt").await, bench.held("trx").await), (25_000_000, 350_000));
    let sealed = bench.turn(1).await.unwrap();
    assert_eq!((sealed.stage, bench.wallet_manager.count(SIGNATURE)), (TransferStage::Sealed, 0));
    assert_eq!(bench.turns(1, 2).await.stage, TransferStage::Submitted);

    chain_says(&bench, SubmissionStage::Dead);
    let dead = bench.turn(1).await.unwrap();
    assert_eq!((dead.stage, dead.txid), (TransferStage::Dead, sealed.txid));
    bench.clock.advance_ms(30_001);
    assert_eq!((bench.held("usdt").await, bench.held("trx").await), (0, 0));
    // The lease goes back as well, however often that has to be said.
    bench.trx_staking.refuse(LEASE, &Problem::forbidden("missing_scope", "Not you."));
    bench.turn(1).await.unwrap_err();
    bench.trx_staking.refuse(LEASE, &Problem::not_found("unknown_lease", "None."));
    bench.turn(1).await.unwrap();
}

#[tokio::test]
async fn it_waits_for_usdt_and_for_trx_and_goes_on() {
    let bench = Bench::new();
    bench.chain.lock().unwrap().usdt = 24_999_999;
    bench.put(1).await;
    let waiting = bench.turn(1).await.unwrap();
    assert_eq!((waiting.stage, waiting.reason.as_deref()), (TransferStage::WaitingFunds, Some("waiting_funds")));
    bench.chain.lock().unwrap().usdt = 25_000_000;
    bench.chain.lock().unwrap().trx = sun("0.349999");
    bench.turns(1, 2).await;
    let waiting = bench.turn(1).await.unwrap();
    assert_eq!((waiting.stage, bench.held("usdt").await), (TransferStage::WaitingFunds, 0));
    bench.chain.lock().unwrap().trx = sun("0.35");
    assert_eq!(bench.turn(1).await.unwrap().stage, TransferStage::Accepted);
    assert_eq!(bench.held("usdt").await, 25_000_000);
    // Its neighbour sees what is promised, not what is there.
    bench.put(2).await;
    assert_eq!(bench.turns(2, 3).await.stage, TransferStage::WaitingFunds);
    bench.chain.lock().unwrap().paused = true;
    bench.put(3).await;
    assert_eq!(bench.turn(3).await.unwrap().reason.as_deref(), Some("token_paused"));
    // A token that takes a fee would pay less than was permitted.
    bench.chain.lock().unwrap().paused = false;
    bench.chain.lock().unwrap().fee = 1;
    bench.put(4).await;
    assert_eq!(bench.turn(4).await.unwrap().reason.as_deref(), Some("token_takes_fee"));
}

#[tokio::test]
async fn what_waits_for_a_barred_attempt_ends() {
    let bench = Bench::new();
    bench.chain.lock().unwrap().usdt = 0;
    bench.put(1).await;
    assert_eq!(bench.turns(1, 2).await.stage, TransferStage::WaitingFunds);
    let intent: primitives::IntentId = payout(1).into();
    let void = RegisteredAttempt {
        intent: intent.clone(),
        attempt: AttemptNo::FIRST,
        txid: None,
        raw_data: None,
        expiration: None,
        void: true,
        policy: None,
        audit: primitives::LogPosition::EMPTY,
    };
    bench.wallet_manager.answer("GET /v1/intents/", &IntentView { intent, attempts: vec![void] });
    wallet_manager_bars(&bench, 1, &register_key());
    let ended = bench.turns(1, 2).await;
    assert_eq!((ended.stage, ended.reason.as_deref()), (TransferStage::Refused, Some("attempt_void")));
}

#[tokio::test]
async fn a_refusal_is_one_only_by_the_registers_word() {
    let bench = Bench::new();
    bench.chain.lock().unwrap().recipient_is_contract = true;
    bench.put(1).await;
    let barring = bench.turn(1).await.unwrap();
    assert_eq!((barring.stage, barring.reason.as_deref()), (TransferStage::Accepted, Some("recipient_is_contract")));
    bench.turn(1).await.unwrap_err();
    wallet_manager_bars(&bench, 1, &SignKey::from_seed(&[66; 32]));
    bench.turn(1).await.unwrap_err();
    wallet_manager_bars(&bench, 2, &register_key());
    bench.turn(1).await.unwrap_err();
    wallet_manager_bars(&bench, 1, &register_key());
    assert_eq!(bench.turn(1).await.unwrap().stage, TransferStage::Refused);
    assert_eq!(bench.wallet_manager.count(SIGNATURE), 0);
}

#[tokio::test]
async fn the_same_turn_again_is_the_same_command() {
    let bench = Bench::new();
    tron_client_has_an_anchor(&bench);
    bench.put(1).await;
    bench.turn(1).await.unwrap();
    bench.lost_turn(1).await;
    bench.turns(1, 3).await;
    // The signature is given, and each answer is lost.
    wallet_manager_signs(&bench);
    for _ in 0..3 {
        bench.lost_turn(1).await;
    }
    assert_eq!(bench.turn(1).await.unwrap().stage, TransferStage::Submitted);
    for (script, command) in [(&bench.trx_staking, LEASE), (&bench.wallet_manager, SIGNATURE)] {
        let bodies = script.bodies(command);
        assert!(bodies.len() > 1 && bodies.windows(2).all(|pair| pair[0] == pair[1]), "{command}: {bodies:?}");
    }
}

#[tokio::test]
async fn two_transfers_never_have_one_txid() {
    let bench = Bench::new();
    bench.chain.lock().unwrap().usdt = 100_000_000;
    tron_client_has_an_anchor(&bench);
    bench.put(1).await;
    bench.put(2).await;
    assert_eq!(bench.turns(1, 4).await.stage, TransferStage::Sealed);
    bench.turns(2, 3).await;
    // Equal transfers of one millisecond on one anchor hash alike: refused by the store, sealed a moment later.
    bench.turn(2).await.unwrap_err();
    bench.clock.advance_ms(1);
    let second = bench.turn(2).await.unwrap();
    assert_eq!(second.stage, TransferStage::Sealed);
    assert_ne!(second.txid, bench.view(1).await.txid);
}
