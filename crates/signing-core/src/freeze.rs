//! The stop of all signing: durable, and in force before anybody is told so.
//!
//! Signing goes through a gate, and whoever closes it waits until those who are passing are through: when a freeze is
//! answered, nothing is registered and no signature leaves any more. A stop outlives the process; what lifts it is a
//! statement of two operators that names it, so that no old one can lift another.

mod lift;

use std::collections::BTreeMap;
use std::sync::Arc;

use api::wallet_manager::events;
use api::wallet_manager::freeze::{FreezeList, FreezeRequest, FreezeView};
use primitives::{FreezeId, PlaneId, UnixMs};
use serde::{Deserialize, Serialize};
use service::clock::SharedClock;
use service::health::Finding;
use signer::Refusal;
use store::{Commit, CommitError, Filter, LIST_LIMIT_MAX, NewEvent, Record, Restored, Store, StoreError, Versioned};
use thiserror::Error;
use tokio::sync::{RwLock, RwLockReadGuard};
use tracing::warn;

use crate::audit::entry::Frozen;
use crate::audit::{Audit, AuditError, AuditFault};
use crate::metrics::Metrics;

pub use lift::ThawError;

/// The longest reason, bytes.
const REASON_MAX: usize = 256;

/// A stop of all signing, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Freeze {
    /// Its name.
    pub freeze_id: FreezeId,
    /// Why, in the caller's words.
    pub reason: String,
    /// Who asked for it.
    pub by: String,
    /// Since when.
    pub at: UnixMs,
    /// When two operators lifted it; none while it holds.
    pub lifted_at: Option<UnixMs>,
}

/// Why there is no such stop.
#[derive(Debug, Error)]
pub enum FreezeError {
    /// The reason is empty, too long, or not of printable characters.
    #[error("a reason is 1 to {REASON_MAX} bytes of printable text")]
    Reason,
    /// The stop of this name was lifted: a new one needs a new name.
    #[error("this stop was lifted already")]
    Lifted,
    /// The store failed. Nothing is signed in this process's life all the same.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The audit log failed. Nothing is signed in this process's life all the same.
    #[error(transparent)]
    Audit(#[from] AuditFault),
}

/// The gate that all signing goes through.
#[derive(Debug)]
pub struct Freezer {
    store: Store,
    audit: Arc<Audit>,
    clock: SharedClock,
    metrics: Metrics,
    holding: RwLock<BTreeMap<FreezeId, Freeze>>,
}

/// The right to register or release one signature: while there is one, no stop comes into force.
#[derive(Debug)]
#[must_use = "what is done after it was dropped may be done in a frozen state"]
pub struct Passage<'a>(
    #[expect(dead_code, reason = "held for its drop alone")] RwLockReadGuard<'a, BTreeMap<FreezeId, Freeze>>,
);

impl Freezer {
    /// The gate as the store has it.
    pub async fn read(
        store: Store,
        audit: Arc<Audit>,
        clock: SharedClock,
        metrics: Metrics,
    ) -> Result<Self, StoreError> {
        let mut holding = BTreeMap::new();
        let mut after = None;
        loop {
            let filter = Filter { stage: Some(HOLDING.to_owned()), after, limit: LIST_LIMIT_MAX, ..Filter::default() };
            let page = store.list::<Freeze>(filter).await?;
            holding.extend(page.items.into_iter().map(|freeze| (freeze.record.freeze_id, freeze.record)));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        metrics.frozen(!holding.is_empty());
        Ok(Self { store, audit, clock, metrics, holding: RwLock::new(holding) })
    }

    /// Lets one step of a signature pass, unless a stop holds.
    pub async fn pass(&self) -> Result<Passage<'_>, Refusal> {
        let holding = self.holding.read().await;
        if holding.is_empty() { Ok(Passage(holding)) } else { Err(Refusal::Frozen) }
    }

    /// Waits until whoever is passing now is through.
    pub async fn drain(&self) {
        drop(self.holding.write().await);
    }

    /// Stops all signing. Asked for again it is the same stop.
    pub async fn freeze(&self, request: FreezeRequest, by: &str) -> Result<FreezeView, FreezeError> {
        let FreezeRequest { freeze_id, reason } = request;
        if reason.is_empty() || reason.len() > REASON_MAX || reason.chars().any(char::is_control) {
            return Err(FreezeError::Reason);
        }
        let mut holding = self.holding.write().await;
        if let Some(stored) = self.stored(freeze_id).await? {
            return if stored.record.lifted_at.is_some() { Err(FreezeError::Lifted) } else { Ok(stored.record.view()) };
        }
        let freeze = Freeze { freeze_id, reason, by: by.to_owned(), at: self.clock.now(), lifted_at: None };
        // Before it is stored: where the store fails, this process at least signs nothing more.
        holding.insert(freeze_id, freeze.clone());
        self.metrics.frozen(true);
        warn!(%freeze_id, by, reason = freeze.reason, "all signing is stopped");
        let freeze = Versioned::first(freeze);
        let commit = Commit::new(freeze.record.at).insert(&freeze.record).event(told(&freeze, events::FROZEN));
        let Freeze { freeze_id, by, reason, .. } = freeze.record.clone();
        let logged = commit.clone().log(Frozen { freeze_id, by, reason }.into());
        match self.audit.commit(logged).await {
            Ok(_) => Ok(freeze.record.view()),
            // A log that is cut takes no record; the stop is none the less stored.
            Err(AuditError::Fault(AuditFault::Cut(_))) => {
                self.store.commit(commit).await.map_err(of_store)?;
                Ok(freeze.record.view())
            }
            Err(error) => Err(of_audit(error).into()),
        }
    }

    /// Stops all signing because the register was put back from a backup: of what was signed since it knows nothing. Once
    /// for each restore; payout-router ends its own stop for it by the same name.
    pub async fn hold_restored(&self, plane: PlaneId, restored: &Restored) -> Result<(), FreezeError> {
        let freeze_id = of_restore(plane, restored);
        let reason = "the plane was restored from a backup: see `lucid recover`".to_owned();
        match self.freeze(FreezeRequest { freeze_id, reason }, "restore").await {
            // Lifted before this start.
            Ok(_) | Err(FreezeError::Lifted) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Whether what was decided at this time may have been acted upon by a signer that was lost: the database was restored,
    /// and it was decided before that was made up for. By then the lost one's time is over by any clock.
    pub async fn may_be_lost(&self, plane: PlaneId, decided_at: UnixMs) -> Result<bool, StoreError> {
        let Some(restored) = self.store.restored() else { return Ok(false) };
        let lifted = self.stored(of_restore(plane, restored)).await?.and_then(|stop| stop.record.lifted_at);
        Ok(lifted.is_none_or(|lifted| decided_at <= lifted))
    }

    /// Every stop that holds, oldest first.
    pub async fn holding(&self) -> FreezeList {
        let mut freezes: Vec<_> = self.holding.read().await.values().map(Freeze::view).collect();
        freezes.sort_by_key(|freeze| (freeze.at, freeze.freeze_id));
        FreezeList { freezes }
    }

    /// What people are told: a signer that must not sign is not ready.
    pub async fn finding(&self) -> Finding {
        match self.holding().await.freezes.first() {
            None => Ok("signing is not stopped".to_owned()),
            Some(FreezeView { freeze_id, by, reason, .. }) => {
                Err(format!("all signing is stopped by {by}: {reason} ({freeze_id}; two operators lift it)"))
            }
        }
    }

    async fn stored(&self, id: FreezeId) -> Result<Option<Versioned<Freeze>>, StoreError> {
        self.store.get(&id.to_string()).await
    }
}

impl Freeze {
    /// The form that others see.
    pub fn view(&self) -> FreezeView {
        let Self { freeze_id, reason, by, at, lifted_at } = self.clone();
        FreezeView { freeze_id, reason, by, at, lifted_at }
    }
}

/// The stop that a restore makes.
fn of_restore(plane: PlaneId, restored: &Restored) -> FreezeId {
    FreezeId::derive(plane.uuid(), &["restore", &restored.id.to_string()])
}

const HOLDING: &str = "holding";

impl Record for Freeze {
    const NOUN: &'static str = "freeze";

    fn id(&self) -> String {
        self.freeze_id.to_string()
    }

    fn stage(&self) -> &'static str {
        if self.lifted_at.is_some() { "lifted" } else { HOLDING }
    }

    fn due_at(&self) -> Option<UnixMs> {
        None
    }
}

fn told(freeze: &Versioned<Freeze>, kind: &'static str) -> NewEvent {
    NewEvent {
        kind,
        subject: freeze.record.freeze_id.to_string(),
        version: freeze.version,
        data: serde_json::to_value(freeze.record.view()).expect("wire types have text keys"),
    }
}

fn of_audit(error: AuditError) -> AuditFault {
    match error {
        AuditError::Fault(fault) => fault,
        AuditError::Refused(error) => AuditFault::Unwritable(of_store(error)),
    }
}

/// A conflict cannot be: the gate is closed while a stop is written, and nobody else writes to this store.
fn of_store(error: CommitError) -> StoreError {
    match error {
        CommitError::Store(error) => error,
        CommitError::Conflict { .. } | CommitError::KeyTaken { .. } | CommitError::Exceeded { .. } => StoreError::Lost,
    }
}
