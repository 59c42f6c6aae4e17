//! The policy in force: read from its file, read again when the file has changed, and kept when the new one is wrong.

mod highest;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use api::wallet_manager::PolicyVersion;
use primitives::UnixMs;
use service::clock::SharedClock;
use service::config::ConfigError;
use service::health::Finding;
use signer::Policy;
use store::{Store, StoreError};
use tokio::sync::Mutex;
use tracing::{error, info};

use crate::metrics::Metrics;
use crate::stamp::Stamp;

pub use highest::HighestPolicy;

/// A policy together with the name that is kept with every signature under it.
#[derive(Debug)]
pub struct InForce {
    /// The policy.
    pub policy: Policy,
    /// Its version and hash.
    pub version: PolicyVersion,
}

/// Where the policy in force comes from.
#[derive(Debug)]
pub struct PolicySource {
    /// None: the built-in policy, for good.
    path: Option<PathBuf>,
    metrics: Metrics,
    clock: SharedClock,
    state: RwLock<State>,
    /// The version that the store remembers, so that it is asked when there is a new one alone.
    remembered: Mutex<Option<u32>>,
}

#[derive(Debug)]
struct State {
    in_force: Arc<InForce>,
    /// What the file looked like when it was last read.
    seen: Stamp,
    /// What is wrong with the file as it is now.
    fault: Option<String>,
}

impl From<Policy> for InForce {
    fn from(policy: Policy) -> Self {
        let version = PolicyVersion { version: policy.version(), sha256: policy.sha256().to_vec().into() };
        Self { policy, version }
    }
}

impl PolicySource {
    /// Reads the file, or takes the built-in policy if none is named. A file that is wrong is no start.
    pub fn open(path: Option<PathBuf>, metrics: Metrics, clock: SharedClock) -> Result<Self, ConfigError> {
        // Before it is read: a change meanwhile is seen as one.
        let seen = path.as_deref().map_or(Stamp::Absent, Stamp::of);
        let policy = match &path {
            None => Policy::built_in(),
            Some(path) => read(path).map_err(|fault| ConfigError::invalid("policy.file", fault))?,
        };
        let state = State { in_force: Arc::new(policy.into()), seen, fault: None };
        metrics.policy(state.in_force.version.version, true);
        Ok(Self { path, metrics, clock, state: RwLock::new(state), remembered: Mutex::default() })
    }

    /// This source, unless what it has in force is older than what was in force before: then there is no start.
    pub fn above(self, highest: Option<&HighestPolicy>) -> Result<Self, ConfigError> {
        let kept = highest.map_or(Ok(()), |known| known.allows(&self.current().version));
        kept.map_err(|fault| ConfigError::invalid("policy.file", fault))?;
        Ok(self)
    }

    /// Has the store know that this policy is or was in force: before anything is registered under it.
    pub async fn remember(&self, store: &Store, version: &PolicyVersion, now: UnixMs) -> Result<(), StoreError> {
        // The built-in policy is what holds before there is any: every file may follow it.
        if self.path.is_none() {
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

    /// The policy that holds now. Looks at the file each time, at the price of one system call: a changed one holds as
    /// soon as it has been left alone for a second.
    pub fn current(&self) -> Arc<InForce> {
        if let Some(path) = &self.path {
            let stamp = Stamp::of(path);
            let seen = self.state.read().unwrap_or_else(PoisonError::into_inner).seen;
            if seen != stamp && stamp.is_settled(self.clock.now()) {
                self.read_again(path, stamp);
            }
        }
        Arc::clone(&self.state.read().unwrap_or_else(PoisonError::into_inner).in_force)
    }

    /// What people are told. A file that is wrong is shown and counted but does not stop the service, which goes on under
    /// the policy that it has.
    pub fn finding(&self) -> Finding {
        let in_force = self.current();
        let PolicyVersion { version, sha256 } = &in_force.version;
        let from = match &self.path {
            None => "built in: no amount is limited".to_owned(),
            Some(path) => format!("from {}", path.display()),
        };
        let fault = self.state.read().unwrap_or_else(PoisonError::into_inner).fault.clone();
        let fault = fault.map(|fault| format!("; the file is wrong now: {fault}")).unwrap_or_default();
        Ok(format!("version {version}, SHA-256 {sha256}, {from}{fault}"))
    }

    fn read_again(&self, path: &Path, stamp: Stamp) {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        if state.seen == stamp {
            return;
        }
        state.seen = stamp;
        let known = HighestPolicy(state.in_force.version.clone());
        match read(path).and_then(|policy| follow(&known, policy)) {
            Ok(policy) => {
                state.in_force = Arc::new(policy);
                state.fault = None;
                let PolicyVersion { version, sha256 } = &state.in_force.version;
                info!(version, %sha256, "a policy came into force");
            }
            Err(fault) => {
                let version = state.in_force.version.version;
                error!(%fault, version, "the policy file is wrong; the older policy stays in force");
                state.fault = Some(fault);
            }
        }
        self.metrics.policy(state.in_force.version.version, state.fault.is_none());
    }
}

/// A policy that may follow the one in force.
fn follow(known: &HighestPolicy, policy: Policy) -> Result<InForce, String> {
    let next = InForce::from(policy);
    known.allows(&next.version).map(|()| next)
}

fn read(path: &Path) -> Result<Policy, String> {
    let place = path.display();
    let text = fs::read_to_string(path).map_err(|error| format!("{place} cannot be read: {error}"))?;
    Policy::parse(&text).map_err(|fault| format!("{place}, {fault}"))
}

#[cfg(test)]
mod tests;
