//! What is done after the commits, off the way of any signature: the token told the newest head, checkpoints signed, the
//! counts of refusals appended.

use std::sync::Arc;
use std::time::Duration;

use primitives::statement::Checkpoint;
use primitives::{LogPosition, UnixMs};
use signer::{Token, TokenError, Unverified};
use store::{Commit, CommitError};
use tokio_util::sync::CancellationToken;
use tracing::warn;
use tron_tx::TokenSigned;

use super::checkpoint::StoredCheckpoint;
use super::entry::Resumed;
use super::{Audit, head, heads};

/// How often it is looked whether anything is due, where no commit says so.
const LOOK_MS: u64 = 5_000;

/// How often all of the log is held against the register.
const RECONCILED: Duration = Duration::from_hours(1);

/// What the last rounds left.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// The value that the token keeps durably.
    pub(super) value: Option<Vec<u8>>,
    /// When a record was first seen that no checkpoint covers.
    uncovered_since: Option<UnixMs>,
}

impl Audit {
    /// Keeps the log vouched for until the stop, and once more then; holds it against the register now and then.
    pub async fn tend(&self, stop: CancellationToken) {
        let mut changes = self.store.changes();
        let keeping = async {
            loop {
                tokio::select! {
                    Ok(()) = changes.changed() => {}
                    () = tokio::time::sleep(Duration::from_millis(LOOK_MS)) => {}
                }
                // What is committed meanwhile goes with it.
                tokio::time::sleep(Duration::from_millis(self.settings.head_ms)).await;
                self.keep().await;
            }
        };
        tokio::select! {
            () = keeping => {}
            () = self.keep_reconciling() => {}
            () = stop.cancelled() => {}
        }
        self.close().await;
    }

    async fn keep_reconciling(&self) {
        loop {
            // Not before the token has said whether the log is whole; what is cut needs no second alarm.
            while self.sound().is_err() {
                tokio::time::sleep(Duration::from_millis(LOOK_MS)).await;
            }
            if let Err(error) = self.reconcile().await {
                warn!(%error, "the audit log could not be held against the register");
            }
            tokio::time::sleep(RECONCILED).await;
        }
    }

    /// One round.
    pub async fn keep(&self) {
        self.round(false).await;
    }

    /// The last round: nothing stays uncounted or uncovered.
    pub async fn close(&self) {
        self.round(true).await;
    }

    async fn round(&self, last: bool) {
        let mut kept = self.kept.lock().await;
        self.settle_refusals(last).await;
        self.try_again().await;
        let Ok(newest) = self.store.log_position().await else { return };
        self.metrics.stands_at(newest.seq);
        // Whatever the token does: what it does not cover is what the metric is for.
        self.note_uncovered(&mut kept, newest);
        let Some(token) = self.compared_token() else { return };
        let alone = if self.settings.head_in_token { self.is_alone(&token).await } else { Ok(true) };
        match alone {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => {
                warn!(%error, "it could not be seen what the token vouches for");
                return self.metrics.head_failed();
            }
        }
        if let Err(error) = self.vouch(&mut kept, &token, newest, last).await {
            warn!(%error, "the token does not vouch for the newest records yet");
            self.metrics.head_failed();
        }
    }

    async fn vouch(
        &self,
        kept: &mut Kept,
        token: &Arc<Token>,
        newest: LogPosition,
        last: bool,
    ) -> Result<(), TokenError> {
        if let Some(since) = kept.uncovered_since {
            let covered = self.state().checkpoint.unwrap_or(LogPosition::EMPTY);
            let many = newest.seq.saturating_sub(covered.seq) >= self.settings.checkpoint_records;
            if last || many || self.now().ms_since(since) >= self.settings.checkpoint_ms {
                self.sign_checkpoint(token, newest).await?;
                self.note_uncovered(kept, newest);
            }
        }
        if self.settings.head_in_token && self.state().token_head != Some(newest) {
            self.tell_after(kept, token, newest).await?;
        }
        Ok(())
    }

    /// Since when there is a record that no checkpoint covers.
    fn note_uncovered(&self, kept: &mut Kept, newest: LogPosition) {
        let (now, covered) = (self.now(), self.state().checkpoint.unwrap_or(LogPosition::EMPTY));
        kept.uncovered_since = if newest == covered { None } else { Some(kept.uncovered_since.unwrap_or(now)) };
        self.metrics.uncovered_for(kept.uncovered_since.map_or(0, |since| now.ms_since(since)));
    }

    async fn sign_checkpoint(&self, token: &Token, newest: LogPosition) -> Result<(), TokenError> {
        let Some(key) = self.state().key else { return Ok(()) };
        let checkpoint = self.checkpoint(newest);
        let signature = token.sign(key, &checkpoint).await.and_then(Unverified::verify)?;
        let stored = StoredCheckpoint(TokenSigned::new(checkpoint, signature));
        match self.store.commit(Commit::new(checkpoint.at).insert(&stored)).await {
            // There is one of this record already: as good.
            Ok(()) | Err(CommitError::Conflict { .. }) => self.state().checkpoint = Some(newest),
            Err(error) => warn!(%error, "a checkpoint could not be stored"),
        }
        self.note_outside(newest).await;
        Ok(())
    }

    /// Appends the head to the file outside of the database, if there is to be one. Without it the log is no less whole.
    async fn note_outside(&self, newest: LogPosition) {
        let Some(path) = self.settings.heads_file.clone() else { return };
        let shown = path.display().to_string();
        let noted = tokio::task::spawn_blocking(move || heads::note(&path, newest)).await;
        if let Err(error) = noted.unwrap_or_else(|error| Err(std::io::Error::other(error))) {
            warn!(%error, path = shown, "the head of the audit log could not be noted outside of the database");
            self.metrics.head_failed();
        }
    }

    /// Has the token keep this place as the log's newest.
    pub(super) async fn tell(&self, token: &Arc<Token>, newest: LogPosition) -> Result<(), TokenError> {
        let mut kept = self.kept.lock().await;
        self.tell_after(&mut kept, token, newest).await
    }

    async fn tell_after(&self, kept: &mut Kept, token: &Arc<Token>, newest: LogPosition) -> Result<(), TokenError> {
        let value = head::encode(&self.checkpoint(newest));
        // The value before stays until this one is durable.
        token.put_data(head::name(self.plane), value.clone(), kept.value.clone()).await?;
        let device = Arc::clone(token);
        // Not in the token's own thread, which has signatures to make.
        let synced = tokio::task::spawn_blocking(move || device.sync_files()).await;
        synced.map_err(|_| TokenError::Closed)??;
        kept.value = Some(value);
        self.state().token_head = Some(newest);
        Ok(())
    }

    fn checkpoint(&self, newest: LogPosition) -> Checkpoint {
        Checkpoint {
            plane: self.plane,
            incarnation: *self.store.incarnation().0.as_bytes(),
            seq: newest.seq,
            head: *newest.head.as_bytes(),
            at: self.now(),
        }
    }

    async fn settle_refusals(&self, last: bool) {
        let counted = {
            let mut refusals = self.refusals();
            if last || refusals.is_due(self.now()) { refusals.take() } else { Vec::new() }
        };
        if counted.is_empty() {
            return;
        }
        let commit = counted.into_iter().fold(Commit::new(self.now()), Commit::log);
        if let Err(error) = self.commit(commit).await {
            warn!(%error, "the counts of refusals could not be appended");
        }
    }

    /// Whether the log can be written again, tried where nobody asks for a signature because we are not ready.
    async fn try_again(&self) {
        let Some((failures, cause)) = self.state().unwritable.clone() else { return };
        // A failure has been logged and counted.
        let _ = self.append(Resumed { failures, cause }).await;
    }
}
