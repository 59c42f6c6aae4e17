//! The transfer's row.

use api::usdt_manager::{TransferStage, TransferView, events};
use payments::transfer::Transfer;
use primitives::{AttemptNo, IntentId, UnixMs};
use serde::{Deserialize, Serialize};
use store::{NewEvent, Record};

/// A transfer as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct TransferRow(pub(crate) Transfer);

/// The name that a transfer is found by when wallet-manager speaks of its attempt.
pub(crate) fn attempt_key(intent: &IntentId, attempt: AttemptNo) -> String {
    format!("{intent}/{attempt}")
}

impl TransferRow {
    /// The event that tells of a change, if the change shows.
    pub(crate) fn event(before: &TransferView, after: &TransferView, version: u64) -> Option<NewEvent> {
        if before == after {
            return None;
        }
        let over = is_over(after.stage) && !is_over(before.stage);
        Some(NewEvent {
            kind: if over { events::ENDED } else { events::CHANGED },
            subject: after.transfer_id.to_string(),
            version,
            data: serde_json::to_value(after).unwrap_or_default(),
        })
    }
}

/// Whether a transfer of this stage has ended.
const fn is_over(stage: TransferStage) -> bool {
    matches!(
        stage,
        TransferStage::Paid
            | TransferStage::FailedOnChain
            | TransferStage::Mismatch
            | TransferStage::Dead
            | TransferStage::Refused
    )
}

impl Record for TransferRow {
    const NOUN: &'static str = "transfer";

    fn id(&self) -> String {
        self.0.id.to_string()
    }

    fn stage(&self) -> &'static str {
        match self.0.stage() {
            TransferStage::Accepted => "accepted",
            TransferStage::WaitingFunds => "waiting_funds",
            TransferStage::Sealed => "sealed",
            TransferStage::Submitted => "submitted",
            TransferStage::Paid => "paid",
            TransferStage::FailedOnChain => "failed_on_chain",
            TransferStage::Mismatch => "mismatch",
            TransferStage::Dead => "dead",
            TransferStage::Refused => "refused",
        }
    }

    fn due_at(&self) -> Option<UnixMs> {
        self.0.due_at
    }

    fn keys(&self) -> Vec<(&'static str, String)> {
        let authorisation = self.0.request.authorisation.unverified();
        let mut keys = vec![("attempt", attempt_key(&authorisation.intent, authorisation.attempt))];
        if let Some(txid) = self.0.attempt().and_then(payments::attempt::AnyAttempt::txid) {
            keys.push(("txid", txid.to_string()));
        }
        keys
    }
}
