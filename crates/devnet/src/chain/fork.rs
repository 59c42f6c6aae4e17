//! Forks on request.

use primitives::{BlockId, TxId, UnixMs};

use super::Chain;

/// What a fork did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForkReport {
    /// Blocks that are no longer on the chain, oldest first.
    pub orphaned: Vec<BlockId>,
    /// Blocks that took their place, oldest first; one more than the orphans, since the longer branch wins.
    pub adopted: Vec<BlockId>,
    /// Transactions that wait again.
    pub pending: Vec<TxId>,
    /// Transactions that were lost.
    pub dropped: Vec<TxId>,
}

impl Chain {
    /// Replaces the newest `depth` blocks, at most the unsolid ones, by a longer empty branch. Their transactions wait
    /// again, except those named in `drop`, which are lost until somebody broadcasts them again.
    pub fn fork(&mut self, depth: usize, drop: &[TxId], now: UnixMs) -> ForkReport {
        todo!()
    }
}
