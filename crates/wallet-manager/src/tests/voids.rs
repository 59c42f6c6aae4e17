//! Barring attempts: the one or the other, never both.

use api::wallet_manager::{WalletClass, events, intent, put_signature, signature, void_attempt};
use primitives::AttemptNo;
use primitives::statement::{Ending, PreviousAttempt};
use service::Outcome;
use signing_core::signing::VoidError;
use store::{Commit, Hold};

use super::bench::{Bench, Payment};

#[tokio::test]
async fn a_barred_attempt_is_never_signed_and_the_next_one_is() {
    let bench = Bench::new();
    let running = bench.start().await;
    let hot = running.wallet("hot", WalletClass::Hot).await;
    let payment = Payment::usdt(&running, &hot, "po_a");
    let void = void_attempt(payment.intent(), AttemptNo::FIRST);
    let statement = running.done("payout-router", &void).await;
    let unsigned = statement.verify(&running.core.authority.verify_key()).unwrap();
    assert_eq!((&unsigned.intent, unsigned.attempt), (payment.intent(), AttemptNo::FIRST));
    bench.clock.advance_ms(1_000);
    assert_eq!(running.done("payout-router", &void).await, statement, "asked again, the same statement");
    bench.clock.set(super::bench::NOW);

    let signature = put_signature(payment.txid(), &payment.request());
    let problem = running.refused("usdt-manager", &signature).await;
    assert_eq!((problem.status, problem.code.as_str()), (409, "attempt_void"));

    let mut next = payment.clone();
    next.authorisation.attempt = AttemptNo(2);
    next.authorisation.previous =
        vec![PreviousAttempt { txid: None, expiration: primitives::UnixMs(0), ending: Ending::Unsigned }];
    running.done("usdt-manager", &put_signature(next.txid(), &next.request())).await;
    let page = running.done("payout-router", &api::event::events(None, 0, 10)).await;
    let told: Vec<_> = page.events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(told, [events::VOIDED, events::REGISTERED]);
}

#[tokio::test]
async fn a_transaction_is_known_by_its_txid_or_is_not_ours() {
    let bench = Bench::new();
    let running = bench.start().await;
    let _other = running.wallet("energy", WalletClass::Energy).await;
    let hot = running.wallet("hot", WalletClass::Hot).await;
    let payment = Payment::usdt(&running, &hot, "po_a");
    let unknown = running.refused("payout-router", &signature(payment.txid())).await;
    assert_eq!((unknown.status, unknown.code.as_str()), (404, "unknown_signature"));
    let signed = running.done("usdt-manager", &put_signature(payment.txid(), &payment.request())).await;
    let known = running.done("payout-router", &signature(payment.txid())).await;
    assert_eq!((known.txid, &known.intent, known.audit), (Some(payment.txid()), payment.intent(), signed.audit));
}

#[tokio::test]
async fn a_signed_attempt_is_not_barred() {
    let bench = Bench::new();
    let running = bench.start().await;
    let hot = running.wallet("hot", WalletClass::Hot).await;
    let payment = Payment::usdt(&running, &hot, "po_a");
    let signed = running.done("usdt-manager", &put_signature(payment.txid(), &payment.request())).await;
    let problem = running.refused("payout-router", &void_attempt(payment.intent(), AttemptNo::FIRST)).await;
    assert_eq!((problem.status, problem.code.as_str()), (409, "already_signed"));
    assert_eq!(problem.members["txid"], serde_json::json!(signed.txid));
    assert_eq!(problem.members["raw_data"], serde_json::json!(signed.raw_data));
    let problem = running.refused("payout-router", &void_attempt(payment.intent(), AttemptNo(0))).await;
    assert_eq!((problem.status, problem.code.as_str()), (422, "no_such_attempt"));
    let problem = running.refused("usdt-manager", &void_attempt(payment.intent(), AttemptNo(2))).await;
    assert_eq!((problem.status, problem.code.as_str()), (403, "missing_scope"));
}

#[tokio::test]
async fn a_race_between_signing_and_barring_has_one_winner() {
    let bench = Bench::new();
    let running = bench.start().await;
    let hot = running.wallet("hot", WalletClass::Hot).await;
    for number in 0..20 {
        let payment = Payment::usdt(&running, &hot, &format!("po_{number}")).later(number);
        let sign = put_signature(payment.txid(), &payment.request());
        let void = void_attempt(payment.intent(), AttemptNo::FIRST);
        let (signer, barrer) = (running.client("usdt-manager"), running.client("payout-router"));
        let (signed, barred) = futures::join!(signer.call(&sign), barrer.call(&void));
        let signed = matches!(signed, Outcome::Done(_));
        let barred = matches!(barred, Outcome::Done(_));
        assert!(signed != barred, "signed: {signed}, barred: {barred}");
        let known = running.done("payout-router", &intent(payment.intent())).await;
        assert_eq!((known.attempts.len(), known.attempts[0].void), (1, barred));
    }
}

#[tokio::test]
async fn what_is_barred_in_a_day_is_bounded_and_what_was_barred_stays_answered() {
    const HOUR_MS: u64 = 3_600_000;
    let bench = Bench::new();
    let running = bench.start().await;
    let first = void_attempt(&"po_a".parse().unwrap(), AttemptNo::FIRST);
    let statement = running.done("payout-router", &first).await;
    // As if all but one of the rest were barred later.
    let rest = Hold { scope: "voids:day".to_owned(), holder: "rest".to_owned(), amount: 9_998, ceiling: 10_000 };
    let now = running.core.clock.now();
    let counted = Commit::new(now).hold(rest).release("voids:day", "rest", Some(now.plus_ms(48 * HOUR_MS)));
    running.core.store.commit(counted).await.unwrap();
    running.advance_ms(2 * HOUR_MS);
    running.done("payout-router", &void_attempt(&"po_b".parse().unwrap(), AttemptNo::FIRST)).await;
    let over = void_attempt(&"po_c".parse().unwrap(), AttemptNo::FIRST);
    let refused = async || running.core.void("po_c".parse().unwrap(), AttemptNo::FIRST).await.unwrap_err();
    assert!(matches!(refused().await, VoidError::TooMany));
    assert!(running.core.attempt(&"po_c".parse().unwrap(), AttemptNo::FIRST).await.unwrap().is_none());
    assert_eq!(running.done("payout-router", &first).await, statement, "what is barred is no new one");
    // The first counts for a day, and no longer.
    running.advance_ms(22 * HOUR_MS - 1);
    assert!(matches!(refused().await, VoidError::TooMany));
    running.advance_ms(1);
    running.done("payout-router", &over).await;
}
