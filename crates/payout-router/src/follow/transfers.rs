//! usdt-manager's feed: a payout whose transfer has moved is looked at now.

use api::Event;
use primitives::TransferId;
use service::BoxError;
use service::feed::Apply;
use store::{Commit, Record, Store};

use crate::payout::PayoutRow;

/// Wakes the payout of a transfer. The event itself decides nothing: the payout asks for the truth.
#[derive(Debug)]
pub(crate) struct Transfers {
    pub(crate) store: Store,
}

impl Apply for Transfers {
    async fn apply(&self, event: &Event, commit: Commit) -> Result<Commit, BoxError> {
        if event.subject.parse::<TransferId>().is_err() {
            return Ok(commit);
        }
        let found = self.store.find::<PayoutRow>("transfer", &event.subject).await?;
        Ok(match found {
            Some(found) => commit.wake::<PayoutRow>(found.record.id()),
            None => commit,
        })
    }
}
