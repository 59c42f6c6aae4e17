//! The settings that carry trust are pinned at the first start. Under others the worker does not start, unless two of the
//! pinned operators have agreed to exactly those.
//!
//! The process that chooses the settings is the one that strangers talk to. What it chooses otherwise than before shows
//! here, and in the log; that it runs as the worker's own user, and could write this store, no record of ours can mend.

use std::sync::{Arc, Mutex, PoisonError};

use api::wallet_manager::settings::{AdoptRequest, SettingsView};
use primitives::statement::{Action, Statement};
use primitives::{HexBytes, UnixMs};
use serde::{Deserialize, Serialize};
use service::clock::SharedClock;
use sha2::{Digest, Sha256};
use signer::check::agreed;
use signer::{Refusal, Rules};
use store::{Commit, Record, Store, StoreError, Versioned};
use thiserror::Error;
use tracing::warn;

use super::Trust;
use crate::audit::{Audit, entry};
use crate::undecided::Undecided;

/// There is one.
const ID: &str = "pinned";

/// How many operators can agree to others.
const COUNCIL: usize = 2;

/// The settings as they are stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PinnedSettings {
    /// The settings.
    settings: Trust,
    /// Since when they are these.
    since: UnixMs,
    /// The hash of those that two operators agreed to, for the next start.
    agreed: Option<HexBytes>,
}

/// Why the worker does not start under its settings.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Unpinned {
    /// A store belongs to one plane on one chain for ever.
    #[error("{} differs from what this database was made for; another plane or chain needs a database of its own", .0.join(", "))]
    OtherPlane(Vec<String>),
    /// Nobody has agreed to the change.
    #[error(
        "{} changed since they were pinned: start under the former settings and let two of their operators agree to {sha256} with `lucid settings adopt`",
        .changed.join(", ")
    )]
    NotAgreed {
        /// The names of the settings.
        changed: Vec<String>,
        /// The hash of the settings that were refused.
        sha256: HexBytes,
    },
}

/// What is to be written of the settings that this worker was started under.
#[derive(Debug)]
pub struct Pin {
    trust: Trust,
    pending: Mutex<Option<Pending>>,
}

#[derive(Debug, Clone)]
struct Pending {
    stored: Option<Versioned<PinnedSettings>>,
    changed: Vec<String>,
}

impl Pin {
    /// Holds the settings against those that the store has pinned.
    pub async fn hold(store: &Store, trust: Trust) -> Result<Result<Self, Unpinned>, StoreError> {
        let stored = store.get::<PinnedSettings>(ID).await?;
        let Some(pinned) = &stored else {
            let pending = Some(Pending { stored: None, changed: Vec::new() });
            return Ok(Ok(Self { trust, pending: Mutex::new(pending) }));
        };
        let changed = pinned.record.settings.differences(&trust);
        if changed.is_empty() {
            return Ok(Ok(Self { trust, pending: Mutex::new(None) }));
        }
        Ok(pinned.record.admit(&trust, &changed).map(|()| {
            warn!(?changed, "settings that carry trust have changed");
            Self { trust, pending: Mutex::new(Some(Pending { stored, changed })) }
        }))
    }

    /// The hash of the settings.
    pub fn name(&self) -> HexBytes {
        self.trust.name()
    }

    /// Pins them in this commit, if they are not pinned yet; the names of those that changed.
    pub fn write(&self, commit: Commit, now: UnixMs) -> (Commit, Vec<String>) {
        let Some(Pending { stored, changed }) = self.pending().clone() else { return (commit, Vec::new()) };
        let pinned = PinnedSettings { settings: self.trust.clone(), since: now, agreed: None };
        let commit = match &stored {
            None => commit.insert(&pinned),
            Some(stored) => commit.update(stored, &pinned),
        };
        (commit, changed)
    }

    /// The commit was made.
    pub fn written(&self) {
        *self.pending() = None;
    }

    fn pending(&self) -> std::sync::MutexGuard<'_, Option<Pending>> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PinnedSettings {
    fn admit(&self, next: &Trust, changed: &[String]) -> Result<(), Unpinned> {
        let fixed: Vec<_> =
            changed.iter().filter(|name| ["plane", "chain_id"].contains(&name.as_str())).cloned().collect();
        if !fixed.is_empty() {
            return Err(Unpinned::OtherPlane(fixed));
        }
        // Where there are not two to agree, nobody ever could: the change is recorded and shown.
        if self.settings.operators.len() < COUNCIL || self.agreed == Some(next.name()) {
            return Ok(());
        }
        Err(Unpinned::NotAgreed { changed: changed.to_vec(), sha256: next.name() })
    }
}

/// What two operators can do about the settings of the next start.
#[derive(Debug, Clone)]
pub struct SettingsDesk {
    /// Where they are pinned.
    pub store: Store,
    /// The log.
    pub audit: Arc<Audit>,
    /// The clock.
    pub clock: SharedClock,
}

impl SettingsDesk {
    /// The pinned settings; none before the token was first opened.
    pub async fn view(&self) -> Result<Option<SettingsView>, StoreError> {
        Ok(self.store.get::<PinnedSettings>(ID).await?.map(|pinned| pinned.record.view()))
    }

    /// Lets the worker be started under other settings, once.
    pub async fn adopt(&self, request: &AdoptRequest, rules: &Rules) -> Result<SettingsView, Undecided> {
        let now = self.clock.now();
        let agreed = agreed(&request.ceremony, rules, now)?;
        let Action::AdoptSettings { sha256 } = agreed.statement.action else { return Err(Refusal::Decision.into()) };
        let stored = self.store.get::<PinnedSettings>(ID).await?.ok_or(StoreError::Lost)?;
        let next = PinnedSettings { agreed: Some(sha256.to_vec().into()), ..stored.record.clone() };
        if next == stored.record {
            return Ok(next.view());
        }
        let digest = Sha256::new().chain_update(primitives::statement::Ceremony::DOMAIN);
        let statement = digest.chain_update(agreed.statement.encode()).finalize().to_vec().into();
        let record = entry::Ceremony { action: "adopt_settings".to_owned(), statement, operators: agreed.operators };
        self.audit.commit(Commit::new(now).update(&stored, &next).log(record.into())).await?;
        Ok(next.view())
    }
}

impl PinnedSettings {
    fn view(&self) -> SettingsView {
        let Self { settings, since, agreed } = self;
        SettingsView { sha256: settings.name(), since: *since, settings: settings.view(), agreed: agreed.clone() }
    }
}

impl Record for PinnedSettings {
    const NOUN: &'static str = "settings";

    fn id(&self) -> String {
        ID.to_owned()
    }

    fn stage(&self) -> &'static str {
        "pinned"
    }

    fn due_at(&self) -> Option<UnixMs> {
        None
    }
}
