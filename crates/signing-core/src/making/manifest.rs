//! The audit key's word for how a key was made, from what the token says of it now.

use primitives::UnixMs;
use primitives::statement::Manifest;
use signer::{PinnedKey, Unverified};
use tron_tx::TokenSigned;

use super::{MakeError, Maker};
use crate::audit::AuditFault;
use crate::key::Key;

impl Maker {
    /// Reads the key's attributes back and has the audit key sign what they are.
    pub(super) async fn vouched(&self, key: &Key, pinned: PinnedKey) -> Result<TokenSigned<Manifest>, MakeError> {
        let token = self.keeper.token().map_err(MakeError::Unavailable)?;
        self.audit.sound()?;
        let by = self.audit.key().ok_or(AuditFault::Unchecked)?;
        let decided = key.decided.as_ref();
        let manifest = Manifest {
            plane: self.rules.plane,
            key_id: key.key_id.clone(),
            class: key.class,
            label: key.name.to_string(),
            public_key: pinned.public_key.to_compressed(),
            address: pinned.address(),
            attributes: token.attributes_of(pinned).await?,
            token: token.identity().described(),
            made_at: self.clock.now(),
            operators: decided.map(|decided| decided.operators.clone()).unwrap_or_default(),
            generation: key.generation().unwrap_or_default(),
            retired_at: None,
            ceremony: decided.and_then(|decided| decided.nonce.as_ref().try_into().ok()).unwrap_or_default(),
        };
        let signature = token.sign(by, &manifest).await.and_then(Unverified::verify)?;
        Ok(TokenSigned::new(manifest, signature))
    }

    /// The key's manifest with its retirement in it, as whoever verifies without this service needs it.
    pub(super) async fn vouched_retired(&self, key: &Key, at: UnixMs) -> Result<TokenSigned<Manifest>, MakeError> {
        let made = key.manifest.as_ref().ok_or(AuditFault::Unchecked)?;
        let token = self.keeper.token().map_err(MakeError::Unavailable)?;
        self.audit.sound()?;
        let by = self.audit.key().ok_or(AuditFault::Unchecked)?;
        let manifest = Manifest { retired_at: Some(at), ..made.unverified().clone() };
        let signature = token.sign(by, &manifest).await.and_then(Unverified::verify)?;
        Ok(TokenSigned::new(manifest, signature))
    }
}
