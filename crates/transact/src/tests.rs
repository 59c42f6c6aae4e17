//! Which answers are facts of an attempt, and which decide nothing.

use std::sync::Arc;

use api::wallet_manager::SignatureView;
use api::wallet_manager::refusal::{Remedy, SIGNATURE_REFUSALS};
use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use payments::attempt::{AnyAttempt, Fact, Sealing, SignatureAnswer, VoidAnswer, advance, bar};
use primitives::statement::{Anchor, Asset, Authorisation, Kind, SignKey, Signed, Unsigned};
use primitives::{Address, AttemptNo, BlockId, ChainId, IntentId, PlaneId, Sun, UnixMs};
use service::Problem;
use service::clock::{ManualClock, SharedClock};

use super::{AskError, Transact};

const NOW: UnixMs = UnixMs(1_751_466_432_000);
const CHAIN: ChainId = ChainId(0x7e57_0001);

fn register() -> SignKey {
    SignKey::from_seed(&[2; 32])
}

fn plane() -> PlaneId {
    "pl_6ba7b810-9dad-11d1-80b4-00c04fd430c8".parse().unwrap()
}

fn intent() -> IntentId {
    "po_6ba7b811-9dad-11d1-80b4-00c04fd430c8".parse().unwrap()
}

fn anchor() -> Signed<Anchor> {
    let mut id = [9; 32];
    id[..8].copy_from_slice(&500_u64.to_be_bytes());
    let anchor = Anchor { chain_id: CHAIN, number: 500, block_id: BlockId::new(id), solid_time: NOW };
    Signed::sign(anchor, &SignKey::from_seed(&[3; 32]))
}

fn open() -> AnyAttempt {
    let authorisation = Authorisation {
        chain_id: CHAIN,
        plane: plane(),
        kind: Kind::Payout,
        intent: intent(),
        attempt: AttemptNo::FIRST,
        previous: vec![],
        key_id: "00112233445566778899aabbccddeeff".parse().unwrap(),
        permission_id: 0,
        asset: Asset::Trx,
        resource: None,
        recipient: Address::from_evm([3; 20]),
        amount: 3_000_000,
        memo_hash: None,
        fee_limit_max: Sun::ZERO,
        expiration_max: NOW.plus_ms(600_000),
        valid_until: NOW.plus_ms(300_000),
    };
    AnyAttempt::open(Signed::sign(authorisation, &SignKey::from_seed(&[1; 32])))
}

fn sealed_at(now: UnixMs) -> AnyAttempt {
    let payer = Address::from_evm([1; 20]);
    let sealing = Sealing { payer, fee_limit: Sun::ZERO, memo: None, life_ms: 60_000 };
    advance(open(), Fact::Anchor(anchor()), &sealing, now)
}

fn sealed() -> AnyAttempt {
    sealed_at(NOW)
}

/// A wallet-manager that always answers this, and a tron-client that has an anchor.
fn peers(answer: impl Fn() -> Response + Send + Sync + 'static) -> Transact {
    let clock: SharedClock = ManualClock::at(NOW);
    let answer = Arc::new(answer);
    let wallet_manager = Router::new().fallback(move || std::future::ready(answer()));
    let tron_client = Router::new().fallback(|| async { axum::Json(anchor()) });
    let peer = |name: &str, router: Router| service::testing::client(name, router, "usdt-manager", clock.clone());
    let wallet_manager = peer("wallet-manager", wallet_manager);
    Transact::new(wallet_manager, register().verify_key(), peer("tron-client", tron_client))
}

fn refusing(status: u16, code: &'static str) -> Transact {
    let status = StatusCode::from_u16(status).unwrap();
    peers(move || Problem::new(status, code, "No.").into_response())
}

#[tokio::test]
async fn a_refused_signature_is_a_fact_only_if_its_code_is_a_word_on_the_transaction() {
    for (code, remedy) in SIGNATURE_REFUSALS.iter().filter(|(_, remedy)| *remedy != Remedy::Adopt) {
        let answer = refusing(403, code).ask(&sealed()).await;
        match (remedy, answer) {
            (Remedy::AskAgain, Err(AskError::NotDone(_))) => {}
            (Remedy::SealAnew | Remedy::GiveUp, Ok(Fact::Signature(SignatureAnswer::Refused(refusal)))) => {
                assert_eq!(refusal.code, *code);
            }
            (_, answer) => panic!("{code}: {answer:?}"),
        }
    }
}

#[tokio::test]
async fn a_word_on_the_call_decides_nothing() {
    for (status, code) in [
        (400, "malformed_body"),
        (401, "token_expired"),
        (403, "missing_scope"),
        (404, "not_found"),
        (413, "body_too_large"),
        (422, "malformed_body"),
        (403, "a_rule_of_a_later_version"),
        // Not known whether it was done, whatever the code says.
        (503, "token_unavailable"),
        (503, "recipient"),
        (500, "internal"),
        (429, "amount"),
    ] {
        let answer = refusing(status, code).ask(&sealed()).await;
        assert!(matches!(answer, Err(AskError::NotDone(_))), "{status} {code}: {answer:?}");
    }
}

#[tokio::test]
async fn a_taken_attempt_names_its_transaction() {
    let other = sealed_at(NOW.plus_ms(1)).tx().unwrap().clone();
    let raw_data = other.raw_data.clone();
    let taken = peers(move || {
        Problem::new(StatusCode::CONFLICT, "attempt_taken", "No.").with("raw_data", raw_data.clone()).into_response()
    });
    match taken.ask(&sealed()).await.unwrap() {
        Fact::Signature(SignatureAnswer::Taken(raw_data)) => assert_eq!(raw_data, other.raw_data),
        fact => panic!("{fact:?}"),
    }
    let silent = refusing(409, "attempt_taken").ask(&sealed()).await;
    assert!(matches!(silent, Err(AskError::Incomplete(_))), "{silent:?}");
}

#[tokio::test]
async fn a_signature_is_passed_on() {
    let tx = sealed().tx().unwrap().clone();
    let view = SignatureView {
        txid: tx.txid,
        intent: intent(),
        attempt: AttemptNo::FIRST,
        raw_data: tx.raw_data,
        signature: vec![7; 65].into(),
        audit: primitives::LogPosition::EMPTY,
    };
    let told = view.clone();
    let answer = peers(move || axum::Json(told.clone()).into_response()).ask(&sealed()).await.unwrap();
    assert!(matches!(answer, Fact::Signature(SignatureAnswer::Signed(signed)) if signed == view));
}

#[tokio::test]
async fn only_the_registers_signed_word_bars_an_attempt() {
    let barring = bar(open(), "cancelled");
    let good = Unsigned { plane: plane(), intent: intent(), attempt: AttemptNo::FIRST, voided_at: NOW };
    let asked = |statement: Unsigned, key: SignKey| {
        let barring = barring.clone();
        async move {
            let signed = Signed::sign(statement, &key);
            peers(move || axum::Json(signed.clone()).into_response()).ask(&barring).await
        }
    };
    let barred = asked(good.clone(), register()).await.unwrap();
    assert!(matches!(barred, Fact::Void(VoidAnswer::Barred(_))), "{barred:?}");
    let forged = asked(good.clone(), SignKey::from_seed(&[9; 32])).await;
    assert!(matches!(forged, Err(AskError::Statement(_))), "{forged:?}");
    for other in [
        Unsigned { attempt: AttemptNo(2), ..good.clone() },
        Unsigned { intent: "po_other".parse().unwrap(), ..good.clone() },
    ] {
        let answer = asked(other, register()).await;
        assert!(matches!(answer, Err(AskError::AnotherAttempt)), "{answer:?}");
    }
    for (status, code) in [(403, "missing_scope"), (404, "not_found"), (422, "no_such_attempt"), (503, "starting")] {
        let answer = refusing(status, code).ask(&barring).await;
        assert!(matches!(answer, Err(AskError::NotDone(_))), "{status} {code}: {answer:?}");
    }
}
