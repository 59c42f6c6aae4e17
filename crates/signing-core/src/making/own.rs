//! The keys that the signer makes for itself when it opens a token: they need no ceremony, and have a manifest like any.

use primitives::statement::KeyClass;
use store::{Commit, CommitError};
use tracing::info;

use super::keep::key_made;
use super::{MakeError, Maker};
use crate::audit::AuditError;
use crate::key::{Key, only};

/// Their names, which no wallet can have: they are taken when the first token is opened.
const OWN: [(KeyClass, &str); 2] = [(KeyClass::Audit, "lucid-audit"), (KeyClass::Canary, "lucid-canary")];

impl Maker {
    /// Vouches for the audit key and the canary, once.
    pub async fn vouch_for_own(&self) -> Result<(), MakeError> {
        for (class, name) in OWN {
            let name = name.parse().expect("a name of letters and a hyphen");
            if self.stored(&name).await?.is_some() {
                continue;
            }
            let token = self.keeper.token().map_err(MakeError::Unavailable)?;
            let id = only(class).expect("the token has one of each");
            let Some(pinned) = token.find_key(id).await? else { continue };
            let key = Key::new(name, class, id, None, self.clock.now());
            let manifest = self.vouched(&key, pinned).await?;
            let logged = key_made(&key, &pinned, &manifest);
            let made = key.made(&pinned, manifest);
            match self.audit.commit(Commit::new(made.created_at).insert(&made).log(logged.into())).await {
                Ok(_) | Err(AuditError::Refused(CommitError::Conflict { .. })) => {}
                Err(AuditError::Fault(fault)) => return Err(fault.into()),
                Err(AuditError::Refused(error)) => return Err(error.into()),
            }
            info!(key = %made.name, "the audit key vouches for a key that the signer needs");
        }
        Ok(())
    }
}
