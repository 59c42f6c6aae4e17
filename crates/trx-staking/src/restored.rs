//! What a restored service does before it goes on: nothing twice.
//!
//! The database is older than what the lost service has done. A stake or delegation that was under way when the backup was
//! made may have been made since, and nothing here knows of it: it is given up before anything is turned, once for each
//! restore. Pools look at the chain's accounts, and not before it was read (`drive::pool`).

use api::trx_staking::{DelegationRequest, StakeRequest, StakeStage};
use payments::staking::lost;
use primitives::UnixMs;
use serde::{Deserialize, Serialize};
use store::{Commit, CommitError, Record, Restored, Store};

use crate::drive::to_plan;
use crate::operation::{Noun, Row};

/// That the operations of a restore were given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Restore {
    #[serde(flatten)]
    restored: Restored,
    /// Rows of which nothing could be read, by their ids: they are given up at the start after somebody has mended them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    unreadable: Vec<String>,
}

impl Record for Restore {
    const NOUN: &'static str = "restore";

    fn id(&self) -> String {
        self.restored.id.to_string()
    }

    fn stage(&self) -> &'static str {
        "noted"
    }

    fn due_at(&self) -> Option<UnixMs> {
        None
    }
}

/// Gives up what was under way, if the store was restored and nobody has yet.
pub(crate) async fn begin(store: &Store, now: UnixMs) -> Result<(), CommitError> {
    let Some(restored) = store.restored().copied() else { return Ok(()) };
    let before = store.get::<Restore>(&restored.id.to_string()).await?;
    let left = before.as_ref().map(|noted| noted.record.unreadable.clone());
    if left.as_ref().is_some_and(Vec::is_empty) {
        return Ok(());
    }
    let mut unreadable = give_up::<StakeRequest>(store, &restored, left.as_deref(), now).await?;
    unreadable.extend(give_up::<DelegationRequest>(store, &restored, left.as_deref(), now).await?);
    let noted = Restore { restored, unreadable };
    store
        .commit(match &before {
            None => Commit::new(now).insert(&noted),
            Some(before) => Commit::new(now).update(before, &noted),
        })
        .await
}

/// Gives up what was under way, of which those alone that were `left` by an earlier start, if there was one; the rows that
/// cannot be read.
async fn give_up<P: Noun>(
    store: &Store,
    restored: &Restored,
    left: Option<&[String]>,
    now: UnixMs,
) -> Result<Vec<String>, CommitError> {
    let meant = |id: &String| left.is_none_or(|left| left.contains(id));
    // Those of an earlier restore, too: another plane has had them since.
    let under_way = store.all_of::<Row<P>>(StakeStage::Underway.name()).await?;
    for read in under_way.records.iter().filter(|read| meant(&read.record.id())) {
        let operation = &read.record.0;
        // Asked of this service, not of the lost one: an earlier version has gone on with it and noted no restore.
        if operation.created_at > restored.restored_at.max(restored.backup_at) {
            continue;
        }
        tracing::warn!(operation = read.record.id(), "under way when the backup was made: a person looks at the chain");
        store.commit(to_plan(read, lost(operation, now), now).into_commit(read)).await?;
    }
    let unreadable: Vec<_> = under_way.unreadable.into_iter().map(|row| row.id).filter(meant).collect();
    for operation in &unreadable {
        tracing::error!(operation, "cannot be read: it is given up at the start after it was mended");
    }
    Ok(unreadable)
}
