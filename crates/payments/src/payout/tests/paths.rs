//! The ways that a payout takes, one at a time.

use api::payout_router::{PayoutAsset, PayoutStage};
use api::usdt_manager::TransferStage;
use primitives::statement::Ending;

use super::world::{Entry, Fate, World};
use super::*;
use crate::attempt::Verdict;
use crate::payout::{LimitRelease, Stage};
use crate::testing::{block, payer};

fn attempting(asset: PayoutAsset) -> (World, Payout) {
    let mut world = World::new();
    let next = world.turn(&payout(asset)).next;
    assert_eq!((next.public_stage(), next.attempts.len()), (PayoutStage::Attempting, 1));
    (world, next)
}

/// As many turns as it takes until one leaves the payout as it was, or it has ended.
fn settle(world: &mut World, mut payout: Payout) -> Payout {
    for _ in 0..10 {
        let next = world.turn(&payout).next;
        let still = next.stage == payout.stage && next.attempts == payout.attempts;
        payout = next;
        if still {
            return payout;
        }
    }
    panic!("still moving: {payout:?}")
}

#[test]
fn usdt_is_settled_by_the_chain_and_counts_for_a_window_more() {
    let (mut world, payout) = attempting(PayoutAsset::Usdt);
    world.usdt_signs(&payout);
    let known = settle(&mut world, payout);
    assert!(known.current().and_then(PayoutAttempt::tx).is_some());
    world.decide(1, Fate::Paid);
    let turn = world.turn(&known);
    assert_eq!(turn.next.stage, Stage::Settled { at: NOW });
    assert_eq!((turn.limits, turn.next.due_at), (Some(LimitRelease::AfterWindow(NOW)), None));
    let receipt = turn.next.view().receipt.expect("a receipt");
    assert_eq!((receipt.block, receipt.fee), (block(66_987_600), sun("0.345")));
}

#[test]
fn usdt_managers_word_settles_and_ends_nothing() {
    let (mut world, payout) = attempting(PayoutAsset::Usdt);
    for stage in [TransferStage::Paid, TransferStage::Dead, TransferStage::Refused, TransferStage::FailedOnChain] {
        world.word = (stage, Some("cancelled".to_owned()));
        let turn = world.turn(&payout);
        assert_eq!((turn.next.stage, turn.limits), (Stage::Attempting, None), "{stage:?}");
        assert_eq!(turn.next.attempts, payout.attempts, "{stage:?}");
    }
}

#[test]
fn what_it_waits_for_is_shown_until_there_is_a_transaction() {
    let (mut world, payout) = attempting(PayoutAsset::Usdt);
    world.word = (TransferStage::WaitingFunds, Some("waiting_funds".to_owned()));
    let waiting = world.turn(&payout).next;
    assert_eq!(
        (waiting.public_stage(), reason(&waiting).as_deref()),
        (PayoutStage::WaitingFunds, Some("waiting_funds"))
    );
    world.usdt_signs(&waiting);
    let known = world.turn(&waiting).next;
    assert_eq!((known.public_stage(), reason(&known)), (PayoutStage::Attempting, None));
}

#[test]
fn a_second_attempt_waits_until_the_first_cannot_be_included_and_a_third_is_for_a_person() {
    for asset in [PayoutAsset::Usdt, PayoutAsset::Trx] {
        let (mut world, payout) = attempting(asset);
        world.usdt_signs(&payout);
        let payout = settle(&mut world, payout);
        world.decide(1, Fate::Failed);
        let failed = settle(&mut world, payout);
        let tx = failed.current().and_then(PayoutAttempt::tx).cloned().expect("a transaction");
        assert_eq!((failed.public_stage(), failed.attempts.len()), (PayoutStage::Accepted, 1));
        assert_eq!(reason(&failed).as_deref(), Some("earlier_attempt_alive"));
        assert_eq!(failed.due_at, Some(tx.expiration.plus_ms(31_000)));

        world.now = failed.due_at.expect("is looked at again");
        let second = world.turn(&failed).next;
        let authorisation = second.current().expect("an attempt").authorisation.unverified();
        let listed = &authorisation.previous[0];
        assert_eq!((listed.txid, listed.expiration), (Some(tx.txid), tx.expiration));
        assert_eq!((listed.ending, reason(&second)), (Ending::FailedOnChain, None));

        world.usdt_signs(&second);
        let second = settle(&mut world, second);
        world.now = world.now.plus_ms(200_000);
        let review = settle(&mut world, second);
        let at = world.now;
        assert_eq!(review.stage, Stage::NeedsReview { reason: "attempts_exhausted".to_owned(), at });
        assert!(world.funds.is_empty() && world.wrong.is_empty(), "{world:?}");

        let allow = |payout: &Payout, number| attempt_again(payout, AttemptNo(number), at);
        for wrong in [1, 2, 4] {
            assert_eq!(allow(&review, wrong), Err(NotExhausted));
        }
        let allowed = allow(&review, 3).expect("a person has allowed it").next;
        assert_eq!((&allowed.stage, allowed.allowed), (&Stage::Accepted, Some(AttemptNo(3))));
        assert_eq!(allow(&allowed, 3).expect("the same again").next, allowed);
        let third = settle(&mut world, allowed);
        assert_eq!((third.attempts.len(), third.public_stage()), (3, PayoutStage::Attempting), "{third:?}");
        assert_eq!(third.current().expect("an attempt").authorisation.unverified().previous.len(), 2);
        world.usdt_signs(&third);
        let third = settle(&mut world, third);
        world.now = world.now.plus_ms(200_000);
        let review = settle(&mut world, third);
        assert!(matches!(review.stage, Stage::NeedsReview { .. }), "one more was allowed, and no other");
    }
}

#[test]
fn what_waits_for_funds_waits_no_longer_than_its_permission() {
    let (mut world, mut waiting) = attempting(PayoutAsset::Trx);
    world.rich = false;
    for attempt in [1, 2] {
        waiting = settle(&mut world, waiting);
        assert_eq!((waiting.public_stage(), waiting.attempts.len()), (PayoutStage::WaitingFunds, attempt));
        world.now = world.now.plus_ms(VALID_MS - 1);
        let last = settle(&mut world, waiting);
        assert_eq!((last.public_stage(), last.attempts.len()), (PayoutStage::WaitingFunds, attempt));
        world.now = world.now.plus_ms(1);
        waiting = world.turn(&last).next;
        assert_eq!(waiting.due_at, Some(world.now), "barred at once");
    }
    let review = settle(&mut world, waiting);
    assert_eq!(reason(&review).as_deref(), Some("attempts_exhausted"));
    assert_eq!((world.register.get(&1), world.register.get(&2)), (Some(&Entry::Void), Some(&Entry::Void)));
    assert!(world.funds.is_empty() && world.wrong.is_empty(), "{world:?}");
}

#[test]
fn a_mismatch_freezes_the_wallet_and_gives_nothing_back() {
    for asset in [PayoutAsset::Usdt, PayoutAsset::Trx] {
        let (mut world, payout) = attempting(asset);
        world.usdt_signs(&payout);
        let payout = settle(&mut world, payout);
        world.decide(1, Fate::Strange);
        let turn = world.turn(&payout);
        assert_eq!(turn.next.stage, Stage::NeedsReview { reason: "mismatch".to_owned(), at: NOW });
        assert_eq!((turn.freeze, turn.limits), (Some(payer()), None));
        let ending = turn.next.current().and_then(PayoutAttempt::ended).map(|ended| ended.ending);
        assert_eq!(ending, Some(Verdict::Mismatch));
    }
}

#[test]
fn nothing_is_authorised_from_a_frozen_wallet_nor_to_the_wallet_itself() {
    let mut world = World::new();
    world.frozen = true;
    let waiting = world.turn(&payout(PayoutAsset::Usdt)).next;
    assert_eq!((reason(&waiting).as_deref(), waiting.attempts.len()), (Some("wallet_frozen"), 0));
    world.frozen = false;
    assert_eq!(world.turn(&waiting).next.attempts.len(), 1);

    let mut to_itself = payout(PayoutAsset::Usdt);
    to_itself.request.recipient = payer();
    let turn = world.turn(&to_itself);
    assert_eq!(turn.next.stage, Stage::Failed { reason: "recipient_is_payer".to_owned(), at: NOW });
    assert_eq!(turn.limits, Some(LimitRelease::AtOnce));
}

#[test]
fn a_register_that_changes_its_word_is_for_a_person() {
    let (mut world, payout) = attempting(PayoutAsset::Usdt);
    world.usdt_signs(&payout);
    let known = settle(&mut world, payout.clone());
    let mut elsewhere = World::new();
    elsewhere.now = later(7);
    elsewhere.usdt_signs(&payout);
    for entry in [None, Some(Entry::Void), elsewhere.register.get(&1).cloned()] {
        world.register = entry.clone().map(|entry| (1, entry)).into_iter().collect();
        let turn = world.turn(&known);
        assert_eq!(turn.next.stage, Stage::NeedsReview { reason: "register_changed".to_owned(), at: NOW }, "{entry:?}");
        assert_eq!(turn.limits, None);
    }
}

#[test]
fn a_barred_attempt_fails_for_its_reason_or_is_made_anew_when_time_was_the_reason() {
    for (given, expected) in [(Some("recipient_is_contract"), "recipient_is_contract"), (None, "unsigned")] {
        let (mut world, payout) = attempting(PayoutAsset::Usdt);
        world.usdt_bars(&payout, given);
        let turn = world.turn(&payout);
        assert_eq!(turn.next.stage, Stage::Failed { reason: expected.to_owned(), at: NOW });
        assert_eq!(turn.limits, Some(LimitRelease::AtOnce));
    }
    for code in ["authorisation_expired", "authority_expired", "permission", "wrong_permission"] {
        let (mut world, payout) = attempting(PayoutAsset::Usdt);
        world.usdt_bars(&payout, Some(code));
        let again = settle(&mut world, payout);
        let previous = &again.current().expect("an attempt").authorisation.unverified().previous;
        assert_eq!((again.attempts.len(), previous[0].ending, previous[0].txid), (2, Ending::Unsigned, None));
    }
}

#[test]
fn trx_waits_for_funds_holds_them_and_gives_them_back() {
    let (mut world, payout) = attempting(PayoutAsset::Trx);
    world.rich = false;
    let waiting = world.turn(&payout).next;
    assert_eq!((waiting.public_stage(), waiting.due_at), (PayoutStage::WaitingFunds, Some(later(5_000))));
    world.rich = true;
    let submitted = settle(&mut world, waiting);
    assert_eq!((world.funds.len(), submitted.public_stage()), (1, PayoutStage::Attempting));
    world.decide(1, Fate::Paid);
    let settled = world.turn(&submitted).next;
    assert_eq!((settled.public_stage(), settled.due_at), (PayoutStage::Settled, Some(NOW)));
    let over = world.turn(&settled).next;
    assert_eq!((world.funds.len(), over.due_at), (0, None));
}

#[test]
fn a_txid_of_another_payout_is_for_a_person() {
    let (_, payout) = attempting(PayoutAsset::Usdt);
    let turn = txid_is_another_payouts(&payout, NOW);
    assert_eq!(reason(&turn.next).as_deref(), Some("txid_is_another_payouts"));
    assert_eq!((turn.limits, turn.next.due_at), (None, None));
}

#[test]
fn an_amount_that_leaves_no_room_for_its_fee_fails() {
    let mut most = payout(PayoutAsset::Trx);
    most.money = Money::Trx(Sun::new(i64::MAX as u64).expect("fits"));
    let turn = World::new().turn(&most);
    assert_eq!(turn.next.stage, Stage::Failed { reason: "amount_too_large".to_owned(), at: NOW });
}
