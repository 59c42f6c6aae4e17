//! Making blocks and putting them on the chain.

use std::sync::Arc;

use primitives::{Address, BlockId, UnixMs};
use tron_tx::hash;

use super::Chain;
use super::assemble::Made;
use crate::admitted::Admitted;

impl Chain {
    /// Makes the block of the newest slot that has begun; none when the head is in it already. Slots that passed
    /// meanwhile count as missed.
    pub fn produce_block(&mut self, now: UnixMs) -> Option<BlockId> {
        let time = self.slot_after_head(self.slot_at(now)?);
        self.pool.drop_stale(now);
        let producer = self.producer_at(time, 0).address();
        Some(self.make(time, producer))
    }

    /// Makes a block of what waits and puts it on the chain.
    pub(super) fn make(&mut self, time: UnixMs, producer: Address) -> BlockId {
        let waiting: Vec<Arc<Admitted>> = self.pool.in_order().cloned().collect();
        let mut made = self.assemble(time, producer, &waiting, false);
        self.sign(&mut made, producer);
        self.adopt(made)
    }

    fn sign(&self, made: &mut Made, producer: Address) {
        let key = self.producers.iter().find(|key| key.address() == producer);
        if let (Some(key), Some(header)) = (key, &mut made.stored.block.block_header)
            && let Some(raw) = &header.raw_data
        {
            header.witness_signature = key.sign(&hash::block_digest(raw));
        }
    }

    /// Puts a block on the chain: what it has stops waiting, what it refused is dropped, the rest waits on top of it.
    pub(super) fn adopt(&mut self, made: Made) -> BlockId {
        let id = made.stored.id;
        let number = made.state.totals.head_number;
        for (refused, reason) in &made.refused {
            tracing::debug!(txid = %refused, ?reason, "dropped while making a block");
            self.pool.remove(refused);
        }
        for (at, txid) in made.stored.txids.iter().enumerate() {
            self.pool.remove(txid);
            self.included.insert(*txid, (number, at));
        }
        self.by_id.insert(id, number);
        self.record_block(&made.stored);
        self.blocks.push(made.stored);
        let unsolid = usize::try_from(number - made.state.totals.solid_number).unwrap_or(usize::MAX);
        self.states.push_back(made.state);
        while self.states.len() > unsolid + 1 {
            self.states.pop_front();
        }
        self.restack_pool();
        id
    }
}
