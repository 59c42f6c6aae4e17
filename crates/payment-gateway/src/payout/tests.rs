//! What the mirror makes of what it is told, in whichever order.

use api::payout_router::{AttemptView, PayoutAsset};
use primitives::{Address, AttemptNo, MerchantRef, PlaneId, TransferId, TxId};
use proptest::prelude::*;

use super::*;

const NOW: UnixMs = UnixMs(1_800_000_000_000);

fn request() -> PayoutRequest {
    PayoutRequest {
        merchant: "shop".parse().unwrap(),
        reference: "order-1".parse().unwrap(),
        asset: PayoutAsset::Usdt,
        recipient: Address::from_evm([9; 20]),
        amount: "25".to_owned(),
        memo: None,
    }
}

fn received() -> PayoutRow {
    let plane: PlaneId = "pl_6ba7b810-9dad-11d1-80b4-00c04fd430c8".parse().unwrap();
    let reference: MerchantRef = "order-1".parse().unwrap();
    PayoutRow::received(PayoutId::of(plane, &"shop".parse().unwrap(), &reference), request(), NOW)
}

/// A payout's life at payout-router; the version is the place, from 1.
fn life() -> Vec<PayoutView> {
    let accepted = PayoutView { stage: PayoutStage::Accepted, created_at: NOW.plus_ms(7), ..received().view };
    let attempt = |state: &str, txid| AttemptView {
        attempt: AttemptNo(1),
        transfer_id: TransferId::of(accepted.payout_id, AttemptNo(1)),
        txid,
        expiration: None,
        state: state.to_owned(),
    };
    let txid = Some(TxId::new([5; 32]));
    let attempting =
        PayoutView { stage: PayoutStage::Attempting, attempts: vec![attempt("underway", None)], ..accepted.clone() };
    let waiting = PayoutView { stage: PayoutStage::WaitingFunds, ..attempting.clone() };
    let signed = PayoutView { attempts: vec![attempt("underway", txid)], ..attempting.clone() };
    let settled = PayoutView {
        stage: PayoutStage::Settled,
        attempts: vec![attempt("paid", txid)],
        ended_at: Some(NOW.plus_ms(9_000)),
        ..signed.clone()
    };
    vec![accepted, attempting.clone(), waiting, attempting, signed, settled]
}

#[test]
fn the_routers_words_replace_ours_even_after_an_end_of_our_own() {
    let accepted = life().remove(0);
    for ours in [received(), received().refused("window_limit_reached", NOW)] {
        let row = ours.told(accepted.clone(), Some(1), NOW);
        assert_eq!((&row.view, row.origin, row.seen), (&accepted, Origin::Router, 1));
        assert_eq!(row.due_at, Some(NOW.plus_ms(5_000)));
    }
    let refused = received().refused("window_limit_reached", NOW);
    assert_eq!((refused.view.stage, refused.due_at, refused.view.ended_at), (PayoutStage::Failed, None, Some(NOW)));
    assert_eq!(refused.view.reason.as_deref(), Some("window_limit_reached"));
    assert_eq!(refused.origin, Origin::Gateway);
}

#[test]
fn a_request_comes_back_as_it_was() {
    assert_eq!(received().request(), request());
}

#[test]
fn a_cancellation_is_due_until_it_is_heard_or_too_late() {
    let (first, last) = (life().remove(0), life().pop().unwrap());
    let wished = received().to_be_cancelled(NOW);
    let there = wished.told(first.clone(), None, NOW);
    assert_eq!((there.cancelling, there.due_at), (true, Some(NOW)));
    assert_eq!(there.cancel_heard(first, NOW).due_at, Some(NOW.plus_ms(5_000)));
    let ended = there.told(last, None, NOW);
    assert_eq!((ended.cancelling, ended.due_at), (false, None));
}

#[test]
fn silence_is_asked_about_ever_more_rarely() {
    let view = life().remove(0);
    let after = |age_ms: u64| {
        let now = view.created_at.plus_ms(age_ms);
        next_look(&view, now).unwrap().ms_since(now)
    };
    assert_eq!([0, 30_000, 600_000, 86_400_000].map(after), [5_000, 15_000, 300_000, 600_000]);
    assert_eq!(next_look(&life().pop().unwrap(), NOW), None);
}

#[test]
fn a_change_is_told_once_and_an_end_as_an_end() {
    let [accepted, settled] = [life().remove(0), life().pop().unwrap()];
    let row = received().told(accepted, Some(1), NOW);
    assert_eq!(received().changed(&row, 2).unwrap().kind, events::CHANGED);
    assert_eq!(row.changed(&PayoutRow { due_at: None, ..row.clone() }, 3), None);
    let ended = row.told(settled, Some(6), NOW);
    let event = row.changed(&ended, 3).unwrap();
    assert_eq!((event.kind, event.version, event.subject), (events::ENDED, 3, ended.id()));
}

proptest! {
    /// The follower's rule, with answers in between: whatever an answer has shown before the feed came there, the view
    /// never goes back behind an attempt or an end, and after the last event it is the last view.
    #[test]
    fn answers_and_events_in_any_mixture_end_at_the_last_event(answers in proptest::collection::vec((0_usize..6, 0_usize..6), 0..8)) {
        let life = life();
        let mut row = received();
        for (place, view) in life.iter().enumerate() {
            for (_, ahead) in answers.iter().filter(|(before, _)| *before == place) {
                // An answer is of now: at least as far as the events that were served.
                let answer = life[(place + ahead).min(life.len() - 1)].clone();
                let next = row.told(answer, None, NOW);
                prop_assert!(row.origin == Origin::Gateway || !is_behind(&next.view, &row.view));
                row = next;
            }
            let version = place as u64 + 1;
            let next = row.told(view.clone(), Some(version), NOW);
            prop_assert!(row.origin == Origin::Gateway || !is_behind(&next.view, &row.view));
            prop_assert_eq!(next.seen, version);
            row = next;
        }
        prop_assert_eq!(&row.view, life.last().unwrap());
        prop_assert_eq!(row.due_at, None);
    }
}
