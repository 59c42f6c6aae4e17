//! The policy in force: read from its file, read again when the file has changed, and kept when the new one is wrong.
//!
//! Where no file was good yet, as after a start with a wrong one, there is no policy, and without one nothing is signed;
//! everything else goes on, and a good file ends it.

mod admission;
mod highest;
mod refused;

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use api::wallet_manager::{PolicyVersion, PolicyView};
use primitives::UnixMs;
use service::clock::SharedClock;
use service::health::Finding;
use signer::{Policy, Refusal, Rules};
use store::{Store, StoreError};
use tokio::sync::Mutex;
use tracing::{error, info, warn};

use crate::audit::Audit;
use crate::audit::entry::PolicyRefused;
use crate::metrics::Metrics;
use admission::{Admission, Look};
use refused::RefusedFiles;

pub use admission::RefusedFile;
pub use highest::HighestPolicy;

/// A policy together with the name that is kept with every signature under it.
#[derive(Debug)]
pub struct InForce {
    /// The policy.
    pub policy: Policy,
    /// Its version and hash.
    pub version: PolicyVersion,
    /// The operators who signed it, where that is required.
    pub operators: Vec<String>,
}

/// Where the policy in force comes from.
#[derive(Debug)]
pub struct PolicySource {
    /// None: the built-in policy, for good.
    admission: Option<Admission>,
    metrics: Metrics,
    clock: SharedClock,
    state: RwLock<State>,
    /// The version that the store remembers, so that it is asked when there is a new one alone.
    remembered: Mutex<Option<u32>>,
}

/// Which file is read, and who must have signed it.
#[derive(Debug, Clone, Default)]
pub struct PolicyFile {
    /// The file; none for the built-in policy.
    pub path: Option<PathBuf>,
    /// The plane, the chain and the operators who must have signed it; none where that is not required.
    pub council: Option<Arc<Rules>>,
}

#[derive(Debug)]
struct State {
    in_force: Option<Arc<InForce>>,
    /// The newest that was ever in force, as far as the store knew when this run began.
    known: Option<HighestPolicy>,
    /// What the file looked like when it was last read.
    seen: Option<Look>,
    /// What is wrong with the file as it is now.
    fault: Option<String>,
    refused: RefusedFiles,
}

impl From<Policy> for InForce {
    fn from(policy: Policy) -> Self {
        let version = PolicyVersion { version: policy.version(), sha256: policy.sha256().to_vec().into() };
        Self { policy, version, operators: Vec::new() }
    }
}

impl PolicySource {
    /// Reads the file, or takes the built-in policy if none is named. A policy that is older than `known` is wrong, and
    /// with a wrong one there is no policy.
    pub fn open(file: PolicyFile, known: Option<HighestPolicy>, metrics: Metrics, clock: SharedClock) -> Self {
        let admission = file.path.map(|path| Admission::new(path, file.council));
        let state = State { in_force: None, known, seen: None, fault: None, refused: RefusedFiles::default() };
        let source = Self { admission, metrics, clock, state: RwLock::new(state), remembered: Mutex::default() };
        match &source.admission {
            // Before it is read: a change meanwhile is seen as one.
            Some(admission) => source.read_again(admission, admission.look()),
            None => source.take_built_in(),
        }
        source
    }

    /// Has the store know that this policy is or was in force: before anything is registered under it.
    pub async fn remember(&self, store: &Store, version: &PolicyVersion, now: UnixMs) -> Result<(), StoreError> {
        // The built-in policy is what holds before there is any: every file may follow it.
        if self.admission.is_none() {
            return Ok(());
        }
        let mut remembered = self.remembered.lock().await;
        // Another request may have been held against a policy that is older by now.
        if remembered.is_some_and(|known| known >= version.version) {
            return Ok(());
        }
        HighestPolicy::write(store, HighestPolicy(version.clone()), now).await?;
        *remembered = Some(version.version);
        Ok(())
    }

    /// The policy that holds now, if there is one. Looks at the file each time, at the price of a system call or two: a
    /// changed one holds as soon as it has been left alone for a second.
    pub fn current(&self) -> Result<Arc<InForce>, Refusal> {
        if let Some(admission) = &self.admission {
            let look = admission.look();
            let seen = self.state().seen;
            if seen != Some(look) && look.is_settled(self.clock.now()) {
                self.read_again(admission, look);
            }
        }
        self.state().in_force.clone().ok_or(Refusal::PolicyUnusable)
    }

    /// Reads a file again that was wrong when it was last read: a disk may have been, or the time.
    pub fn try_again(&self) {
        if let Some(admission) = &self.admission
            && self.state().fault.is_some()
        {
            let look = admission.look();
            if look.is_settled(self.clock.now()) {
                self.state_mut().seen = None;
                self.read_again(admission, look);
            }
        }
    }

    /// What people are told. A file that is wrong is shown and counted but does not stop the service, which goes on under
    /// the policy that it has, if it has one.
    pub fn finding(&self) -> Finding {
        let in_force = self.current();
        let fault = self.state().fault.clone();
        let Ok(in_force) = in_force else {
            return Err(format!("there is no policy in force, nothing is signed: {}", fault.unwrap_or_default()));
        };
        let PolicyVersion { version, sha256 } = &in_force.version;
        let from = match &self.admission {
            None => "built in: no amount is limited".to_owned(),
            Some(admission) => format!("from {}", admission.path().display()),
        };
        let signed = if in_force.operators.is_empty() { String::new() } else { signed_by(&in_force.operators) };
        let fault = fault.map(|fault| format!("; the file is wrong now: {fault}")).unwrap_or_default();
        Ok(format!("version {version}, SHA-256 {sha256}, {from}{signed}{fault}"))
    }

    /// What is in force, and what is wrong with the file.
    pub fn view(&self) -> PolicyView {
        let in_force = self.current().ok();
        let state = self.state();
        PolicyView {
            in_force: in_force.as_ref().map(|policy| policy.version.clone()),
            operators: in_force.map(|policy| policy.operators.clone()).unwrap_or_default(),
            file: self.admission.as_ref().map(|admission| admission.path().display().to_string()),
            signature_required: self.admission.as_ref().is_some_and(Admission::is_signed),
            fault: state.fault.clone(),
            highest: state.known.clone().map(|known| known.0),
        }
    }

    /// Has the log know of the files that did not come into force; what cannot be appended waits.
    pub async fn tell_refused(&self, audit: &Audit) {
        let waiting = self.state_mut().refused.take();
        for refused in waiting {
            let RefusedFile { file, policy, fault, .. } = refused.clone();
            if let Err(error) = audit.append(PolicyRefused { file, policy, fault }).await {
                warn!(%error, "the audit log does not know of a refused policy file yet");
                self.state_mut().refused.wait_on(refused);
            }
        }
    }

    fn take_built_in(&self) {
        let built_in = InForce::from(Policy::built_in());
        let mut state = self.state_mut();
        match state.known.as_ref().map_or(Ok(()), |known| known.allows(&built_in.version)) {
            Ok(()) => state.in_force = Some(Arc::new(built_in)),
            Err(fault) => {
                error!(%fault, "no policy file is named, and the built-in policy is older than what was in force");
                state.fault = Some(format!("no file is named, and the built-in policy's {fault}"));
            }
        }
        self.metrics.policy(state.in_force.as_deref(), state.fault.is_none());
    }

    fn read_again(&self, admission: &Admission, look: Look) {
        let mut state = self.state_mut();
        if state.seen == Some(look) {
            return;
        }
        state.seen = Some(look);
        match admission.admit(state.known.as_ref(), self.clock.now()) {
            Ok(policy) => {
                let PolicyVersion { version, sha256 } = &policy.version;
                info!(version, %sha256, operators = ?policy.operators, "a policy came into force");
                state.known = Some(HighestPolicy(policy.version.clone()));
                state.in_force = Some(Arc::new(policy));
                state.fault = None;
            }
            Err(refused) => {
                let fault = refused.fault.clone();
                let kept = state.in_force.as_ref().map(|policy| policy.version.version);
                if state.refused.note(refused) {
                    self.metrics.policy_refused();
                    if let Some(version) = kept {
                        error!(%fault, version, "the policy file is wrong; the older policy stays in force");
                    } else {
                        error!(%fault, "the policy file is wrong; nothing is signed before there is a policy");
                    }
                }
                state.fault = Some(fault);
            }
        }
        self.metrics.policy(state.in_force.as_deref(), state.fault.is_none());
    }

    fn state(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn state_mut(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

fn signed_by(operators: &[String]) -> String {
    format!(", signed by {}", operators.join(" and "))
}

#[cfg(test)]
mod tests;
