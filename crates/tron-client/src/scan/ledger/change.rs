//! Changing submissions that drivers change too.

use futures::future::try_join_all;
use primitives::TxId;
use store::{Commit, CommitError, Record, Versioned};

use super::Ledger;
use crate::submission::Submission;

impl Ledger {
    /// Changes these submissions as `decide` says, in one commit with whatever `with` adds; read and decided again
    /// whenever somebody else was faster. `decide` gives `None` to leave one alone. Returns what was stored.
    pub(super) async fn change(
        &self,
        txids: &[TxId],
        decide: impl Fn(&Submission) -> Option<Submission>,
        with: impl Fn(Commit) -> Commit,
    ) -> Result<Vec<Submission>, CommitError> {
        loop {
            let ids: Vec<String> = txids.iter().map(TxId::to_string).collect();
            let read = try_join_all(ids.iter().map(|id| self.store.get::<Submission>(id))).await?;
            let mut commit = with(Commit::new(self.clock.now()));
            let mut changed = Vec::new();
            for old in read.iter().flatten() {
                let Some(next) = decide(&old.record).filter(|next| *next != old.record) else { continue };
                commit = changing(commit, old, &next);
                changed.push(next);
            }
            match self.store.commit(commit).await {
                Err(CommitError::Conflict { noun, .. }) if noun == Submission::NOUN => {}
                Err(error) => return Err(error),
                Ok(()) => {
                    for next in &changed {
                        self.metrics.ended(next);
                    }
                    return Ok(changed);
                }
            }
        }
    }
}

/// The update, and the event if the stage changes.
fn changing(commit: Commit, old: &Versioned<Submission>, next: &Submission) -> Commit {
    let commit = commit.update(old, next);
    if old.record.wire_stage() == next.wire_stage() {
        return commit;
    }
    match next.event(old) {
        Some(event) => commit.event(event),
        None => commit,
    }
}
