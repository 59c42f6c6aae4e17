//! Retires a key for ever: a state here, for a token may refuse to destroy.

use api::wallet_manager::key::KeyView;
use primitives::WalletId;
use primitives::statement::{Action, Ceremony, Cosigned, KeyClass};
use store::{Commit, CommitError, StoreError, Versioned};
use thiserror::Error;
use tracing::warn;

use super::Maker;
use crate::audit::entry::KeyRetired;
use crate::audit::{AuditError, AuditFault};
use crate::ceremony::{CeremonyError, agreed};
use crate::key::{Decided, KEY_NONCE, Key, Retired};
use crate::wallet::Wallet;

/// Why a key is not retired.
#[derive(Debug, Error)]
pub enum RetireError {
    /// The decision does not count for this.
    #[error(transparent)]
    Ceremony(#[from] CeremonyError),
    /// There is no such key.
    #[error("there is no key {0}")]
    Unknown(WalletId),
    /// There is nothing to retire yet.
    #[error("the key {0} is not made yet; one that is never asked for again is never shown")]
    NotMade(WalletId),
    /// Without it nothing at all is signed.
    #[error("the signer signs nothing without its {0} key: another token has another one")]
    Needed(KeyClass),
    /// The audit log failed. A wallet's key signs nothing in this process's life all the same.
    #[error(transparent)]
    Audit(#[from] AuditFault),
    /// The store failed. A wallet's key signs nothing in this process's life all the same.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Maker {
    /// Retires the key that two operators name. Once retired it stays so, whoever asks again. When this is answered, no
    /// new signature of the key leaves any more.
    pub async fn retire(&self, name: &WalletId, ceremony: Option<&Cosigned<Ceremony>>) -> Result<KeyView, RetireError> {
        let ceremony = ceremony.ok_or(CeremonyError::Required)?;
        let id = ceremony.unverified().id();
        let stored = self.stored(name).await?;
        let by_this = |key: &Key| key.retired.as_ref().is_some_and(|retired| retired.decided.ceremony == id);
        if let Some(stored) = stored.as_ref().filter(|stored| by_this(&stored.record)) {
            return Ok(stored.record.view());
        }
        let now = self.clock.now();
        let agreed = agreed(ceremony, &self.rules, now)?;
        let Action::RetireKey { key_id } = &agreed.statement.action else { return Err(CeremonyError::Action.into()) };
        let stored = stored.ok_or_else(|| RetireError::Unknown(name.clone()))?;
        let key = &stored.record;
        if *key_id != key.key_id {
            return Err(CeremonyError::Key.into());
        }
        if matches!(key.class, KeyClass::Audit | KeyClass::Canary) {
            return Err(RetireError::Needed(key.class));
        }
        if key.retired.is_some() {
            return Ok(key.view());
        }
        if key.public_key.is_none() {
            return Err(RetireError::NotMade(name.clone()));
        }
        let decided = Decided::of(&agreed);
        if key.decided.as_ref().is_some_and(|made| made.nonce == decided.nonce) {
            return Err(CeremonyError::Used.into());
        }
        // Before it is stored: where the store fails, this process at least signs nothing more with it.
        self.book.retire(&key.key_id);
        self.freezer.drain().await;
        warn!(key = %name, operators = ?decided.operators, "a key is retired");
        self.book.retire_desk(key);
        let retired = self.store_retired(stored, Retired { at: now, decided }).await?;
        // What cannot be marked now is marked when the token is looked after: the database has the decision.
        if let Err(error) = self.mark_retired().await {
            warn!(%error, key = %name, "the token does not keep yet that a key is retired");
        }
        Ok(retired)
    }

    async fn store_retired(&self, stored: Versioned<Key>, retired: Retired) -> Result<KeyView, RetireError> {
        let (at, key) = (retired.at, &stored.record);
        let logged = KeyRetired {
            key_id: key.key_id.clone(),
            name: key.name.clone(),
            ceremony: retired.decided.ceremony,
            operators: retired.decided.operators.clone(),
        };
        // A key is retired also where no token signs now; its manifest then stays as it was made.
        let manifest = match self.vouched_retired(key, at).await {
            Ok(manifest) => Some(manifest),
            Err(error) => {
                warn!(%error, key = %key.name, "the manifest does not say that the key is retired");
                key.manifest.clone()
            }
        };
        let next = Key { retired: Some(retired), manifest, ..key.clone() };
        let mut commit = Commit::new(at).update(&stored, &next).log(logged.into());
        if next.wallet_class().is_some() {
            let wallet = self.store.get::<Wallet>(next.name.as_str()).await?.ok_or(StoreError::Lost)?;
            let ended = wallet.record.clone().retired(at);
            commit = commit.update(&wallet, &ended);
        }
        match self.audit.commit(commit).await {
            Ok(_) => Ok(next.view()),
            // Retired twice at the same time, or the wallet's permissions changed meanwhile: asked again, it is answered.
            Err(AuditError::Refused(CommitError::Conflict { .. })) => {
                let found = self.stored(&next.name).await?.ok_or(StoreError::Lost)?.record;
                if found.retired.is_some() { Ok(found.view()) } else { Err(StoreError::Lost.into()) }
            }
            Err(AuditError::Refused(CommitError::KeyTaken { key: KEY_NONCE, .. })) => Err(CeremonyError::Used.into()),
            Err(AuditError::Refused(_)) => Err(StoreError::Lost.into()),
            Err(AuditError::Fault(fault)) => Err(fault.into()),
        }
    }
}
