//! Barring an attempt for ever, so that what was reserved for it may be given back.

use api::wallet_manager::events;
use primitives::statement::{Signed, Unsigned};
use primitives::{AttemptNo, HexBytes, IntentId, LogPosition, TxId};
use store::{Commit, StoreError, Versioned};
use thiserror::Error;

use super::{SigningCore, audited, told};
use crate::audit::{AuditError, AuditFault, STAMP};
use crate::register::{Attempt, Entry};

/// Why an attempt cannot be barred.
#[derive(Debug, Error)]
pub enum VoidError {
    /// It is signed, or registered to be.
    #[error("the attempt was signed as {txid}")]
    AlreadySigned {
        /// The transaction.
        txid: TxId,
        /// Its raw_data.
        raw_data: HexBytes,
    },
    /// Attempts count from 1.
    #[error("attempts count from 1")]
    NoSuchAttempt,
    /// The audit log is cut, or cannot be written with the register.
    #[error(transparent)]
    Audit(#[from] AuditFault),
    /// The register failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl SigningCore {
    /// Bars an attempt and says so under our signature; asked again, the same statement.
    pub async fn void(&self, intent: IntentId, attempt: AttemptNo) -> Result<Signed<Unsigned>, VoidError> {
        if attempt.0 == 0 {
            return Err(VoidError::NoSuchAttempt);
        }
        let entry = match self.attempt(&intent, attempt).await? {
            Some(entry) => entry,
            None => self.bar(intent, attempt).await?,
        };
        match &entry.record.entry {
            Entry::Signed(signing) => {
                Err(VoidError::AlreadySigned { txid: signing.txid, raw_data: signing.request.raw_data().clone() })
            }
            Entry::Void => {
                let statement = Unsigned {
                    plane: self.rules.plane,
                    intent: entry.record.intent,
                    attempt,
                    voided_at: entry.record.at,
                };
                Ok(Signed::sign(statement, &self.authority))
            }
        }
    }

    async fn bar(&self, intent: IntentId, attempt: AttemptNo) -> Result<Versioned<Attempt>, VoidError> {
        let now = self.clock.now();
        let attempt = Attempt { intent, attempt, at: now, entry: Entry::Void, audit: LogPosition::EMPTY };
        let mut barred = Versioned::first(attempt);
        let commit = Commit::new(now).insert(&barred.record).event(told(&barred, events::VOIDED));
        let commit = commit.log(audited::registered(&barred.record)).stamp::<Attempt>(STAMP);
        match self.audit.commit(commit).await {
            Ok(position) => {
                barred.record.audit = position;
                self.metrics.voided();
                Ok(barred)
            }
            Err(AuditError::Fault(fault)) => Err(fault.into()),
            // Somebody was faster, with a signature or with the same wish.
            Err(AuditError::Refused(_)) => {
                let Attempt { intent, attempt, .. } = barred.record;
                Ok(self.attempt(&intent, attempt).await?.ok_or(StoreError::Lost)?)
            }
        }
    }
}
