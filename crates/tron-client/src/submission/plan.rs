//! What the blocks that were read say about a transaction, and when to send it again. Pure.

use primitives::{BlockRef, UnixMs};
use serde::{Deserialize, Serialize};

use super::{Fate, StoredReference, Submission};
use crate::wire::broadcast::BroadcastAnswer;

/// Which blocks were read for a transaction: all after `arrived`, as the scanner goes on, and, once `gap_read`, those
/// from its reference block to `arrived` too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// The block that it refers to, as the transaction has it.
    pub reference: StoredReference,
    /// That block's number, once it was found on the chain that we read.
    pub number: Option<u64>,
    /// The newest scanned block when the transaction came to us.
    pub arrived: BlockRef,
    /// Whether the blocks from the reference to `arrived` were read, or there are none.
    pub gap_read: bool,
}

impl Coverage {
    /// The blocks still to be read once the reference is known: after the first number, up to the second with it.
    pub fn gap(&self) -> Option<(u64, u64)> {
        let number = self.number.filter(|number| !self.gap_read && *number < self.arrived.number)?;
        Some((number, self.arrived.number))
    }

    /// With the reference found. A reference to the newest block that was read, or a later one, leaves no gap.
    #[must_use]
    pub const fn referring_to(self, number: u64) -> Self {
        Self { number: Some(number), gap_read: self.gap_read || number >= self.arrived.number, ..self }
    }

    /// Whether a transaction that was not met in any block read so far can never be in one.
    ///
    /// It can be in a block after its reference (TAPOS) whose *parent's* time is before the expiration (java-tron
    /// `Manager.validateCommon` compares with the head that the block builds on). So when every block from the
    /// reference to a block that is itself past the expiration was read, no later one can have it.
    pub fn rules_out(&self, expiration: UnixMs, scanned: BlockRef) -> Option<u64> {
        let number = self.number?;
        let whole = self.gap_read || number >= self.arrived.number;
        // The reference must lie before the end of what was read, or nothing of the range was.
        (whole && number <= scanned.number && scanned.time > expiration).then_some(number)
    }
}

/// After the expiration the nodes' clocks may still be behind ours; one more try costs nothing.
const LAST_TRY_MS: u64 = 3_000;

/// The record after a broadcast. Whatever the answer, only the chain ends this: the same bytes go out again until it
/// is there or can never be.
pub fn after_broadcast(submission: &Submission, answer: &BroadcastAnswer, now: UnixMs, interval_ms: u64) -> Submission {
    let next = now.plus_ms(interval_ms.max(1));
    let over = next > submission.expiration.plus_ms(LAST_TRY_MS);
    Submission {
        broadcasts: submission.broadcasts.saturating_add(1),
        last_answer: Some(answer.text.clone()),
        next_broadcast: (!over && matches!(submission.fate, Fate::Open)).then_some(next),
        ..submission.clone()
    }
}

/// When an open submission is to be broadcast, from now on: at once, or never if it has no signature or is over.
pub fn first_broadcast(signed: bool, expiration: UnixMs, now: UnixMs) -> Option<UnixMs> {
    (signed && now <= expiration).then_some(now)
}

#[cfg(test)]
mod tests;
