//! The payout's row.

use api::payout_router::{PayoutView, events};
use payments::payout::Payout;
use primitives::UnixMs;
use serde::{Deserialize, Serialize};
use store::{NewEvent, Record};

/// A payout as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct PayoutRow(pub(crate) Payout);

impl PayoutRow {
    /// The event that tells of a new payout.
    pub(crate) fn created(&self) -> NewEvent {
        event(events::CHANGED, &self.0.view(), 1)
    }

    /// The event that tells of a change, if the change shows.
    pub(crate) fn changed(before: &PayoutView, after: &PayoutView, version: u64) -> Option<NewEvent> {
        let ended = after.ended_at.is_some() && before.ended_at.is_none();
        (before != after).then(|| event(if ended { events::ENDED } else { events::CHANGED }, after, version))
    }
}

fn event(kind: &'static str, view: &PayoutView, version: u64) -> NewEvent {
    let data = serde_json::to_value(view).expect("a view has text keys and no failing serialiser");
    NewEvent { kind, subject: view.payout_id.to_string(), version, data }
}

impl Record for PayoutRow {
    const NOUN: &'static str = "payout";

    fn id(&self) -> String {
        self.0.id.to_string()
    }

    fn stage(&self) -> &'static str {
        self.0.public_stage().name()
    }

    fn due_at(&self) -> Option<UnixMs> {
        self.0.due_at
    }

    /// One txid settles one payout: a name of every transaction that was ever made for it, for ever. Only a transaction
    /// that the register has, or that was sealed here, gets a name.
    fn keys(&self) -> Vec<(&'static str, String)> {
        let txids = self.0.attempts.iter().filter_map(|attempt| attempt.tx());
        let transfers = self.0.attempts.iter().map(|attempt| ("transfer", attempt.transfer_id.to_string()));
        let adopted = self.0.adopted.iter().filter_map(|ended| ended.tx.as_ref());
        txids.chain(adopted).map(|tx| ("txid", tx.txid.to_string())).chain(transfers).collect()
    }

    fn tags(&self) -> Vec<(&'static str, String)> {
        vec![("merchant", self.0.request.merchant.to_string())]
    }
}
