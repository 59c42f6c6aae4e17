//! Stopping a payout: granted for certain, or not at all.

use api::payout_router::{PayoutAsset, PayoutStage};

use super::world::{Entry, Fate, World};
use super::*;
use crate::payout::{LimitRelease, Stage, TooLate, cancel};

fn run(world: &mut World, mut payout: Payout, turns: usize) -> Payout {
    for _ in 0..turns {
        payout = world.turn(&payout).next;
    }
    payout
}

fn cancelled(payout: &Payout) -> Payout {
    cancel(payout, NOW).expect("not at its end").next
}

#[test]
fn before_an_attempt_it_is_at_once() {
    let turn = cancel(&payout(PayoutAsset::Usdt), NOW).expect("not at its end");
    assert_eq!(turn.next.stage, Stage::Cancelled { at: NOW });
    assert_eq!((turn.limits, turn.next.due_at), (Some(LimitRelease::AtOnce), None));
    // The same wish again has the same answer, and changes nothing.
    let again = cancel(&turn.next, later(5)).expect("the same answer");
    assert_eq!((again.next, again.limits), (turn.next, None));
}

#[test]
fn an_attempt_is_barred_first() {
    // USDT right after the permission; TRX before its funds, with funds, and sealed but not signed.
    for (asset, turns) in [(PayoutAsset::Usdt, 1), (PayoutAsset::Trx, 1), (PayoutAsset::Trx, 2), (PayoutAsset::Trx, 3)]
    {
        let mut world = World::new();
        let payout = run(&mut world, payout(asset), turns);
        let wish = cancelled(&payout);
        assert_eq!((wish.public_stage(), wish.cancelling), (PayoutStage::Attempting, true), "{asset:?} {turns}");
        let stopped = run(&mut world, wish, 3);
        assert_eq!(stopped.public_stage(), PayoutStage::Cancelled, "{asset:?} {turns}");
        assert_eq!(world.register.get(&1), Some(&Entry::Void), "{asset:?} {turns}");
        assert!(world.funds.is_empty() && stopped.due_at.is_none(), "{asset:?} {turns}");
    }
}

#[test]
fn what_is_signed_goes_on() {
    for asset in [PayoutAsset::Usdt, PayoutAsset::Trx] {
        let mut world = World::new();
        let payout = run(&mut world, payout(asset), 4);
        world.usdt_signs(&payout);
        let wish = cancelled(&payout);
        let on = run(&mut world, wish, 3);
        assert_eq!(on.public_stage(), PayoutStage::Attempting, "{asset:?}");
        world.decide(1, Fate::Paid);
        assert_eq!(run(&mut world, on, 1).public_stage(), PayoutStage::Settled, "{asset:?}");
    }
}

#[test]
fn a_signature_whose_answer_was_lost_is_found_and_goes_on() {
    let mut world = World::new();
    let sealed = run(&mut world, payout(PayoutAsset::Trx), 3);
    assert_eq!(sealed.current().and_then(PayoutAttempt::tx).map(|_| ()), Some(()));
    // Asked and answered, and then the process died.
    drop(world.turn(&sealed));
    let barring = cancelled(&sealed);
    let found = run(&mut world, barring, 1);
    // A second wish does not bar what the register has.
    let submitted = run(&mut world, cancelled(&found), 1);
    let submitted_tx = submitted.current().and_then(PayoutAttempt::tx).cloned();
    assert_eq!(submitted_tx, sealed.current().and_then(PayoutAttempt::tx).cloned());
    world.decide(1, Fate::Paid);
    assert_eq!(run(&mut world, submitted, 1).public_stage(), PayoutStage::Settled);
}

#[test]
fn the_wish_outlives_a_transaction_that_dies() {
    for asset in [PayoutAsset::Usdt, PayoutAsset::Trx] {
        let mut world = World::new();
        let payout = run(&mut world, payout(asset), 4);
        world.usdt_signs(&payout);
        let wish = cancelled(&payout);
        let on = run(&mut world, wish, 2);
        world.now = later(1_000_000);
        let stopped = run(&mut world, on, 2);
        assert_eq!((stopped.public_stage(), stopped.attempts.len()), (PayoutStage::Cancelled, 1), "{asset:?}");
        assert!(world.funds.is_empty());
    }
}

#[test]
fn an_end_cannot_be_stopped() {
    let mut payout = payout(PayoutAsset::Usdt);
    let reason = || "x".to_owned();
    for stage in [
        Stage::Settled { at: NOW },
        Stage::Failed { reason: reason(), at: NOW },
        Stage::NeedsReview { reason: reason(), at: NOW },
    ] {
        payout.stage = stage;
        assert_eq!(cancel(&payout, NOW), Err(TooLate));
    }
}

#[test]
fn the_wish_outlives_a_restore_that_finds_the_last_attempt_being_barred() {
    for cancelling in [true, false] {
        let mut world = World::new();
        let mut payout = run(&mut world, payout(PayoutAsset::Trx), 2);
        let made = payout.attempts.last_mut().expect("an attempt");
        made.attempt = AttemptNo(2);
        if cancelling {
            payout = cancelled(&payout);
        }
        let barred = plan(&payout, Facts::Restored, &authority(), NOW).next;
        let ended = world.turn(&barred).next;
        let reason = ended.current().and_then(PayoutAttempt::ended).and_then(|ended| ended.reason.clone());
        assert_eq!(reason.as_deref(), Some("restored"));
        let exhausted = Stage::NeedsReview { reason: "attempts_exhausted".to_owned(), at: NOW };
        assert_eq!(ended.stage, if cancelling { Stage::Accepted } else { exhausted });
        if cancelling {
            assert!(cancel_restored(&ended, true, NOW).is_ok(), "the same wish has an answer");
            let stopped = run(&mut world, ended, 6);
            assert_eq!((stopped.public_stage(), stopped.attempts.len()), (PayoutStage::Cancelled, 2));
        }
    }
}
