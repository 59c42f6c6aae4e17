//! What a restored service does before it goes on: nothing twice.
//!
//! The database is older than what the lost service has done. A stake or delegation that was under way when the backup was
//! made may have been made since, and nothing here knows of it: it is given up before anything is turned, once for each
//! restore. Pools look at the chain's accounts, and not before it was read (`drive::pool`).

use api::trx_staking::{DelegationRequest, StakeRequest, StakeStage};
use payments::staking::lost;
use primitives::UnixMs;
use serde::{Deserialize, Serialize};
use store::{Commit, CommitError, Filter, LIST_LIMIT_MAX, Record, Restored, Store, Versioned};

use crate::drive::to_plan;
use crate::operation::{Noun, Row};

/// That the operations of a restore were given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Restore(Restored);

impl Record for Restore {
    const NOUN: &'static str = "restore";

    fn id(&self) -> String {
        self.0.id.to_string()
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
    let Some(restore) = store.restored().copied().map(Restore) else { return Ok(()) };
    if store.get::<Restore>(&restore.id()).await?.is_some() {
        return Ok(());
    }
    give_up::<StakeRequest>(store, now).await?;
    give_up::<DelegationRequest>(store, now).await?;
    store.commit(Commit::new(now).insert(&restore)).await
}

async fn give_up<P: Noun>(store: &Store, now: UnixMs) -> Result<(), CommitError> {
    for read in under_way::<P>(store).await? {
        let turn = lost(&read.record.0, now);
        tracing::warn!(operation = read.record.id(), "under way when the backup was made: a person looks at the chain");
        store.commit(to_plan(&read, turn, now).into_commit(&read)).await?;
    }
    Ok(())
}

async fn under_way<P: Noun>(store: &Store) -> Result<Vec<Versioned<Row<P>>>, CommitError> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let stage = Some(StakeStage::Underway.name().to_owned());
        let page = store.list::<Row<P>>(Filter { stage, after, limit: LIST_LIMIT_MAX, ..Filter::default() }).await?;
        // Those of an earlier restore, too: another plane has had them since.
        found.extend(page.items);
        after = page.next;
        if after.is_none() {
            return Ok(found);
        }
    }
}
