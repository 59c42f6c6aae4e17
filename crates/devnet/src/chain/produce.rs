//! Making blocks.

use primitives::{BlockId, UnixMs};

use super::Chain;

impl Chain {
    /// When the next block may be made: the first slot after the head.
    pub fn next_slot(&self) -> UnixMs {
        todo!()
    }

    /// Makes the block of the newest slot that has begun; none when the head is in it already. Slots that passed
    /// meanwhile count as missed.
    pub fn produce_block(&mut self, now: UnixMs) -> Option<BlockId> {
        todo!()
    }

    /// Leaves a transaction out of all blocks until it expires, as a lost transaction would be. False if it is not waiting.
    pub fn drop_pending(&mut self, id: &primitives::TxId) -> bool {
        todo!()
    }
}
