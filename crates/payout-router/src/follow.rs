//! What the others' feeds mean here: a payout that waits for them is looked at now.

use api::Event;
use api::wallet_manager::RegisteredAttempt;
use primitives::{PayoutId, TransferId};
use service::BoxError;
use service::feed::Apply;
use store::{Commit, Record, Store};

use crate::payout::PayoutRow;

/// Wakes the payout that an event is about. The event itself decides nothing: the payout asks for the truth.
#[derive(Debug)]
pub(crate) struct WakePayouts {
    store: Store,
    names: Names,
}

#[derive(Debug)]
enum Names {
    /// The event's data is a registered attempt at an intent: wallet-manager's feed.
    Attempt,
    /// The event's subject is a txid: tron-client's feed.
    Txid,
    /// The event's subject is a transfer: usdt-manager's feed.
    Transfer,
}

impl WakePayouts {
    pub(crate) const fn by_attempt(store: Store) -> Self {
        Self { store, names: Names::Attempt }
    }

    pub(crate) const fn by_txid(store: Store) -> Self {
        Self { store, names: Names::Txid }
    }

    pub(crate) const fn by_transfer(store: Store) -> Self {
        Self { store, names: Names::Transfer }
    }

    async fn payout(&self, event: &Event) -> Result<Option<String>, BoxError> {
        let key = match self.names {
            Names::Attempt => {
                let attempt: RegisteredAttempt = serde_json::from_value(event.data.clone())?;
                // Other intents, stakes and delegations, are no concern of ours.
                return Ok(attempt.intent.as_str().parse::<PayoutId>().ok().map(|id| id.to_string()));
            }
            Names::Txid => "txid",
            Names::Transfer if event.subject.parse::<TransferId>().is_err() => return Ok(None),
            Names::Transfer => "transfer",
        };
        let found = self.store.find::<PayoutRow>(key, &event.subject).await?;
        Ok(found.map(|found| found.record.id()))
    }
}

impl Apply for WakePayouts {
    async fn apply(&self, event: &Event, commit: Commit) -> Result<Commit, BoxError> {
        Ok(match self.payout(event).await? {
            Some(id) => commit.wake::<PayoutRow>(id),
            None => commit,
        })
    }
}
