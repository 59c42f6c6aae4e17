//! The mirrored payout: what payout-router last said of it, or the merchant's request while the router has not spoken.

use api::payout_router::{PayoutRequest, PayoutStage, PayoutView, events};
use primitives::{PayoutId, UnixMs};
use serde::{Deserialize, Serialize};
use store::{NewEvent, Record};

/// A payout of which the feed is silent is asked about after half its age, within these bounds, milliseconds: the feed
/// tells everything, so this only heals what nobody has thought of.
const LOOK_MS: std::ops::RangeInclusive<u64> = 5_000..=600_000;

/// A payout as it is mirrored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PayoutRow {
    /// How it looks.
    pub(crate) view: PayoutView,
    /// Whose words the view is.
    pub(crate) origin: Origin,
    /// payout-router's version that the last applied event told of; 0 before the first. Older events change nothing.
    pub(crate) seen: u64,
    /// It is to be cancelled, and payout-router has not yet taken note.
    pub(crate) cancelling: bool,
    /// When payout-router is to be asked, or asked again.
    pub(crate) due_at: Option<UnixMs>,
}

/// Whose words a view is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Origin {
    /// Ours: payout-router has not said that it has the payout.
    Gateway,
    /// payout-router's.
    Router,
}

impl PayoutRow {
    /// A request of which it is unknown whether payout-router has it: to be forwarded now.
    pub(crate) fn received(id: PayoutId, request: PayoutRequest, now: UnixMs) -> Self {
        let PayoutRequest { merchant, reference, asset, recipient, amount, memo } = request;
        let view = PayoutView {
            payout_id: id,
            merchant,
            reference,
            path: "v0".to_owned(),
            asset,
            recipient,
            amount,
            memo,
            stage: PayoutStage::Received,
            reason: None,
            attempts: Vec::new(),
            receipt: None,
            created_at: now,
            ended_at: None,
        };
        Self { view, origin: Origin::Gateway, seen: 0, cancelling: false, due_at: Some(now) }
    }

    /// A payout that payout-router told of, in the event of this version or, with 0, in an answer.
    pub(crate) fn of_router(view: PayoutView, seen: u64, now: UnixMs) -> Self {
        let due_at = next_look(&view, now);
        Self { view, origin: Origin::Router, seen, cancelling: false, due_at }
    }

    /// The row after payout-router has told of it, by the event of this version or by an answer.
    ///
    /// An answer names no version, so that events which the feed still owes us may be older than what an answer has
    /// shown: those count as seen and leave the view as it is.
    pub(crate) fn told(&self, view: PayoutView, event: Option<u64>, now: UnixMs) -> Self {
        let keep = self.origin == Origin::Router && is_behind(&view, &self.view);
        let view = if keep { self.view.clone() } else { view };
        let cancelling = self.cancelling && view.ended_at.is_none();
        let due_at = if cancelling { Some(now) } else { next_look(&view, now) };
        Self { view, origin: Origin::Router, seen: event.unwrap_or(self.seen), cancelling, due_at }
    }

    /// The row after payout-router has answered a cancellation.
    pub(crate) fn cancel_heard(&self, view: PayoutView, now: UnixMs) -> Self {
        Self { cancelling: false, ..self.clone() }.told(view, None, now)
    }

    /// The row after payout-router has refused to make the payout, with this code.
    pub(crate) fn refused(&self, code: &str, now: UnixMs) -> Self {
        let stage = PayoutStage::Failed;
        let view = PayoutView { stage, reason: Some(code.to_owned()), ended_at: Some(now), ..self.view.clone() };
        Self { view, cancelling: false, due_at: None, ..self.clone() }
    }

    /// The row with the wish to have it cancelled noted.
    pub(crate) fn to_be_cancelled(&self, now: UnixMs) -> Self {
        Self { cancelling: true, due_at: Some(now), ..self.clone() }
    }

    /// What was asked for, as payout-router is asked.
    pub(crate) fn request(&self) -> PayoutRequest {
        let view = &self.view;
        PayoutRequest {
            merchant: view.merchant.clone(),
            reference: view.reference.clone(),
            asset: view.asset,
            recipient: view.recipient,
            amount: view.amount.clone(),
            memo: view.memo.clone(),
        }
    }

    /// The event that tells of the row as a new one.
    pub(crate) fn created(&self) -> NewEvent {
        let kind = if self.view.ended_at.is_some() { events::ENDED } else { events::CHANGED };
        event(kind, &self.view, 1)
    }

    /// The event that tells of the change to `next`, the row's `version`, if the change shows.
    pub(crate) fn changed(&self, next: &Self, version: u64) -> Option<NewEvent> {
        let ended = next.view.ended_at.is_some() && self.view.ended_at.is_none();
        (self.view != next.view)
            .then(|| event(if ended { events::ENDED } else { events::CHANGED }, &next.view, version))
    }
}

fn event(kind: &'static str, view: &PayoutView, version: u64) -> NewEvent {
    let data = serde_json::to_value(view).expect("a view has text keys and no failing serialiser");
    NewEvent { kind, subject: view.payout_id.to_string(), version, data }
}

/// When to ask about a payout of which nothing is heard.
fn next_look(view: &PayoutView, now: UnixMs) -> Option<UnixMs> {
    let half_its_age = now.ms_since(view.created_at) / 2;
    view.ended_at.is_none().then(|| now.plus_ms(half_its_age.clamp(*LOOK_MS.start(), *LOOK_MS.end())))
}

/// Whether `view` is older than `known`: at payout-router an end, an attempt, its transaction and its ending, once
/// there, stay.
fn is_behind(view: &PayoutView, known: &PayoutView) -> bool {
    let facts = |view: &PayoutView| {
        let with_txid = view.attempts.iter().filter(|attempt| attempt.txid.is_some()).count();
        let ended = view.attempts.iter().filter(|attempt| attempt.state != "underway").count();
        [usize::from(view.ended_at.is_some()), view.attempts.len(), with_txid, ended]
    };
    facts(view).iter().zip(facts(known)).any(|(new, old)| *new < old)
}

impl Record for PayoutRow {
    const NOUN: &'static str = "payout";

    fn id(&self) -> String {
        self.view.payout_id.to_string()
    }

    fn stage(&self) -> &'static str {
        self.view.stage.name()
    }

    fn due_at(&self) -> Option<UnixMs> {
        self.due_at
    }

    fn tags(&self) -> Vec<(&'static str, String)> {
        vec![("merchant", self.view.merchant.to_string())]
    }
}

#[cfg(test)]
mod tests;
