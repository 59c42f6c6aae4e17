//! The stop of all signing: at once, through restarts, and losing nothing.

use api::wallet_manager::freeze::{FreezeRequest, FreezeView, ThawRequest, freezes, put_freeze, put_thaw};
use api::wallet_manager::refusal::{Remedy, remedy};
use api::wallet_manager::{WalletClass, events, intent, put_signature};
use primitives::statement::Action;
use primitives::{FreezeId, PlaneId};
use service::Outcome;

use super::bench::{Bench, NOW, Payment, Running, authority};
use super::council::{self, decided, signed};

fn named(name: &str) -> FreezeRequest {
    let plane: PlaneId = "pl_6ba7b810-9dad-11d1-80b4-00c04fd430c8".parse().unwrap();
    FreezeRequest { freeze_id: FreezeId::derive(plane.uuid(), &[name]), reason: name.to_owned() }
}

async fn freeze(running: &Running, name: &str) -> FreezeView {
    running.done("operator", &put_freeze(&named(name))).await
}

async fn sign(running: &Running, payment: &Payment) -> Result<(), String> {
    match running.client("usdt-manager").call(&put_signature(payment.txid(), &payment.request())).await {
        Outcome::Done(_) => Ok(()),
        Outcome::Refused(problem) => Err(problem.code.clone()),
        Outcome::Unknown(cause) => panic!("unknown: {cause}"),
    }
}

#[tokio::test]
async fn a_stop_holds_for_what_is_not_signed_yet_and_outlives_the_process() {
    let bench = Bench::new();
    let running = bench.start().await;
    let hot = running.wallet("hot", WalletClass::Hot).await;
    let signed = Payment::usdt(&running, &hot, "po_a");
    let registered = Payment::usdt(&running, &hot, "po_b").later(1);
    let fresh = Payment::usdt(&running, &hot, "po_c").later(2);
    sign(&running, &signed).await.unwrap();
    running.core.register(registered.request()).await.unwrap();

    let stop = freeze(&running, "theft").await;
    assert_eq!((stop.by.as_str(), stop.at, stop.lifted_at), ("operator", NOW, None));
    for running in [running, bench.start().await] {
        assert_eq!(sign(&running, &registered).await, Err("frozen".to_owned()));
        assert_eq!(sign(&running, &fresh).await, Err("frozen".to_owned()));
        assert!(running.done("payout-router", &intent(fresh.intent())).await.attempts.is_empty());
        assert_eq!(running.done("operator", &freezes()).await.freezes, std::slice::from_ref(&stop));
        let found = running.core.freezer.finding().await.unwrap_err();
        assert!(found.contains("operator: theft"), "{found}");
        // What is out already is out.
        sign(&running, &signed).await.unwrap();
    }
    assert_eq!(remedy("frozen"), Remedy::AskAgain, "a caller waits");
    let page = bench.start().await.done("payout-router", &api::event::events(None, 0, 10)).await;
    assert_eq!(page.events.last().unwrap().kind, events::FROZEN);
}

#[tokio::test]
async fn a_stop_is_named_before_the_end_of_a_permission() {
    let bench = Bench::new();
    let running = bench.start().await;
    let hot = running.wallet("hot", WalletClass::Hot).await;
    let payment = Payment::usdt(&running, &hot, "po_a");
    freeze(&running, "theft").await;
    bench.clock.advance_ms(3_600_000);
    assert_eq!(sign(&running, &payment).await, Err("frozen".to_owned()), "its owner waits on");
}

#[tokio::test]
async fn the_same_stop_again_is_the_same_and_two_are_two() {
    let bench = Bench::new();
    let running = bench.start().await;
    let first = freeze(&running, "theft").await;
    running.advance_ms(1);
    assert_eq!(freeze(&running, "theft").await, first);
    let second = freeze(&running, "drill").await;
    assert_eq!(running.done("operator", &freezes()).await.freezes, [first, second]);
}

#[tokio::test]
async fn a_stop_has_a_reason_and_a_caller_who_may() {
    let bench = Bench::new();
    let running = bench.start().await;
    for reason in ["", "a\nb", &"x".repeat(257)] {
        let request = FreezeRequest { reason: reason.to_owned(), ..named("theft") };
        let problem = running.refused("operator", &put_freeze(&request)).await;
        assert_eq!((problem.status, problem.code.as_str()), (422, "malformed_reason"));
    }
    let problem = running.refused("usdt-manager", &put_freeze(&named("theft"))).await;
    assert_eq!((problem.status, problem.code.as_str()), (403, "missing_scope"));
    assert!(running.done("operator", &freezes()).await.freezes.is_empty());
}

#[tokio::test]
async fn no_signature_leaves_after_a_stop_was_answered() {
    let bench = Bench::new();
    let running = bench.start().await;
    let hot = running.wallet("hot", WalletClass::Hot).await;
    let payments: Vec<_> =
        (0..32).map(|number| Payment::usdt(&running, &hot, &format!("po_{number}")).later(number)).collect();
    let signing = futures::future::join_all(payments.iter().map(|payment| sign(&running, payment)));
    let stopping = async {
        freeze(&running, "theft").await;
        // Whoever has a signature in the store when the stop is answered has it, and nobody else will.
        let mut out = Vec::new();
        for payment in &payments {
            out.push(running.core.attempt(payment.intent(), primitives::AttemptNo::FIRST).await.unwrap());
        }
        out.iter().map(|attempt| attempt.as_ref().is_some_and(|attempt| attempt.record.signature().is_some())).collect()
    };
    let (answers, out): (Vec<_>, Vec<bool>) = futures::future::join(signing, stopping).await;
    assert!(out.contains(&false), "the stop came before the last signature");
    for (answer, out) in answers.iter().zip(out) {
        assert_eq!(answer.is_ok(), out, "{answer:?}");
    }
}

#[tokio::test]
async fn two_operators_lift_the_stop_that_they_name() {
    let bench = council::bench();
    let running = bench.start().await;
    let hot = running.wallet("hot", WalletClass::Hot).await;
    let payment = Payment::usdt(&running, &hot, "po_a");
    let (first, second) = (freeze(&running, "theft").await, freeze(&running, "drill").await);
    let thaw = |freeze: FreezeId| ThawRequest { ceremony: decided(&running, Action::Thaw { freeze }), recovery: None };

    let one = ThawRequest {
        ceremony: signed(&running, Action::Thaw { freeze: first.freeze_id }, &[authority("alice")]),
        recovery: None,
    };
    assert_eq!(running.refused("operator", &put_thaw(&one)).await.code, "authority_signature");
    let other = ThawRequest { ceremony: decided(&running, council::harden(&hot)), recovery: None };
    assert_eq!(running.refused("operator", &put_thaw(&other)).await.code, "decision");
    let unknown = running.refused("operator", &put_thaw(&thaw(named("none").freeze_id))).await;
    assert_eq!((unknown.status, unknown.code.as_str()), (404, "unknown_freeze"));
    assert_eq!(running.refused("payout-router", &put_thaw(&thaw(first.freeze_id))).await.code, "missing_scope");

    let old = thaw(first.freeze_id);
    running.advance_ms(1);
    let lifted = running.done("operator", &put_thaw(&old)).await;
    assert_eq!((lifted.freeze_id, lifted.lifted_at), (first.freeze_id, Some(NOW.plus_ms(1))));
    assert_eq!(sign(&running, &payment).await, Err("frozen".to_owned()), "the other stop holds");
    // The old decision lifts nothing more, and a lifted stop does not come back by a late retry.
    assert_eq!(running.done("operator", &put_thaw(&old)).await, lifted);
    assert_eq!(running.done("operator", &freezes()).await.freezes, std::slice::from_ref(&second));
    let problem = running.refused("operator", &put_freeze(&named("theft"))).await;
    assert_eq!((problem.status, problem.code.as_str()), (409, "freeze_lifted"));

    running.done("operator", &put_thaw(&thaw(second.freeze_id))).await;
    for running in [&running, &bench.start().await] {
        sign(running, &payment).await.unwrap();
        assert_eq!(running.core.freezer.finding().await, Ok("signing is not stopped".to_owned()));
    }
    let page = running.done("payout-router", &api::event::events(None, 0, 10)).await;
    assert_eq!(page.events.iter().filter(|event| event.kind == events::THAWED).count(), 2);
}
