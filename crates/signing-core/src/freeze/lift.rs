//! Lifting a stop: two operators, by a statement that names the one stop.

use api::wallet_manager::events;
use api::wallet_manager::freeze::{FreezeView, ThawRequest};
use primitives::FreezeId;
use primitives::statement::Action;
use signer::check::agreed;
use signer::{Refusal, Rules};
use store::{Commit, StoreError};
use thiserror::Error;
use tracing::warn;

use super::{Freeze, Freezer, of_audit, of_restore, told};
use crate::audit::AuditFault;
use crate::audit::entry::Thawed;

/// Why a stop is not lifted.
#[derive(Debug, Error)]
pub enum ThawError {
    /// The decision is not two operators', not good here and now, or on something else.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A restore made it, and payout-router has not said that the plane was held against the chain since.
    #[error("the plane was restored: payout-router has not said that it was held against the chain")]
    Recovering,
    /// There is no such stop.
    #[error("there is no stop {0}")]
    Unknown(FreezeId),
    /// The store failed; the stop holds on.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The audit log failed; the stop holds on.
    #[error(transparent)]
    Audit(#[from] AuditFault),
}

impl Freezer {
    /// Lifts the stop that two operators name. The same decision again finds it lifted; no other stop is touched by it.
    pub async fn thaw(&self, request: &ThawRequest, rules: &Rules) -> Result<FreezeView, ThawError> {
        let now = self.clock.now();
        let agreed = agreed(&request.ceremony, rules, now)?;
        let Action::Thaw { freeze } = agreed.statement.action else { return Err(Refusal::Decision.into()) };
        self.made_up_for(freeze, request, rules)?;
        let mut holding = self.holding.write().await;
        let stored = self.stored(freeze).await?.ok_or(ThawError::Unknown(freeze))?;
        if stored.record.lifted_at.is_none() {
            let lifted = Freeze { lifted_at: Some(now), ..stored.record.clone() };
            let next = stored.next(lifted.clone());
            let commit = Commit::new(now).update(&stored, &lifted).event(told(&next, events::THAWED));
            let commit = commit.log(Thawed { freeze_id: freeze, operators: agreed.operators.clone() }.into());
            self.audit.commit(commit).await.map_err(of_audit)?;
            holding.remove(&freeze);
            self.metrics.frozen(!holding.is_empty());
            warn!(%freeze, operators = ?agreed.operators, "a stop of all signing is lifted");
            return Ok(lifted.view());
        }
        Ok(stored.record.view())
    }

    /// The stop that a restore made is lifted only by payout-router's word besides: here nothing is known of the chain.
    fn made_up_for(&self, freeze: FreezeId, request: &ThawRequest, rules: &Rules) -> Result<(), ThawError> {
        if self.store.restored().is_none_or(|restored| of_restore(rules.plane, restored) != freeze) {
            return Ok(());
        }
        let word = request.recovery.as_ref().and_then(|word| word.verify(&rules.issuers.payout).ok());
        let said = word.is_some_and(|word| word.plane == rules.plane && word.freeze == freeze);
        if said { Ok(()) } else { Err(ThawError::Recovering) }
    }
}
