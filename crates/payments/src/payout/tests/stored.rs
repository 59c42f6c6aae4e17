//! A payout as it is stored and shown, in every stage; `any_order` does the same for every state that it comes by.

use api::payout_router::{PayoutAsset, PayoutStage};

use super::*;
use crate::payout::{Stage, Unrecorded};

#[test]
fn every_stage_is_read_as_it_was_written_and_shows_when_it_ended() {
    let reason = || "x".to_owned();
    for (stage, public, ended_at, shown) in [
        (Stage::Accepted, PayoutStage::Accepted, None, None),
        (Stage::Attempting, PayoutStage::Attempting, None, None),
        (Stage::Settled { at: NOW }, PayoutStage::Settled, Some(NOW), None),
        (Stage::Failed { reason: reason(), at: NOW }, PayoutStage::Failed, Some(NOW), Some(reason())),
        (Stage::Cancelled { at: NOW }, PayoutStage::Cancelled, Some(NOW), None),
        (Stage::NeedsReview { reason: reason(), at: NOW }, PayoutStage::NeedsReview, None, Some(reason())),
    ] {
        let payout = Payout { stage, ..payout(PayoutAsset::Trx) };
        let text = serde_json::to_string(&payout).expect("writes");
        assert_eq!(serde_json::from_str::<Payout>(&text).expect("reads"), payout);
        let view = payout.view();
        assert_eq!((view.stage, view.ended_at, view.reason), (public, ended_at, shown));
        assert_eq!((view.amount.as_str(), view.receipt), ("25", None));
    }
}

#[test]
fn a_row_without_the_newest_member_is_read() {
    let mut row = serde_json::to_value(payout(PayoutAsset::Usdt)).expect("writes");
    row.as_object_mut().expect("an object").remove("waiting");
    assert_eq!(serde_json::from_value::<Payout>(row).expect("reads"), payout(PayoutAsset::Usdt));
}

#[test]
fn what_was_said_of_no_restore_by_name_is_said_of_none() {
    let mut row = serde_json::to_value(payout(PayoutAsset::Usdt)).expect("writes");
    row["unrecorded"] = "none".into();
    assert_eq!(serde_json::from_value::<Payout>(row).expect("reads"), payout(PayoutAsset::Usdt));
    let freeze = "fz_6ba7b810-9dad-11d1-80b4-00c04fd430c8".parse().expect("an id");
    let said = Payout { unrecorded: Unrecorded::NoneOf(freeze), ..payout(PayoutAsset::Usdt) };
    let text = serde_json::to_string(&said).expect("writes");
    assert_eq!(serde_json::from_str::<Payout>(&text).expect("reads"), said);
}
