//! The transactions that are still looked for, in memory: every block is compared with them.

use std::collections::HashMap;

use primitives::{BlockId, BlockRef, TxId, UnixMs};
use store::{Store, StoreError, Unreadable};
use tron_tx::RefBlock;

use super::Ledger;
use crate::submission::{Coverage, OPEN_STAGES, StoredReference, Submission};

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
    /// One of whose row nothing can be read: it is found in a block, which is then not taken, and never taken for dead.
    /// So whoever mends the row loses nothing: no block was taken that has it, and its own coverage holds.
    const UNREADABLE: Self = Self {
        expiration: UnixMs(u64::MAX),
        coverage: Coverage {
            reference: StoredReference(RefBlock { bytes: [0; 2], hash: [0; 8] }),
            number: Some(u64::MAX),
            arrived: BlockRef { number: 0, id: BlockId::new([0; 32]), time: UnixMs(0) },
            gap_read: true,
        },
        sought: true,
    };

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
        let rows = store.all_of::<Submission>(stage).await?;
        open.extend(rows.records.iter().map(|item| (item.record.txid, Entry::of(&item.record))));
        for Unreadable { id, why } in rows.unreadable {
            // A row is called by its txid; one that is not is nothing that a block can have.
            let Ok(txid) = id.parse::<TxId>() else { continue };
            tracing::error!(%txid, error = %why, "a submission cannot be read: the block that has it is not taken before it can");
            open.insert(txid, Entry::UNREADABLE);
        }
    }
    Ok(open)
}
