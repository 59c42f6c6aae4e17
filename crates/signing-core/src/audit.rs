//! The audit log: every decision in a hash chain, and what makes a cut or rewritten chain show.
//!
//! A decision's record is in the commit of the decision itself ([`entry`]), so that there is no decision without its
//! record and nothing is signed when the log cannot be written. Three things outside the store vouch for the chain:
//! checkpoints that the audit key in the token signs ([`checkpoint`]), the newest head as a data object in the token
//! ([`head`]), and the heads that payout-router kept. [`verify`] holds the log against all of them.

mod accept;
mod alone;
mod at_once;
mod binary;
pub mod checkpoint;
pub mod entry;
mod export;
mod fault;
mod feed;
mod head;
mod heads;
mod keep;
mod metrics;
mod open;
mod recent;
mod reconcile;
mod refusals;
mod relayed;
mod rules;
mod settings;
mod tables;
mod told;
pub mod verify;

use std::sync::{Mutex, MutexGuard, PoisonError, Weak};

use api::wallet_manager::PolicyVersion;
use api::wallet_manager::audit::AuditHead;
use primitives::{LogPosition, PlaneId, UnixMs};
use service::clock::SharedClock;
use service::health::Finding;
use signer::{Challenge, PinnedKey, Token};
use store::{Commit, CommitError, Store, StoreError};
use tracing::error;

pub use accept::{AcceptError, accept_cut};
pub use binary::hash_binary;
pub use entry::Entry;
pub use export::export;
pub use fault::AuditFault;
pub use metrics::AuditMetrics;
pub use open::{LABEL as AUDIT_LABEL, OpenError, vouched};
pub use relayed::relayed_for;
pub use settings::AuditSettings;
pub use tables::{Lying, Place, lying};

use crate::caller;
use crate::policy::InForce;
use entry::{PolicyChanged, Refused};
use keep::Kept;
use refusals::Refusals;

/// The member that names a record's place in what is stored and told.
pub const STAMP: &str = "audit";

/// The audit log of one store.
#[derive(Debug)]
pub struct Audit {
    store: Store,
    clock: SharedClock,
    metrics: AuditMetrics,
    plane: PlaneId,
    settings: AuditSettings,
    state: Mutex<State>,
    refusals: Mutex<Refusals>,
    kept: tokio::sync::Mutex<Kept>,
    governing: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct State {
    /// The token that the log was compared with, and the outcome.
    compared: Option<(Weak<Token>, Result<(), String>)>,
    key: Option<PinnedKey>,
    token_head: Option<LogPosition>,
    checkpoint: Option<LogPosition>,
    /// What lies in the tables otherwise than the log says it was left.
    altered: Option<String>,
    /// Whether the newest records were held against the store.
    recent_held: bool,
    /// The policy that the newest records are under.
    policy: Option<PolicyVersion>,
    /// Why the last append failed and how many did, until one succeeds.
    unwritable: Option<(u64, String)>,
}

impl Audit {
    /// The log of this store. Nothing is signed before it was compared with a token, see [`Audit::opened`].
    pub fn new(
        store: Store,
        clock: SharedClock,
        counted: &service::metrics::Metrics,
        plane: PlaneId,
        settings: AuditSettings,
    ) -> Self {
        Self {
            store,
            clock,
            metrics: AuditMetrics::new(counted),
            plane,
            settings,
            state: Mutex::default(),
            refusals: Mutex::default(),
            kept: tokio::sync::Mutex::default(),
            governing: tokio::sync::Mutex::default(),
        }
    }

    /// Lets a signature go on only while the log has all that the token vouches for, and the tables say what it says.
    pub fn sound(&self) -> Result<(), AuditFault> {
        let state = self.state();
        match &state.compared {
            None => Err(AuditFault::Unchecked),
            Some((_, Ok(()))) => state.altered.clone().map_or(Ok(()), |altered| Err(AuditFault::Altered(altered))),
            Some((_, Err(cut))) => Err(AuditFault::Cut(cut.clone())),
        }
    }

    /// Makes a commit that has a record in it; answers where the last one stands. Refused once the log is known to be
    /// cut: nothing is built on what is lost.
    pub async fn commit(&self, commit: Commit) -> Result<LogPosition, AuditError> {
        if let Err(AuditFault::Cut(cut)) = self.sound() {
            return Err(AuditFault::Cut(cut).into());
        }
        let done = self.store.commit_logged(commit).await;
        match &done {
            Err(CommitError::Store(error)) => self.failed(error),
            Ok(_) => self.state().unwritable = None,
            // Refused by what is stored, which says nothing about the disk.
            Err(_) => {}
        }
        done.map_err(AuditError::from)
    }

    /// Appends a record of something that leaves nothing else to be stored.
    pub async fn append(&self, entry: impl Into<Entry>) -> Result<LogPosition, AuditFault> {
        let entry: Entry = entry.into();
        self.commit(Commit::new(self.clock.now()).log(entry.into())).await.map_err(AuditError::into_fault)
    }

    /// Appends that another policy came into force, before the first decision under it.
    pub async fn governed_by(&self, policy: &InForce) -> Result<(), AuditFault> {
        let InForce { version, operators, .. } = policy;
        if self.state().policy.as_ref() == Some(version) {
            return Ok(());
        }
        // One after the other, so that each change has one record and none goes back.
        let _alone = self.governing.lock().await;
        let before = self.state().policy.clone();
        if before.as_ref().is_none_or(|before| before.version < version.version) {
            let changed = PolicyChanged { policy: version.clone(), before, operators: operators.clone() };
            self.append(changed).await?;
            self.state().policy = Some(version.clone());
        }
        Ok(())
    }

    /// Appends a refusal, or counts it if it repeats one of the last minute or if there are too many.
    pub async fn refused(&self, refused: Refused) -> Result<(), AuditFault> {
        let noted = self.refusals().note(refused, caller::current(), self.clock.now());
        match noted {
            Some(refused) => self.append(refused).await.map(drop),
            None => Ok(()),
        }
    }

    /// Whether the log can be written and is whole.
    pub fn finding(&self) -> Finding {
        self.sound().map_err(|fault| fault.to_string())?;
        let state = self.state();
        if let Some((failures, cause)) = &state.unwritable {
            return Err(format!("the audit log is not writable, nothing is signed: {cause} ({failures} times)"));
        }
        let place = |position: Option<LogPosition>| position.map_or(0, |position| position.seq);
        let token = match (self.settings.head_in_token, state.token_head) {
            (false, _) => "the token keeps no head, by configuration".to_owned(),
            (true, head) => format!("the token vouches up to record {}", place(head)),
        };
        Ok(format!("{token}, the newest checkpoint is of record {}", place(state.checkpoint)))
    }

    /// Where the log stands, and what vouches for it.
    pub async fn head(&self) -> Result<AuditHead, StoreError> {
        let position = self.store.log_position().await?;
        let fault = self.sound().err().map(|fault| fault.code().to_owned());
        let state = self.state();
        let fault = fault.or_else(|| state.unwritable.is_some().then(|| AuditFault::UNWRITABLE.to_owned()));
        Ok(AuditHead {
            position,
            incarnation: self.store.incarnation().to_string(),
            audit_key: state.key.map(|key| key.public_key.to_uncompressed().to_vec().into()),
            token: state.token_head,
            checkpoint: state.checkpoint,
            fault,
        })
    }

    /// Whether the token is to keep the head.
    pub const fn head_in_token(&self) -> bool {
        self.settings.head_in_token
    }

    /// The audit key of the token that the log was compared with last.
    pub fn key(&self) -> Option<PinnedKey> {
        self.state().key
    }

    fn failed(&self, cause: &StoreError) {
        error!(error = %cause, "the audit log cannot be written; nothing is signed without it");
        self.metrics.append_failed();
        let mut state = self.state();
        let failures = state.unwritable.as_ref().map_or(0, |(failures, _)| *failures).saturating_add(1);
        state.unwritable = Some((failures, cause.to_string()));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn refusals(&self) -> MutexGuard<'_, Refusals> {
        self.refusals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a key of this plane's token is asked now, to prove that it is there.
    pub fn challenge(&self) -> Challenge {
        Challenge { plane: self.plane, nonce: crate::random::bytes(), at: self.now() }
    }

    fn now(&self) -> UnixMs {
        self.clock.now()
    }
}

/// Why a commit with a record was not made.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// Because of the log.
    #[error(transparent)]
    Fault(#[from] AuditFault),
    /// Because of what is stored already.
    #[error(transparent)]
    Refused(CommitError),
}

impl From<CommitError> for AuditError {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Store(error) => Self::Fault(AuditFault::Unwritable(error)),
            refused => Self::Refused(refused),
        }
    }
}

impl AuditError {
    /// For a commit of records alone, which nothing that is stored stands against.
    fn into_fault(self) -> AuditFault {
        match self {
            Self::Fault(fault) => fault,
            Self::Refused(_) => AuditFault::Unwritable(StoreError::Lost),
        }
    }
}
