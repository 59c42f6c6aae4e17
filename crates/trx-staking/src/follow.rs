//! What tron-client's feed means here: an operation that waits for its transaction is looked at now.

use api::Event;
use api::trx_staking::{DelegationRequest, StakeRequest};
use service::BoxError;
use service::feed::Apply;
use store::{Commit, Record, Store};

use crate::operation::Row;

/// Wakes the operation whose transaction an event is about. The event itself decides nothing: the operation asks for the
/// truth.
#[derive(Debug)]
pub(crate) struct WakeOperations {
    store: Store,
}

impl WakeOperations {
    pub(crate) const fn new(store: Store) -> Self {
        Self { store }
    }
}

impl Apply for WakeOperations {
    async fn apply(&self, event: &Event, commit: Commit) -> Result<Commit, BoxError> {
        if let Some(stake) = self.store.find::<Row<StakeRequest>>("txid", &event.subject).await? {
            return Ok(commit.wake::<Row<StakeRequest>>(stake.record.id()));
        }
        let delegation = self.store.find::<Row<DelegationRequest>>("txid", &event.subject).await?;
        Ok(match delegation {
            Some(delegation) => commit.wake::<Row<DelegationRequest>>(delegation.record.id()),
            None => commit,
        })
    }
}
