//! Forks on request.

use std::sync::Arc;

use primitives::{BlockId, TxId, UnixMs};

use super::{Chain, StoredBlock};
use crate::admitted::Admitted;

/// What a fork did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForkReport {
    /// Blocks that are no longer on the chain, oldest first.
    pub orphaned: Vec<BlockId>,
    /// Blocks that took their place, oldest first; one more than the orphans, since the longer branch wins.
    pub adopted: Vec<BlockId>,
    /// Transactions that wait again.
    pub pending: Vec<TxId>,
    /// Transactions that were lost, because they were named or because they do not fit the new branch.
    pub dropped: Vec<TxId>,
}

impl Chain {
    /// Replaces the newest `depth` blocks, at most the unsolid ones, by a longer empty branch of other producers. The
    /// transactions of the old one wait again, except those named in `drop`, which are lost until somebody broadcasts
    /// them again. The new branch ends one slot after the old one, which may be a little ahead of `now`.
    pub fn fork(&mut self, depth: usize, drop: &[TxId], now: UnixMs) -> ForkReport {
        let depth = depth.min(self.states.len() - 1);
        if depth == 0 {
            return ForkReport { orphaned: Vec::new(), adopted: Vec::new(), pending: Vec::new(), dropped: Vec::new() };
        }
        let earlier: Vec<Arc<Admitted>> = self.pool.in_order().cloned().collect();
        let orphans = self.rewind(depth);
        let times: Vec<UnixMs> = orphans.iter().map(StoredBlock::time).collect();
        for waiting in &earlier {
            self.pool.remove(&waiting.id);
        }
        let mut adopted = Vec::new();
        for time in times {
            let producer = self.producer_at(time, 1).address();
            adopted.push(self.make(time, producer));
        }
        let time = self.next_slot();
        let producer = self.producer_at(time, 1).address();
        adopted.push(self.make(time, producer));

        let orphaned_transactions = orphans.iter().flat_map(|orphan| &orphan.block.transactions);
        let returning = orphaned_transactions.filter_map(|transaction| Admitted::read(transaction.clone()).ok());
        let mut dropped = Vec::new();
        let mut returned = Vec::new();
        for admitted in returning.map(Arc::new).chain(earlier) {
            let id = admitted.id;
            if drop.contains(&id) {
                self.pool.forget(&id);
                dropped.push(id);
            } else {
                self.pool.add(admitted, now);
                returned.push(id);
            }
        }
        self.restack_pool();
        let (pending, unfit): (Vec<TxId>, Vec<TxId>) = returned.into_iter().partition(|id| self.pool.get(id).is_some());
        dropped.extend(unfit);
        ForkReport { orphaned: orphans.iter().map(|orphan| orphan.id).collect(), adopted, pending, dropped }
    }

    /// Takes the newest `depth` blocks off the chain, oldest first. `depth` is below the count of kept states.
    pub(super) fn rewind(&mut self, depth: usize) -> Vec<StoredBlock> {
        let orphans = self.blocks.split_off(self.blocks.len() - depth);
        for orphan in &orphans {
            self.by_id.remove(&orphan.id);
            for txid in &orphan.txids {
                self.included.remove(txid);
            }
        }
        self.states.truncate(self.states.len() - depth);
        self.record_rewind();
        self.restack_pool();
        orphans
    }
}
