//! When a token is opened: its audit key, and whether the log has what the token vouches for.

use std::sync::{Arc, Weak};

use api::wallet_manager::PolicyVersion;
use primitives::statement::Checkpoint;
use primitives::{LogPosition, PlaneId};
use signer::{AUDIT_KEY, PinnedKey, Token, TokenError};
use store::{Commit, Filter, StoreError};
use thiserror::Error;
use tracing::{error, info};

use super::checkpoint::{StoredCheckpoint, position};
use super::entry::{Entry, Opened};
use super::{Audit, AuditFault, binary, head};
use crate::settings::Pin;

/// The audit key's label, for people who look into the token.
pub const LABEL: &str = "lucid-audit";

/// Why the log could not be compared with the token; tried again.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The token failed.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The log cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The log cannot be written, or is cut.
    #[error(transparent)]
    Fault(#[from] AuditFault),
}

impl Audit {
    /// Compares the log with what this token vouches for, once for each opening of it, and appends that it was opened.
    pub async fn opened(&self, token: &Arc<Token>, policy: Option<PolicyVersion>, pin: &Pin) -> Result<(), OpenError> {
        if self.state().compared.as_ref().is_some_and(|(known, _)| known.as_ptr() == Arc::as_ptr(token)) {
            return Ok(());
        }
        let key = token.ensure_key(AUDIT_KEY, LABEL, self.challenge()).await?;
        let newest = self.store.list::<StoredCheckpoint>(Filter { limit: 1, ..Filter::default() }).await?;
        let checkpoint = newest.items.first().map(|stored| stored.record.position());
        let vouched = if self.settings.head_in_token { self.vouched(token).await? } else { Vouched::Nothing };
        let cut = self.cut(&vouched).await?;
        {
            let mut state = self.state();
            state.key = Some(key);
            state.checkpoint = checkpoint;
            state.token_head = vouched.position();
            let outcome = cut.clone().map_or(Ok(()), Err);
            state.compared = Some((Arc::downgrade(token), outcome));
        }
        self.metrics.cut(cut.is_some());
        if let Some(cut) = cut {
            error!(%cut, "the audit log is cut; nothing is signed");
            return Err(AuditFault::Cut(cut).into());
        }
        self.hold_rules().await?;
        self.hold_recent().await?;
        self.begin(token, key, policy, pin).await.inspect_err(|_| {
            // Not to be taken for compared before the token keeps a head and the log says so.
            self.state().compared = None;
        })
    }

    /// Has the token keep a head from now on, and says in the log that it was opened.
    async fn begin(
        &self,
        token: &Arc<Token>,
        key: PinnedKey,
        policy: Option<PolicyVersion>,
        pin: &Pin,
    ) -> Result<(), OpenError> {
        // The token first: a log whose first record says that the token keeps a head is cut if it has none.
        if self.settings.head_in_token {
            self.tell(token, self.store.log_position().await?).await?;
        }
        let now = self.now();
        let (commit, changed) = pin.write(Commit::new(now), now);
        let opened = Opened {
            plane: self.plane,
            incarnation: self.store.incarnation().to_string(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            binary: binary::sha256(),
            audit_key: key.public_key.to_uncompressed().to_vec().into(),
            token: token.identity().serial.clone(),
            head_in_token: self.settings.head_in_token,
            policy: policy.clone(),
            settings: pin.name(),
            changed,
        };
        let place = self.commit(commit.log(opened.into())).await.map_err(super::AuditError::into_fault)?;
        pin.written();
        self.state().policy = policy;
        info!(seq = place.seq, head = %place.head, "the audit log is whole, as far as the token knows");
        Ok(())
    }

    async fn vouched(&self, token: &Token) -> Result<Vouched, TokenError> {
        let values = token.data(head::name(self.plane)).await?;
        let whole = values.iter().filter_map(|value| Some((head::decode(value)?, value)));
        Ok(match whole.max_by_key(|(checkpoint, _)| checkpoint.seq) {
            Some((checkpoint, value)) => {
                // To stay until the next one is durable.
                self.kept.lock().await.value = Some(value.clone());
                Vouched::For(checkpoint)
            }
            None if values.is_empty() => Vouched::Nothing,
            None => Vouched::Illegible,
        })
    }

    /// What the log lacks, if it lacks anything.
    async fn cut(&self, vouched: &Vouched) -> Result<Option<String>, StoreError> {
        let known = match vouched {
            Vouched::For(checkpoint) => position(checkpoint),
            Vouched::Illegible => return Ok(Some("the token's data object cannot be read".to_owned())),
            Vouched::Nothing => {
                let first = self.store.log_of(&["opened"], 0, 1).await?;
                let first = first.first().map(|record| Entry::parse(&record.kind, &record.body));
                let kept = matches!(first, Some(Ok(Some(Entry::Opened(opened)))) if opened.head_in_token);
                let missing = "the token was told the head and has no data object of it";
                return Ok((kept && self.settings.head_in_token).then(|| missing.to_owned()));
            }
        };
        let LogPosition { seq, head } = known;
        if known.is_empty() {
            return Ok(None);
        }
        let found = self.store.log(seq.saturating_sub(1), 1).await?;
        Ok(match found.first().map(|record| record.position) {
            Some(stored) if stored == known => None,
            Some(stored) if stored.seq == seq => {
                Some(format!("the token vouches for record {seq} with the head {head}, the log has {}", stored.head))
            }
            _ => {
                let newest = self.store.log_position().await?.seq;
                Some(format!("the token vouches for record {seq}, the log ends with record {newest}"))
            }
        })
    }

    /// The token that the log was compared with, while it is open.
    pub(super) fn compared_token(&self) -> Option<Arc<Token>> {
        let state = self.state();
        state.compared.as_ref().filter(|(_, outcome)| outcome.is_ok()).and_then(|(token, _)| Weak::upgrade(token))
    }
}

/// What the token says.
enum Vouched {
    /// It has no data object of ours.
    Nothing,
    /// It has, and none is whole.
    Illegible,
    /// The log had this record.
    For(Checkpoint),
}

impl Vouched {
    fn position(&self) -> Option<LogPosition> {
        match self {
            Self::For(checkpoint) => Some(position(checkpoint)),
            Self::Nothing | Self::Illegible => None,
        }
    }
}

/// What a token vouches for, asked without a log: the audit key, and the newest head that it was told. A token without an
/// audit key is an error: whoever only looks makes none.
pub async fn vouched(token: &Token, plane: PlaneId) -> Result<(PinnedKey, Option<LogPosition>), TokenError> {
    let key = token.find_key(AUDIT_KEY).await?.ok_or(TokenError::KeyMissing { id: AUDIT_KEY })?;
    let values = token.data(head::name(plane)).await?;
    let newest = values.iter().filter_map(|value| head::decode(value)).max_by_key(|checkpoint| checkpoint.seq);
    Ok((key, newest.as_ref().map(position)))
}
