//! What the others' feeds mean here: a transfer that waits for them is looked at now.

use api::Event;
use api::wallet_manager::{RegisteredAttempt, events};
use service::BoxError;
use service::feed::Apply;
use store::{Commit, Record, Store};

use crate::transfer::{TransferRow, attempt_key};

/// Wakes the transfer that an event is about. The event itself decides nothing: the transfer asks for the truth.
#[derive(Debug)]
pub(crate) struct WakeTransfers {
    store: Store,
    names: Names,
}

#[derive(Debug)]
enum Names {
    /// The event's subject is a txid: tron-client's feed.
    Txid,
    /// The event's data is a registered attempt: wallet-manager's feed.
    Attempt,
}

impl WakeTransfers {
    pub(crate) const fn by_txid(store: Store) -> Self {
        Self { store, names: Names::Txid }
    }

    pub(crate) const fn by_attempt(store: Store) -> Self {
        Self { store, names: Names::Attempt }
    }
}

impl Apply for WakeTransfers {
    async fn apply(&self, event: &Event, commit: Commit) -> Result<Commit, BoxError> {
        let found = match self.names {
            Names::Txid => self.store.find::<TransferRow>("txid", &event.subject).await?,
            // Stops of all signing are told there too; they are about no transfer.
            Names::Attempt if ![events::REGISTERED, events::VOIDED].contains(&event.kind.as_str()) => None,
            Names::Attempt => {
                let attempt: RegisteredAttempt = serde_json::from_value(event.data.clone())?;
                let key = attempt_key(&attempt.intent, attempt.attempt);
                self.store.find::<TransferRow>("attempt", &key).await?
            }
        };
        Ok(match found {
            Some(transfer) => commit.wake::<TransferRow>(transfer.record.id()),
            None => commit,
        })
    }
}
