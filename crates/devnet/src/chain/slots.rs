//! When blocks are due and who makes them (java-tron `DposSlot`).

use primitives::UnixMs;

use super::Chain;
use crate::keys::DevnetKey;
use crate::state::Totals;

/// Slots left empty after a block that ran maintenance.
const MAINTENANCE_SKIP: u64 = 2;

impl Chain {
    /// When the next block may be made: the first slot after the head.
    pub fn next_slot(&self) -> UnixMs {
        self.slot_after_head(1)
    }

    /// The time of the `count`th slot after the head, from 1.
    pub(super) fn slot_after_head(&self, count: u64) -> UnixMs {
        let Totals { head_time, head_was_maintenance, .. } = self.head_state().totals;
        let count = if head_was_maintenance { count + MAINTENANCE_SKIP } else { count };
        let offset = head_time.ms_since(self.config.timestamp) % self.config.block_ms;
        head_time.minus_ms(offset).plus_ms(count.saturating_mul(self.config.block_ms))
    }

    /// The newest slot that has begun at `now`, counted after the head; none if none has.
    pub(super) fn slot_at(&self, now: UnixMs) -> Option<u64> {
        let first = self.slot_after_head(1);
        (now >= first).then(|| now.ms_since(first) / self.config.block_ms + 1)
    }

    /// The slot of a time, counted from genesis.
    pub(super) fn absolute_slot(&self, time: UnixMs) -> u64 {
        time.ms_since(self.config.timestamp) / self.config.block_ms
    }

    /// Whose turn it is, `shift` places on.
    pub(super) fn producer_at(&self, time: UnixMs, shift: u64) -> &DevnetKey {
        let count = self.producers.len() as u64;
        let index = (self.absolute_slot(time) + shift) % count;
        &self.producers[usize::try_from(index).unwrap_or(0)]
    }
}
