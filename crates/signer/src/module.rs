//! The vendor's shared library, loaded once and never unloaded.

use std::path::Path;

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error as CryptokiError, RvError};
use cryptoki::slot::Slot;

use crate::error::TokenError;

/// A loaded and initialised PKCS#11 module.
#[derive(Debug, Clone)]
pub(crate) struct Module {
    context: Pkcs11,
}

impl Module {
    /// Loads and initialises the library at `path`; a second load in one process shares the first.
    pub(crate) fn load(path: &Path) -> Result<Self, TokenError> {
        if !path.exists() {
            return Err(TokenError::ModuleMissing { path: path.to_owned() });
        }
        let unusable =
            |error: &CryptokiError| TokenError::ModuleUnusable { path: path.to_owned(), reason: error.to_string() };
        let context = Pkcs11::new(path).map_err(|error| unusable(&error))?;
        // Dropping the last clone would unload the library, and vendors keep threads and exit handlers in it.
        std::mem::forget(context.clone());
        match context.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
            Ok(()) | Err(CryptokiError::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => Ok(Self { context }),
            Err(error) => Err(unusable(&error)),
        }
    }

    /// C_Finalize, which no session may outlive. Of use only to a process that is about to end.
    pub(crate) fn finalize(self) {
        if let Err(error) = self.context.finalize() {
            tracing::warn!(%error, "the module was not finalised");
        }
    }

    /// The driver, for calls that need no token.
    pub(crate) const fn context(&self) -> &Pkcs11 {
        &self.context
    }

    /// The one slot whose token has this label.
    pub(crate) fn slot_of(&self, label: &str) -> Result<Slot, TokenError> {
        match self.slots_of(label)?.as_slice() {
            [slot] => Ok(*slot),
            [] => Err(TokenError::TokenMissing { label: label.to_owned() }),
            several => Err(TokenError::TokenAmbiguous { label: label.to_owned(), count: several.len() }),
        }
    }

    /// All slots whose token has this label.
    pub(crate) fn slots_of(&self, label: &str) -> Result<Vec<Slot>, TokenError> {
        let mut matching = Vec::new();
        for slot in self.context.get_slots_with_initialized_token()? {
            if self.context.get_token_info(slot)?.label() == label {
                matching.push(slot);
            }
        }
        Ok(matching)
    }
}
