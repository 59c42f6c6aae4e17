//! The transactions that are still looked for, in memory: every block is compared with them.

use std::collections::HashMap;

use primitives::{BlockRef, TxId, UnixMs};
use store::{Filter, LIST_LIMIT_MAX, Store, StoreError};

use super::Ledger;
use crate::submission::{Coverage, OPEN_STAGES, Submission};

/// A transaction that is looked for.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// When it ceases to be valid.
    pub expiration: UnixMs,
    /// Which blocks were read for it.
    pub coverage: Coverage,
    /// Whether its reference was looked for behind us and is not there: it may be ahead, and the scanner will see it.
    pub sought: bool,
}

impl Entry {
    pub(super) const fn of(submission: &Submission) -> Self {
        Self { expiration: submission.expiration, coverage: submission.coverage, sought: false }
    }

    /// Whether older blocks must be read for it.
    pub const fn is_late(&self) -> bool {
        match self.coverage.number {
            None => !self.sought,
            Some(number) => !self.coverage.gap_read && number < self.coverage.arrived.number,
        }
    }
}

impl Ledger {
    /// How many are looked for.
    pub fn open_count(&self) -> usize {
        self.open().len()
    }

    /// Whether a transaction that no block has could be dead once `confirmed` is: it is past some expiration.
    pub fn may_die_at(&self, confirmed: BlockRef) -> bool {
        self.open().values().any(|entry| entry.expiration < confirmed.time)
    }

    /// How many are looked for although the chain that was read is past their expiration: nobody can say of them that
    /// they are dead.
    pub fn overdue(&self) -> usize {
        let Some(last) = self.extent().map(|extent| extent.last.time) else { return 0 };
        self.open().values().filter(|entry| entry.expiration < last).count()
    }

    /// Of these names, those that are looked for.
    pub fn wanted<'a>(&self, txids: impl Iterator<Item = &'a TxId>) -> Vec<TxId> {
        let open = self.open();
        txids.filter(|txid| open.contains_key(*txid)).copied().collect()
    }
}

/// All open submissions in the store.
pub(super) async fn load(store: &Store) -> Result<HashMap<TxId, Entry>, StoreError> {
    let mut open = HashMap::new();
    for stage in OPEN_STAGES {
        let mut after = None;
        loop {
            let filter = Filter { stage: Some(stage.to_owned()), after, limit: LIST_LIMIT_MAX, ..Filter::default() };
            let page = store.list::<Submission>(filter).await?;
            open.extend(page.items.iter().map(|item| (item.record.txid, Entry::of(&item.record))));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
    }
    Ok(open)
}
