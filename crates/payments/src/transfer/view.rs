//! How a transfer looks to others.

use api::usdt_manager::{TransferStage, TransferView};
use primitives::Usdt;

use super::{Step, Transfer};
use crate::attempt::{AnyAttempt, Verdict};

impl Transfer {
    /// How much it pays; a permission above what fits was refused when the transfer was accepted.
    pub fn amount(&self) -> Usdt {
        Usdt::new(self.request.authorisation.unverified().amount).unwrap_or_default()
    }

    /// The transaction's machine, once there is one.
    pub const fn attempt(&self) -> Option<&AnyAttempt> {
        match &self.step {
            Step::Attempting { attempt, .. } | Step::Closing { attempt, .. } | Step::Over { attempt, .. } => {
                Some(attempt)
            }
            _ => None,
        }
    }

    /// Where it stands, for lists and for others.
    pub fn stage(&self) -> TransferStage {
        let Some(attempt) = self.attempt() else {
            return if self.waiting.is_some() { TransferStage::WaitingFunds } else { TransferStage::Accepted };
        };
        match attempt {
            AnyAttempt::Open(_) | AnyAttempt::Barring(_) => TransferStage::Accepted,
            AnyAttempt::Sealed(_) => TransferStage::Sealed,
            AnyAttempt::Submitted(_) => TransferStage::Submitted,
            AnyAttempt::Ended(ended) => match ended.ended().ending {
                Verdict::Paid => TransferStage::Paid,
                Verdict::FailedOnChain => TransferStage::FailedOnChain,
                Verdict::Mismatch => TransferStage::Mismatch,
                Verdict::Dead => TransferStage::Dead,
                Verdict::Unsigned => TransferStage::Refused,
            },
        }
    }

    /// As others see it.
    pub fn view(&self) -> TransferView {
        let authorisation = self.request.authorisation.unverified();
        let attempt = self.attempt();
        let ended = attempt.and_then(AnyAttempt::ended);
        let energy = match &self.step {
            Step::Reserving { energy, .. } => Some(*energy),
            Step::Attempting { energy, .. } | Step::Closing { energy, .. } | Step::Over { energy, .. } => *energy,
            Step::Accepted | Step::Leasing { .. } => None,
        };
        TransferView {
            transfer_id: self.id,
            intent: authorisation.intent.clone(),
            attempt: authorisation.attempt,
            stage: self.stage(),
            recipient: authorisation.recipient,
            amount: self.amount(),
            txid: attempt.and_then(AnyAttempt::txid),
            expiration: attempt.and_then(AnyAttempt::expiration),
            energy,
            block: ended.and_then(|ended| ended.block),
            receipt: ended.and_then(|ended| ended.receipt.clone()),
            reason: self.waiting.clone().or_else(|| attempt.and_then(given_up).map(str::to_owned)),
        }
    }
}

/// Why an attempt was given up. Said from the moment on at which the register is asked to bar it: who learns of the
/// bar from the register looks here for the reason.
fn given_up(attempt: &AnyAttempt) -> Option<&str> {
    match attempt {
        AnyAttempt::Barring(barring) => Some(barring.reason()),
        AnyAttempt::Ended(ended) => ended.ended().reason.as_deref(),
        AnyAttempt::Open(_) | AnyAttempt::Sealed(_) | AnyAttempt::Submitted(_) => None,
    }
}
