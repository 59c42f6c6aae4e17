//! Barring an attempt for ever, so that what was reserved for it may be given back.

use api::wallet_manager::events;
use primitives::statement::{Signed, Unsigned};
use primitives::{AttemptNo, HexBytes, IntentId, LogPosition, TxId};
use store::{Commit, CommitError, Hold, StoreError, Versioned};
use thiserror::Error;

use super::{SigningCore, audited, told};
use crate::audit::{AuditError, AuditFault, STAMP};
use crate::register::{Attempt, Entry};

/// How many attempts may be barred within 24 hours. What is barred stays for ever, so whoever may bar could fill the disk;
/// this is some twenty megabytes a day, and more payouts than are ever given up in one.
const VOIDS_PER_DAY: i64 = 10_000;

/// The sum of them.
const VOIDS: &str = "voids:day";

const DAY_MS: u64 = 86_400_000;

/// Counts one for 24 hours.
fn counted(commit: Commit, attempt: &Attempt) -> Commit {
    let holder = Attempt::id_of(&attempt.intent, attempt.attempt);
    let hold = Hold { scope: VOIDS.to_owned(), holder: holder.clone(), amount: 1, ceiling: VOIDS_PER_DAY };
    commit.hold(hold).release(VOIDS, holder, Some(attempt.at.plus_ms(DAY_MS)))
}

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
    /// As many were barred within 24 hours as the store has room for: whoever asks for more asks again later.
    #[error("{VOIDS_PER_DAY} attempts were barred within 24 hours: this one is not barred yet")]
    TooMany,
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
        let commit = counted(commit, &barred.record);
        match self.audit.commit(commit).await {
            Ok(position) => {
                barred.record.audit = position;
                self.metrics.voided();
                Ok(barred)
            }
            Err(AuditError::Fault(fault)) => Err(fault.into()),
            Err(AuditError::Refused(CommitError::Exceeded { .. })) => Err(VoidError::TooMany),
            // Somebody was faster, with a signature or with the same wish.
            Err(AuditError::Refused(_)) => {
                let Attempt { intent, attempt, .. } = barred.record;
                Ok(self.attempt(&intent, attempt).await?.ok_or(StoreError::Lost)?)
            }
        }
    }
}
