//! Payments that two operators decide on, signed for an account that is shared.

use api::wallet_manager::audit::audit;
use api::wallet_manager::decision::{ShareRequest, put_decision, put_hardening_outcome, put_share};
use api::wallet_manager::{WalletClass, WalletView, intent, put_signature};
use primitives::statement::{Asset, Fate, Spending};
use primitives::{Address, AttemptNo, Sun};
use service::Outcome;
use tron_tx::contract::Trigger;
use tron_tx::{Contract, trc20};

use super::bench::{PAYEE, Payment, Running};
use super::council::{Carried, bench, decided, harden, share, signed};

const ACCOUNT: Address = Address::from_evm([0x44; 20]);

/// A treasury that signs for an account beside another key.
async fn treasury(running: &Running) -> WalletView {
    let treasury = running.wallet("treasury", WalletClass::Treasury).await;
    let request = ShareRequest { ceremony: decided(running, share(&treasury, ACCOUNT, treasury.address)) };
    running.done("operator", &put_share(&treasury.wallet_id, &request)).await;
    let update = Carried::update(running, request.ceremony);
    running.done("operator", &put_hardening_outcome(&treasury.wallet_id, &update.outcome(Fate::Succeeded))).await
}

fn trx(units: u64) -> Sun {
    Sun::new(units * 1_000_000).unwrap()
}

/// 25 USDT, at most so much TRX of fee in all.
fn spend(running: &Running, fee_max: u64, fee_limit: u64) -> Carried {
    let token = *running.core.rules.tokens.first().unwrap();
    let spending = Spending {
        wallet: "treasury".parse().unwrap(),
        account: ACCOUNT,
        asset: Asset::Token(token),
        recipient: PAYEE,
        amount: 25_000_000,
        fee_max: trx(fee_max),
    };
    let call = Trigger::new(ACCOUNT, token, trc20::transfer(PAYEE, 25_000_000));
    Carried::spending(running, spending, Contract::Trigger(call), trx(fee_limit))
}

async fn code(running: &Running, carried: &Carried) -> Result<(), String> {
    match running.client("operator").call(&put_decision(carried.txid(), &carried.request())).await {
        Outcome::Done(_) => Ok(()),
        Outcome::Refused(problem) => Err(problem.code.clone()),
        Outcome::Unknown(cause) => panic!("unknown: {cause}"),
    }
}

#[tokio::test]
async fn a_decided_payment_is_signed_once_by_the_signers_own_checks() {
    let bench = bench();
    let running = bench.start().await;
    let treasury = treasury(&running).await;
    assert_eq!((treasury.address, treasury.permission_id), (ACCOUNT, 2));

    let payment = spend(&running, 31, 30);
    let view = running.done("operator", &put_decision(payment.txid(), &payment.request())).await;
    bench.clock.advance_ms(3_600_000);
    let again = bench.start().await;
    assert_eq!(again.done("operator", &put_decision(payment.txid(), &payment.request())).await, view);
    let known = again.done("payout-router", &intent(&view.intent)).await;
    assert_eq!((known.attempts.len(), known.attempts[0].txid), (1, Some(payment.txid())));
}

#[tokio::test]
async fn a_decision_is_one_transaction() {
    let bench = bench();
    let running = bench.start().await;
    treasury(&running).await;
    let payment = spend(&running, 31, 30);
    code(&running, &payment).await.unwrap();
    let mut other = spend(&running, 31, 30);
    other.raw.timestamp = other.raw.timestamp.plus_ms(1);
    assert_eq!(code(&running, &other).await, Err("attempt_taken".to_owned()));
    assert_eq!(code(&running, &other.again(primitives::AttemptNo(2))).await, Err("previous".to_owned()));
}

#[tokio::test]
async fn the_second_signature_counts_in_every_cap() {
    let bench = bench();
    let running = bench.start().await;
    treasury(&running).await;
    assert_eq!(code(&running, &spend(&running, 30, 30)).await, Err("fee_limit".to_owned()));
    // The policy's cap is 200 TRX in all.
    assert_eq!(code(&running, &spend(&running, 500, 200)).await, Err("fee_limit_cap".to_owned()));
    code(&running, &spend(&running, 500, 199)).await.unwrap();
}

#[tokio::test]
async fn a_wallet_on_its_way_to_an_account_spends_nothing() {
    let bench = bench();
    let running = bench.start().await;
    let treasury = running.wallet("treasury", WalletClass::Treasury).await;
    let request = ShareRequest { ceremony: decided(&running, share(&treasury, ACCOUNT, treasury.address)) };
    running.done("operator", &put_share(&treasury.wallet_id, &request)).await;
    assert_eq!(code(&running, &spend(&running, 31, 30)).await, Err("wallet_hardening".to_owned()));
}

#[tokio::test]
async fn attempts_count_from_one_and_follow_one_another() {
    let bench = bench();
    let running = bench.start().await;
    let treasury = treasury(&running).await;
    let hot = running.wallet("hot", WalletClass::Hot).await;
    // Nobody signed it: that is all that is looked at, however many attempts it is said to follow.
    let last = AttemptNo(u32::MAX);
    let mut unsigned = spend(&running, 31, 30).again(last).request();
    unsigned.ceremony = signed(&running, unsigned.ceremony.unverified().action.clone(), &[]);
    let call = put_decision(tron_tx::hash::txid(unsigned.raw_data.as_ref()), &unsigned);
    assert_eq!(running.refused("operator", &call).await.code, "authority_signature");
    for attempt in [AttemptNo(0), last] {
        for carried in [spend(&running, 31, 30), Carried::update(&running, decided(&running, harden(&hot)))] {
            assert_eq!(code(&running, &carried.again(attempt)).await, Err("previous".to_owned()), "{attempt}");
        }
    }
    assert_eq!(running.done("operator", &audit(0, 1_000)).await.records.last().unwrap().kind, "refused");
    assert_eq!(treasury.permission_id, 2);
}

#[tokio::test]
async fn a_decided_payment_is_told_to_no_service() {
    let bench = bench();
    let running = bench.start().await;
    treasury(&running).await;
    let payment = spend(&running, 31, 30);
    let view = running.done("operator", &put_decision(payment.txid(), &payment.request())).await;
    // Somebody who may ask for signatures claims an authorisation for the decision's own intent.
    let hot = running.wallet("hot", WalletClass::Hot).await;
    let mut thief = Payment::usdt(&running, &hot, view.intent.as_str());
    for raw in [thief.raw.clone(), payment.raw] {
        thief.raw = raw;
        let problem = running.refused("usdt-manager", &put_signature(thief.txid(), &thief.request())).await;
        assert_eq!((problem.status, problem.code.as_str()), (403, "intent"));
        assert!(problem.members.is_empty(), "{problem:?}");
    }
}
