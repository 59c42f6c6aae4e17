//! How a payout looks to others.

use std::fmt;

use api::payout_router::{AttemptView, PayoutReceipt, PayoutStage, PayoutView};
use primitives::UnixMs;

use super::{Funds, Leg, Money, Payout, PayoutAttempt, Stage};
use crate::attempt::{Ended, Verdict};

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usdt(amount) => amount.fmt(f),
            Self::Trx(amount) => amount.fmt(f),
        }
    }
}

impl PayoutAttempt {
    /// What its transaction waits for, if it waits.
    fn waiting(&self) -> Option<&str> {
        match &self.leg {
            Leg::Usdt { waiting, .. } => waiting.as_deref(),
            Leg::Trx { funds: Funds::Lacking, .. } => Some("waiting_funds"),
            Leg::Trx { .. } => None,
        }
    }

    fn view(&self) -> AttemptView {
        let state = match self.ended().map(|ended| ended.ending) {
            None => "underway",
            Some(Verdict::Paid) => "paid",
            Some(Verdict::FailedOnChain) => "failed_on_chain",
            Some(Verdict::Mismatch) => "mismatch",
            Some(Verdict::Dead) => "dead",
            Some(Verdict::Unsigned) => "unsigned",
        };
        AttemptView {
            attempt: self.attempt,
            transfer_id: self.transfer_id,
            txid: self.tx().map(|tx| tx.txid),
            expiration: self.tx().map(|tx| tx.expiration),
            state: state.to_owned(),
        }
    }
}

impl Payout {
    /// The stage as others see it.
    pub fn public_stage(&self) -> PayoutStage {
        match &self.stage {
            Stage::Accepted => PayoutStage::Accepted,
            Stage::Attempting if self.current().is_some_and(|attempt| attempt.waiting().is_some()) => {
                PayoutStage::WaitingFunds
            }
            Stage::Attempting => PayoutStage::Attempting,
            Stage::Settled { .. } => PayoutStage::Settled,
            Stage::Failed { .. } => PayoutStage::Failed,
            Stage::Cancelled { .. } => PayoutStage::Cancelled,
            Stage::NeedsReview { .. } => PayoutStage::NeedsReview,
        }
    }

    /// When it came to its end.
    pub const fn ended_at(&self) -> Option<UnixMs> {
        match &self.stage {
            Stage::Settled { at } | Stage::Failed { at, .. } | Stage::Cancelled { at } => Some(*at),
            Stage::Accepted | Stage::Attempting | Stage::NeedsReview { .. } => None,
        }
    }

    /// As others see it.
    pub fn view(&self) -> PayoutView {
        let reason = match &self.stage {
            Stage::Failed { reason, .. } | Stage::NeedsReview { reason, .. } => Some(reason.clone()),
            Stage::Accepted => self.waiting.clone(),
            Stage::Attempting => self.current().and_then(PayoutAttempt::waiting).map(str::to_owned),
            _ => None,
        };
        let request = &self.request;
        PayoutView {
            payout_id: self.id,
            merchant: request.merchant.clone(),
            reference: request.reference.clone(),
            path: "v0".to_owned(),
            asset: request.asset,
            recipient: request.recipient,
            amount: self.money.to_string(),
            memo: request.memo.clone(),
            stage: self.public_stage(),
            reason,
            attempts: self.attempts.iter().map(PayoutAttempt::view).collect(),
            receipt: self.adopted.as_ref().or_else(|| self.current()?.ended()).and_then(receipt),
            created_at: self.created_at,
            ended_at: self.ended_at(),
        }
    }
}

fn receipt(ended: &Ended) -> Option<PayoutReceipt> {
    let (Verdict::Paid, Some(tx), Some(block), Some(receipt)) = (ended.ending, &ended.tx, ended.block, &ended.receipt)
    else {
        return None;
    };
    Some(PayoutReceipt {
        txid: tx.txid,
        block,
        energy: receipt.energy,
        energy_from_stake: receipt.energy_from_stake,
        energy_fee: receipt.energy_fee,
        bandwidth: receipt.bandwidth,
        bandwidth_fee: receipt.bandwidth_fee,
        fee: receipt.fee,
    })
}
