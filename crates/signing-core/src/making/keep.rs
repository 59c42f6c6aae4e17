//! The last step: the proof is held against the challenge, the audit key vouches, and the key is shown.

use api::wallet_manager::key::KeyView;
use primitives::statement::{Hashed as _, Manifest};
use primitives::{CeremonyId, WalletId};
use signer::PinnedKey;
use store::{Commit, CommitError, StoreError, Versioned};
use tron_tx::TokenSigned;

use super::{Awaited, MakeError, Maker};
use crate::audit::AuditError;
use crate::audit::entry::{KeyMade, WalletMade};
use crate::fresh::Proof;
use crate::key::Key;
use crate::wallet::Wallet;

impl Maker {
    /// The key of this name and decision, which was proven.
    pub async fn proven(&self, name: &WalletId, ceremony: CeremonyId, proof: &Proof) -> Result<KeyView, MakeError> {
        let stored = self.stored(name).await?.ok_or(StoreError::Lost)?;
        if !stored.record.is_by(ceremony) {
            return Err(MakeError::Exists);
        }
        if stored.record.public_key.is_some() {
            return Ok(stored.record.view());
        }
        let Awaited { key, challenge } = self.awaited.all().get(name).copied().ok_or(MakeError::NotAwaited)?;
        if !proof.convinces(&key, &challenge) {
            return Err(MakeError::Unproven);
        }
        let manifest = self.vouched(&stored.record, key).await?;
        let view = self.keep(stored, &key, manifest).await?;
        self.awaited.all().remove(name);
        Ok(view)
    }

    /// Stores the proven key with its manifest, and the wallet with it, in the commit of the record that says so.
    async fn keep(
        &self,
        stored: Versioned<Key>,
        key: &PinnedKey,
        manifest: TokenSigned<Manifest>,
    ) -> Result<KeyView, MakeError> {
        let logged = key_made(&stored.record, key, &manifest);
        let made = stored.record.clone().made(key, manifest);
        let mut commit = Commit::new(self.clock.now()).update(&stored, &made).log(logged.into());
        let mut entered = None;
        if made.wallet_class().is_some() {
            let wallet = self.store.get::<Wallet>(made.name.as_str()).await?.ok_or(StoreError::Lost)?;
            let next = wallet.record.clone().with_key(key);
            commit = commit.update(&wallet, &next).log(wallet_made(&next, key).into());
            entered = Some(next);
        }
        match self.audit.commit(commit).await {
            Ok(_) => {
                if let Some(wallet) = &entered {
                    self.book.enter(wallet);
                }
                Ok(made.view())
            }
            // Proven twice at the same time: both found the one key of this id.
            Err(AuditError::Refused(CommitError::Conflict { .. })) => {
                let stored = self.stored(&made.name).await?.ok_or(StoreError::Lost)?.record;
                if stored.decided == made.decided && stored.public_key.is_some() {
                    Ok(stored.view())
                } else {
                    Err(MakeError::Exists)
                }
            }
            Err(AuditError::Fault(fault)) => Err(fault.into()),
            Err(AuditError::Refused(error)) => Err(error.into()),
        }
    }
}

/// The record of a key that was made.
pub(super) fn key_made(key: &Key, pinned: &PinnedKey, manifest: &TokenSigned<Manifest>) -> KeyMade {
    KeyMade {
        key_id: key.key_id.clone(),
        name: key.name.clone(),
        class: key.class.to_string(),
        public_key: pinned.public_key.to_uncompressed().to_vec().into(),
        ceremony: key.decided.as_ref().map(|decided| decided.ceremony),
        operators: key.decided.as_ref().map(|decided| decided.operators.clone()).unwrap_or_default(),
        manifest: manifest.unverified().digest().to_vec().into(),
    }
}

fn wallet_made(wallet: &Wallet, key: &PinnedKey) -> WalletMade {
    WalletMade {
        wallet: wallet.wallet_id.clone(),
        class: wallet.class,
        key_id: wallet.key_id.clone(),
        address: key.address(),
        public_key: key.public_key.to_uncompressed().to_vec().into(),
    }
}
