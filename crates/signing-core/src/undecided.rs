//! Why what operators decided is not done.

use signer::Refusal;
use store::StoreError;
use thiserror::Error;

use crate::audit::{AuditError, AuditFault};

/// Why what operators decided is not done.
#[derive(Debug, Error)]
pub enum Undecided {
    /// The decision is not made by enough operators, not good here and now, or on something else.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The audit log failed.
    #[error(transparent)]
    Audit(#[from] AuditFault),
}

impl From<AuditError> for Undecided {
    fn from(error: AuditError) -> Self {
        match error {
            AuditError::Fault(fault) => fault.into(),
            // Two at the same time: asked again, it is answered as it is.
            AuditError::Refused(_) => StoreError::Lost.into(),
        }
    }
}
