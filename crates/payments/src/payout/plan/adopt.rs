//! A payout settled by a payment that the plane has no record of, and one that none of them has paid.

use primitives::{FreezeId, UnixMs};
use thiserror::Error;

use super::{EXHAUSTED, LimitRelease, Turn, end, looked, unchanged};
use crate::attempt::{Ended, Verdict};
use crate::payout::{Payout, Stage, Unrecorded};

/// The payout does not wait to be paid: nothing can be said to have paid it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the payout does not wait to be paid")]
pub struct NotWaiting;

/// Settles a payout by a payment that two operators say was its own. Only one that waits for its next attempt, or for a
/// person to allow it: every earlier one has ended, so nothing else can pay it any more.
pub fn adopt(payout: &Payout, paid: Ended, now: UnixMs) -> Result<Turn, NotWaiting> {
    let exhausted = matches!(&payout.stage, Stage::NeedsReview { reason, .. } if reason == EXHAUSTED);
    if !(payout.stage == Stage::Accepted || exhausted) || paid.ending != Verdict::Paid {
        return Err(NotWaiting);
    }
    let next = Payout { adopted: Some(paid), ..payout.clone() };
    Ok(end(next, Stage::Settled { at: now }, LimitRelease::AfterWindow(now)))
}

/// Lets a payout be paid of which two operators say that no payment is its own that came to light by the restore which made
/// this stop. The same again is the same, whatever has become of it.
pub fn unpaid(payout: &Payout, restore: FreezeId, now: UnixMs) -> Result<Turn, NotWaiting> {
    let said = Unrecorded::NoneOf(restore);
    if payout.unrecorded == said {
        return Ok(unchanged(payout));
    }
    match payout.stage {
        Stage::Accepted => Ok(looked(Payout { unrecorded: said, ..payout.clone() }, 0, now)),
        _ => Err(NotWaiting),
    }
}
