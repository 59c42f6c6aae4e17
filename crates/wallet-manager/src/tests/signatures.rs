//! Signatures: once, for ever the same, and nothing that a rule stands against.

use api::wallet_manager::{SignatureView, WalletClass, events, intent, put_signature};
use primitives::statement::{Ending, Kind, PreviousAttempt};
use primitives::{Address, AttemptNo, UnixMs};
use tron_tx::SignedTransaction;

use super::bench::{Bench, NOW, Payment, Running, authority};

async fn sign(running: &Running, payment: &Payment) -> SignatureView {
    running.done("usdt-manager", &put_signature(payment.txid(), &payment.request())).await
}

async fn code(running: &Running, payment: &Payment) -> (u16, String) {
    let problem = running.refused("usdt-manager", &put_signature(payment.txid(), &payment.request())).await;
    (problem.status, problem.code.clone())
}

#[tokio::test]
async fn a_payment_is_signed_once_and_for_ever() {
    let bench = Bench::new();
    let running = bench.start().await;
    let hot = running.wallet("hot", WalletClass::Hot).await;
    for payment in [Payment::usdt(&running, &hot, "po_a"), Payment::trx(&running, &hot, "po_b")] {
        let signed = sign(&running, &payment).await;
        let transaction = SignedTransaction {
            raw_data: signed.raw_data.0.clone(),
            signatures: vec![signed.signature.0.clone()],
            results: vec![],
        };
        assert_eq!((transaction.txid(), transaction.signers().unwrap()), (payment.txid(), vec![hot.address]));
        assert_eq!(sign(&running, &payment).await, signed);
        // Long after anchor and authorisation ran out, and after a restart.
        bench.clock.advance_ms(3_600_000);
        assert_eq!(sign(&bench.start().await, &payment).await, signed);
        bench.clock.set(NOW);

        let known = running.done("payout-router", &intent(payment.intent())).await;
        assert_eq!(known.attempts.len(), 1);
        assert_eq!((known.attempts[0].txid, known.attempts[0].void), (Some(payment.txid()), false));
    }
    let page = running.done("payout-router", &api::event::events(None, 0, 10)).await;
    let told: Vec<_> = page.events.iter().map(|event| (event.kind.as_str(), event.subject.as_str())).collect();
    assert_eq!(told, [(events::REGISTERED, "po_a"), (events::REGISTERED, "po_b")]);
}

type Change = fn(&mut Payment);

#[tokio::test]
async fn only_an_authorisation_for_the_same_payment_hears_of_a_registered_one() {
    let bench = Bench::new();
    let running = bench.start().await;
    let hot = running.wallet("hot", WalletClass::Hot).await;
    let payment = Payment::usdt(&running, &hot, "po_a");
    let signed = sign(&running, &payment).await;
    let changed = |change: Change| {
        let mut other = payment.clone();
        change(&mut other);
        other
    };
    let renewed = changed(|it| it.authorisation.valid_until = it.authorisation.valid_until.plus_ms(1));
    assert_eq!(sign(&running, &renewed).await, signed);
    let others: [(&str, Change); 6] = [
        ("chain", |it| it.authorisation.chain_id = primitives::ChainId(1)),
        ("recipient", |it| it.authorisation.recipient = Address::from_evm([0x44; 20])),
        ("amount", |it| it.authorisation.amount += 1),
        ("contract_type", |it| it.authorisation.asset = primitives::statement::Asset::Trx),
        ("authority_signature", |it| it.issuer = authority("usdt-manager")),
        ("intent", |it| {
            // A sweep is usdt-manager's to authorise, this intent is not.
            it.authorisation.kind = Kind::Sweep;
            it.issuer = authority("usdt-manager");
        }),
    ];
    for (rule, change) in others {
        assert_eq!(code(&running, &changed(change)).await, (403, rule.to_owned()));
    }
}

#[tokio::test]
async fn the_same_request_eight_times_at_once_has_one_signature() {
    let bench = Bench::new();
    let running = bench.start().await;
    let hot = running.wallet("hot", WalletClass::Hot).await;
    let payment = Payment::usdt(&running, &hot, "po_a");
    let signed = futures::future::join_all((0..8).map(|_| sign(&running, &payment))).await;
    assert!(signed.iter().all(|view| *view == signed[0]));
    assert_eq!(running.done("payout-router", &intent(payment.intent())).await.attempts.len(), 1);
}

#[tokio::test]
async fn a_signature_that_a_crash_prevented_is_made_after_the_same_checks() {
    let bench = Bench::new();
    let running = bench.start().await;
    let hot = running.wallet("hot", WalletClass::Hot).await;
    let payment = Payment::usdt(&running, &hot, "po_a");
    // The process ends between the commit and the token.
    running.core.register(payment.request()).await.unwrap();
    drop(running);
    bench.clock.advance_ms(3_600_000);
    let again = bench.start().await;
    assert_eq!(again.done("payout-router", &intent(payment.intent())).await.attempts[0].txid, Some(payment.txid()));
    let signed = sign(&again, &payment).await;
    assert_eq!(sign(&again, &payment).await, signed);
}

#[tokio::test]
async fn an_attempt_is_one_transaction_and_a_transaction_one_attempt() {
    let bench = Bench::new();
    let running = bench.start().await;
    let hot = running.wallet("hot", WalletClass::Hot).await;
    let payment = Payment::usdt(&running, &hot, "po_a");
    let signed = sign(&running, &payment).await;

    let other = payment.clone().later(1);
    let problem = running.refused("usdt-manager", &put_signature(other.txid(), &other.request())).await;
    assert_eq!((problem.status, problem.code.as_str()), (409, "attempt_taken"));
    assert_eq!(problem.members["txid"], serde_json::json!(signed.txid));
    assert_eq!(problem.members["raw_data"], serde_json::json!(signed.raw_data));

    let twin = Payment::usdt(&running, &hot, "po_b");
    assert_eq!(twin.txid(), payment.txid(), "equal transfers on one reference block and time hash alike");
    assert_eq!(code(&running, &twin).await, (409, "txid_taken".to_owned()));
    sign(&running, &twin.later(1)).await;

    let problem = running.refused("usdt-manager", &put_signature(other.txid(), &payment.request())).await;
    assert_eq!((problem.status, problem.code.as_str()), (422, "other_txid"));
}

#[tokio::test]
async fn a_rule_that_stands_against_it_is_named_and_nothing_is_registered() {
    let bench = Bench::new();
    let running = bench.start().await;
    let hot = running.wallet("hot", WalletClass::Hot).await;
    let energy = running.wallet("energy", WalletClass::Energy).await;
    let good = Payment::usdt(&running, &hot, "po_a");
    let changed = |change: &dyn Fn(&mut Payment)| {
        let mut payment = good.clone();
        change(&mut payment);
        payment
    };
    for (rule, payment) in [
        ("recipient", changed(&|payment| payment.authorisation.recipient = Address::from_evm([1; 20]))),
        ("amount", changed(&|payment| payment.authorisation.amount += 1)),
        ("authority_signature", changed(&|payment| payment.issuer = authority("usdt-manager"))),
        ("authority_signature", changed(&|payment| payment.authorisation.kind = Kind::Sweep)),
        ("authority_expired", changed(&|payment| payment.authorisation.valid_until = NOW.minus_ms(1))),
        ("anchor_stale", changed(&|payment| payment.anchor.solid_time = NOW.minus_ms(120_001))),
        ("key", changed(&|payment| payment.authorisation.key_id = "ff".parse().unwrap())),
        (
            "expiration_cap",
            changed(&|payment| {
                payment.raw.expiration = NOW.plus_ms(600_001);
                payment.authorisation.expiration_max = UnixMs(u64::MAX);
            }),
        ),
        ("class", Payment::usdt(&running, &energy, "po_a")),
    ] {
        assert_eq!(code(&running, &payment).await, (403, rule.to_owned()));
    }
    assert!(running.done("payout-router", &intent(good.intent())).await.attempts.is_empty());
    sign(&running, &good).await;
}

#[tokio::test]
async fn a_second_attempt_needs_the_first_to_be_over_and_told_right() {
    let bench = Bench::new();
    let running = bench.start().await;
    let hot = running.wallet("hot", WalletClass::Hot).await;
    let first = Payment::usdt(&running, &hot, "po_a");
    sign(&running, &first).await;
    let second = |now: UnixMs, previous: PreviousAttempt| {
        bench.clock.set(now);
        let mut payment = Payment::usdt(&running, &hot, "po_a");
        payment.authorisation.attempt = AttemptNo(2);
        payment.authorisation.previous = vec![previous];
        payment
    };
    let told = PreviousAttempt { txid: Some(first.txid()), expiration: first.raw.expiration, ending: Ending::Dead };
    let alive = second(first.raw.expiration.plus_ms(30_000), told.clone());
    assert_eq!(code(&running, &alive).await, (403, "previous_alive".to_owned()));
    let over = first.raw.expiration.plus_ms(30_001);
    let wrong = second(over, PreviousAttempt { txid: None, ..told.clone() });
    assert_eq!(code(&running, &wrong).await, (403, "previous".to_owned()));
    let right = second(over, told);
    assert_ne!(sign(&running, &right).await.txid, first.txid());
    let known = running.done("payout-router", &intent(first.intent())).await;
    assert_eq!(known.attempts.iter().map(|attempt| attempt.attempt.0).collect::<Vec<_>>(), [1, 2]);
}
