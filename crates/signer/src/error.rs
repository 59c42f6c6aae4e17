//! What can go wrong with a token. No variant carries the PIN, a digest or a key's bytes.

use std::path::PathBuf;
use std::time::Duration;

use cryptoki::error::{Error as CryptokiError, RvError};
use thiserror::Error;

use crate::action::Action;
use crate::attributes::AttributeFault;
use crate::condition::Cause;
use crate::ec_point::EcPointError;
use crate::key::CkaId;
use crate::pin::PinError;
use crate::profile::PinFormError;

/// Why the token did not do what was asked.
#[derive(Debug, Error)]
pub enum TokenError {
    /// No file at the profile's module path.
    #[error("the PKCS#11 module {} is missing", path.display())]
    ModuleMissing {
        /// The path that the profile names.
        path: PathBuf,
    },
    /// The file is there and is no usable PKCS#11 module.
    #[error("the PKCS#11 module {} cannot be used: {reason}", path.display())]
    ModuleUnusable {
        /// The path that the profile names.
        path: PathBuf,
        /// The loader's or the module's words.
        reason: String,
    },
    /// No initialised token has the profile's label.
    #[error("no token is labelled {label:?}")]
    TokenMissing {
        /// The label that was sought.
        label: String,
    },
    /// Several tokens have the label, and choosing one of them would be a guess.
    #[error("{count} tokens are labelled {label:?}")]
    TokenAmbiguous {
        /// The label that was sought.
        label: String,
        /// How many have it.
        count: usize,
    },
    /// A token of that label exists, so none is made: initialising would destroy its keys.
    #[error("a token labelled {label:?} exists already")]
    TokenExists {
        /// The label that was to be given.
        label: String,
    },
    /// The label is empty, longer than 32 bytes, or has characters outside printable ASCII (PKCS#11 §5.4).
    #[error("a token label has 1 to 32 printable ASCII characters")]
    TokenLabel,
    /// Every slot's token is in use.
    #[error("the module offers no slot with an uninitialised token")]
    NoFreeSlot,
    /// The PIN could not be read.
    #[error(transparent)]
    Pin(#[from] PinError),
    /// The PIN cannot be right. The token was not asked.
    #[error(transparent)]
    PinForm(#[from] PinFormError),
    /// The token refused the PIN. It is not presented again by this process, however often it is asked to.
    #[error("the token refused the PIN; it will not be presented again until a restart")]
    PinRejected,
    /// A PKCS#11 call failed.
    #[error("{function} failed: {rv:?}")]
    Call {
        /// The name of the function, such as `C_Sign`.
        function: String,
        /// The return value.
        rv: RvError,
        /// What to do about it.
        action: Action,
    },
    /// The driver could not make sense of what the module did.
    #[error("the PKCS#11 driver failed: {0}")]
    Driver(String),
    /// No key pair has this id.
    #[error("the token has no key {id}")]
    KeyMissing {
        /// The CKA_ID that was sought.
        id: CkaId,
    },
    /// Not exactly one private and one public key have this id.
    #[error("the token has {private} private and {public} public keys with the id {id}, one of each is needed")]
    KeyAmbiguous {
        /// The CKA_ID that was sought.
        id: CkaId,
        /// Private keys found.
        private: usize,
        /// Public keys found.
        public: usize,
    },
    /// The token's public key is not the pinned one: another token, or one that was tampered with.
    #[error("the public key {id} in the token is not the pinned one")]
    PublicKeyMismatch {
        /// The CKA_ID whose public key differs.
        id: CkaId,
    },
    /// Keys of this one's class do not sign such statements. The token was not asked.
    #[error("the key {id} is of a class that signs no {statement}")]
    KeyClass {
        /// The CKA_ID of the key that was to sign.
        id: CkaId,
        /// The kind of statement.
        statement: &'static str,
    },
    /// The statement names another key as its signer. The token was not asked.
    #[error("the statement is for another key than {id} to sign")]
    OtherKey {
        /// The CKA_ID of the key that was to sign.
        id: CkaId,
    },
    /// The public key's point cannot be decoded.
    #[error("the public key in the token is unusable: {0}")]
    Point(#[from] EcPointError),
    /// The key lacks a property that makes it safe.
    #[error("the key is not safe to use: {0}")]
    Attribute(#[from] AttributeFault),
    /// The token answered with something that is no valid signature of that key over that digest.
    #[error("the token's signature is unusable: {0}")]
    Signature(String),
    /// The token's directory could not be made durable.
    #[error("cannot sync {}: {source}", path.display())]
    Sync {
        /// The file or directory.
        path: PathBuf,
        /// The system's answer.
        source: std::io::Error,
    },
    /// The token did not answer in time. What was asked may still happen inside it.
    #[error("the token did not answer within {} ms", limit.as_millis())]
    TimedOut {
        /// How long it was given.
        limit: Duration,
    },
    /// Every session waits for a call that does not return. Only a new process ends that.
    #[error("every session of the token hangs; only a restart helps")]
    Hung,
    /// The device was out of reach a moment ago, so it is not asked for a while.
    #[error("the token is left alone for {} ms: {cause}", retry_in.as_millis())]
    Suspended {
        /// The call that showed it.
        cause: Cause,
        /// When to ask again.
        retry_in: Duration,
    },
    /// The module is in a state that only C_Finalize and C_Initialize end, which takes a new process.
    #[error("the token needs a restart: {cause}")]
    RestartNeeded {
        /// The call that showed it.
        cause: Cause,
    },
    /// The session threads have ended.
    #[error("the token is closed")]
    Closed,
}

impl TokenError {
    /// What [`TokenError::code`] may be.
    pub const CODES: [&str; 26] = [
        "module_missing",
        "module_unusable",
        "token_missing",
        "token_ambiguous",
        "token_exists",
        "token_label",
        "no_free_slot",
        "pin_unreadable",
        "pin_form",
        "pin_rejected",
        "token_call_failed",
        "driver_failed",
        "key_missing",
        "key_ambiguous",
        "public_key_mismatch",
        "key_class",
        "other_key",
        "point_unusable",
        "attribute_unsafe",
        "signature_unusable",
        "token_not_durable",
        "token_timeout",
        "token_hung",
        "token_suspended",
        "token_restart_needed",
        "token_closed",
    ];

    /// What to do about this error; [`Action::Refuse`] where a retry changes nothing.
    pub const fn action(&self) -> Action {
        match self {
            Self::Call { action, .. } => *action,
            Self::PinRejected => Action::LatchPin,
            Self::Suspended { .. } => Action::OpenCircuit,
            Self::Closed | Self::TimedOut { .. } | Self::Hung | Self::RestartNeeded { .. } => Action::RestartWorker,
            _ => Action::Refuse,
        }
    }

    /// A stable, low-cardinality code for metrics and problem documents.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::ModuleMissing { .. } => "module_missing",
            Self::ModuleUnusable { .. } => "module_unusable",
            Self::TokenMissing { .. } => "token_missing",
            Self::TokenAmbiguous { .. } => "token_ambiguous",
            Self::TokenExists { .. } => "token_exists",
            Self::TokenLabel => "token_label",
            Self::NoFreeSlot => "no_free_slot",
            Self::Pin(_) => "pin_unreadable",
            Self::PinForm(_) => "pin_form",
            Self::PinRejected => "pin_rejected",
            Self::Call { .. } => "token_call_failed",
            Self::Driver(_) => "driver_failed",
            Self::KeyMissing { .. } => "key_missing",
            Self::KeyAmbiguous { .. } => "key_ambiguous",
            Self::PublicKeyMismatch { .. } => "public_key_mismatch",
            Self::KeyClass { .. } => "key_class",
            Self::OtherKey { .. } => "other_key",
            Self::Point(_) => "point_unusable",
            Self::Attribute(_) => "attribute_unsafe",
            Self::Signature(_) => "signature_unusable",
            Self::Sync { .. } => "token_not_durable",
            Self::TimedOut { .. } => "token_timeout",
            Self::Hung => "token_hung",
            Self::Suspended { .. } => "token_suspended",
            Self::RestartNeeded { .. } => "token_restart_needed",
            Self::Closed => "token_closed",
        }
    }
}

impl From<CryptokiError> for TokenError {
    fn from(error: CryptokiError) -> Self {
        match error {
            CryptokiError::Pkcs11(rv, function) => {
                Self::Call { function: format!("C_{function:?}"), rv, action: Action::for_rv(rv) }
            }
            other => Self::Driver(other.to_string()),
        }
    }
}
