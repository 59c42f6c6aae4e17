//! The pool's row.

use payments::staking::pool::{Pool, Target};
use primitives::UnixMs;
use serde::{Deserialize, Serialize};
use store::{Commit, CommitError, Record, Store};

/// A pool as it is stored. What it is to have is configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct PoolRow(pub(crate) Pool);

impl Record for PoolRow {
    const NOUN: &'static str = "pool";

    fn id(&self) -> String {
        self.0.wallet.to_string()
    }

    fn stage(&self) -> &'static str {
        match self.0 {
            Pool { halted: Some(_), .. } => "halted",
            Pool { underway: Some(_), .. } => "filling",
            _ => "watched",
        }
    }

    fn due_at(&self) -> Option<UnixMs> {
        self.0.due_at
    }
}

/// Has a row for every pool that is to be filled by itself, due now. Rows of pools that are not any more stay asleep.
pub(crate) async fn prepare(store: &Store, targets: &[Target], now: UnixMs) -> Result<(), CommitError> {
    for target in targets {
        let known = store.wake::<PoolRow>(target.wallet.as_str(), now).await?;
        if !known {
            store.commit(Commit::new(now).insert(&PoolRow(Pool::new(target.wallet.clone(), now)))).await?;
        }
    }
    Ok(())
}
