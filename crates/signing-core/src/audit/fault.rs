//! What is wrong with the log, as far as it stops signing.

use store::StoreError;
use thiserror::Error;

/// Why nothing is signed because of the log.
#[derive(Debug, Error)]
pub enum AuditFault {
    /// The log was not yet compared with what the token vouches for.
    #[error("the audit log was not compared with the token yet")]
    Unchecked,
    /// The log lacks what the token vouches for: records were cut off, or an older database was put back.
    #[error("the audit log is cut: {0}")]
    Cut(String),
    /// Somebody else has written to the store: a row is not as the log says that it was left.
    #[error("the store was altered, the audit log says otherwise: {0}")]
    Altered(String),
    /// The log cannot be written.
    #[error("the audit log cannot be written: {0}")]
    Unwritable(#[from] StoreError),
}

impl AuditFault {
    /// The code of a log that cannot be written.
    pub const UNWRITABLE: &'static str = "audit_unwritable";

    /// The same for another commit that failed with this one.
    pub(super) fn again(&self) -> Self {
        match self {
            Self::Unchecked => Self::Unchecked,
            Self::Cut(cut) => Self::Cut(cut.clone()),
            Self::Altered(altered) => Self::Altered(altered.clone()),
            Self::Unwritable(error) => Self::Unwritable(error.again()),
        }
    }

    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unchecked => "audit_unchecked",
            Self::Cut(_) => "audit_cut",
            Self::Altered(_) => "audit_altered",
            Self::Unwritable(_) => Self::UNWRITABLE,
        }
    }
}
