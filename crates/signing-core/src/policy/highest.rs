//! The newest policy that was ever in force: an older one never comes back, not even over a restart.

use api::wallet_manager::PolicyVersion;
use primitives::UnixMs;
use serde::{Deserialize, Serialize};
use store::{Commit, CommitError, LIST_LIMIT_MAX, Record, Store, StoreError};

use crate::audit::entry::{Entry, PolicyKnown};

/// There is one.
const ID: &str = "highest";

/// The version and the hash of the newest policy file that was in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HighestPolicy(pub PolicyVersion);

impl HighestPolicy {
    /// What the store remembers, by its row or by its log: a row that somebody removed or lowered does not bring an older
    /// policy back.
    pub async fn read(store: &Store) -> Result<Option<Self>, StoreError> {
        let mut highest = store.get::<Self>(ID).await?.map(|known| known.record);
        let mut after = 0;
        loop {
            let page = store.log_of(&["policy_known"], after, LIST_LIMIT_MAX).await?;
            let Some(last) = page.last() else { return Ok(highest) };
            after = last.position.seq;
            for record in &page {
                let Ok(Some(Entry::PolicyKnown(known))) = Entry::parse(&record.kind, &record.body) else { continue };
                if highest.as_ref().is_none_or(|Self(highest)| highest.version < known.policy.version) {
                    highest = Some(Self(known.policy));
                }
            }
        }
    }

    /// Has the store remember `next`, which is the highest.
    pub(super) async fn write(store: &Store, next: Self, now: UnixMs) -> Result<(), StoreError> {
        let commit = Commit::new(now);
        let commit = match store.get::<Self>(ID).await? {
            Some(known) if known.record == next => return Ok(()),
            Some(known) => commit.update(&known, &next),
            None => commit.insert(&next),
        };
        let known = PolicyKnown { policy: next.0.clone() };
        store.commit(commit.log(known.into())).await.map_err(|error| match error {
            CommitError::Store(error) => error,
            // Nobody else writes it.
            _ => StoreError::Lost,
        })
    }

    /// Whether this policy may come into force after it: a higher version, or the same rules under the same one.
    pub(super) fn allows(&self, next: &PolicyVersion) -> Result<(), String> {
        let Self(known) = self;
        if next.version > known.version || next == known {
            return Ok(());
        }
        let PolicyVersion { version, sha256 } = known;
        Err(format!(
            "version {}, SHA-256 {}, cannot follow version {version}, SHA-256 {sha256}, which was in force: a changed \
             policy needs a higher version",
            next.version, next.sha256
        ))
    }
}

impl Record for HighestPolicy {
    const NOUN: &'static str = "policy";

    fn id(&self) -> String {
        ID.to_owned()
    }

    fn stage(&self) -> &'static str {
        "known"
    }

    fn due_at(&self) -> Option<UnixMs> {
        None
    }

    fn keys(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    fn tags(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }
}
