//! A payout settled by a payment that the plane has no record of.

use primitives::UnixMs;
use thiserror::Error;

use super::{EXHAUSTED, LimitRelease, Turn, end};
use crate::attempt::{Ended, Verdict};
use crate::payout::{Payout, Stage};

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
