//! Taking in a transaction.

use api::tron_client::{SubmissionRequest, SubmissionView};
use primitives::{TxId, UnixMs};
use store::{Commit, CommitError, StoreError};
use thiserror::Error;

use super::{Entry, Ledger, Scanned};
use crate::scan::headers::{HeaderPage, page_of};
use crate::submission::parse::{SubmissionFlaw, Validity, check};
use crate::submission::plan::first_broadcast;
use crate::submission::{Coverage, Fate, StoredReference, Submission};

/// Why a transaction was not taken in.
#[derive(Debug, Error)]
pub enum TakeInError {
    /// The request is wrong.
    #[error(transparent)]
    Flaw(#[from] SubmissionFlaw),
    /// No block was read yet, so it could not be said from where on the transaction is looked for.
    #[error("no block was read yet")]
    NotReading,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Ledger {
    /// Stores the transaction, or adds the signatures to one that was only watched. The same request changes nothing.
    pub async fn take_in(&self, txid: TxId, request: &SubmissionRequest) -> Result<SubmissionView, TakeInError> {
        let validity = check(txid, request)?;
        loop {
            let gate = self.gate.read().await;
            let scanned = gate.as_ref().ok_or(TakeInError::NotReading)?;
            let now = self.clock.now();
            let known = self.store.get::<Submission>(&txid.to_string()).await?;
            let (submission, commit) = if let Some(old) = &known {
                let Some(next) = with_signatures(&old.record, request, now) else { return Ok(old.record.view()) };
                let commit = Commit::new(now).update(old, &next);
                (next, commit)
            } else {
                let coverage = self.coverage(txid, validity.reference, scanned).await?;
                let new = submission(txid, request, validity, coverage, now);
                let commit = Commit::new(now).insert(&new);
                (new, commit)
            };
            match self.store.commit(commit).await {
                Ok(()) => {
                    if known.is_none() {
                        self.look_for(&submission);
                    }
                    drop(gate);
                    return Ok(submission.view());
                }
                // Somebody else put it, or the driver changed it, in between.
                Err(CommitError::Conflict { .. }) => {}
                Err(CommitError::Store(error)) => return Err(error.into()),
                Err(other) => unreachable!("a submission has no keys and holds nothing: {other}"),
            }
        }
    }

    fn look_for(&self, submission: &Submission) {
        let entry = Entry::of(submission);
        self.open().insert(submission.txid, entry);
        if entry.is_late() {
            self.came_late.notify_one();
        }
    }

    /// What the blocks read so far say about a transaction that refers to this block.
    async fn coverage(
        &self,
        txid: TxId,
        reference: StoredReference,
        scanned: &Scanned,
    ) -> Result<Coverage, StoreError> {
        let arrived = scanned.cursor.record.last;
        let unknown = Coverage { reference, number: None, arrived, gap_read: false };
        let here = scanned.page.as_ref().and_then(|page| page.record.find(reference.0));
        let found = if here.is_some() {
            here
        } else {
            let page = self.store.get::<HeaderPage>(&page_of(reference.0)).await?;
            page.and_then(|page| page.record.find(reference.0))
        };
        let Some(block) = found else { return Ok(unknown) };
        let coverage = unknown.referring_to(block.number);
        let absent = scanned.recent.surely_absent(&txid, block.number, arrived.number);
        Ok(Coverage { gap_read: coverage.gap_read || absent, ..coverage })
    }
}

fn submission(
    txid: TxId,
    request: &SubmissionRequest,
    validity: Validity,
    coverage: Coverage,
    now: UnixMs,
) -> Submission {
    Submission {
        txid,
        raw_data: request.raw_data.clone(),
        signatures: request.signatures.clone(),
        expiration: validity.expiration,
        coverage,
        broadcasts: 0,
        last_answer: None,
        next_broadcast: first_broadcast(!request.signatures.is_empty(), validity.expiration, now),
        fate: Fate::Open,
    }
}

/// The record with signatures that it lacked; `None` if nothing is to be changed.
fn with_signatures(old: &Submission, request: &SubmissionRequest, now: UnixMs) -> Option<Submission> {
    let lacking = old.signatures.is_empty() && !request.signatures.is_empty() && !old.is_final();
    lacking.then(|| Submission {
        signatures: request.signatures.clone(),
        next_broadcast: first_broadcast(matches!(old.fate, Fate::Open), old.expiration, now),
        ..old.clone()
    })
}
