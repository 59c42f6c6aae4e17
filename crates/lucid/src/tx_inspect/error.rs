//! Why a transaction cannot be shown.

use thiserror::Error;
use tron_tx::{DecodeError, FieldFlaw, SignatureError};

/// Why a transaction cannot be shown exactly.
#[derive(Debug, Error)]
pub(super) enum InspectError {
    /// Nothing was given.
    #[error("nothing to inspect: expected a transaction in hexadecimal")]
    Empty,
    /// Not hexadecimal.
    #[error("not hexadecimal: {0}")]
    Hex(#[from] hex::FromHexError),
    /// The text has bytes that no hexadecimal text has.
    #[error("not hexadecimal: the text is not even UTF-8")]
    NotText,
    /// More than any transaction can have; the chain takes 512,000 bytes.
    #[error("too long for a transaction")]
    TooLong,
    /// Not a transaction, or not in the one form that hashes to its txid.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// A signature that nobody can have made.
    #[error("signature {number}: {source}")]
    Signature {
        /// Which one, counted from 1.
        number: usize,
        /// What is wrong with it.
        source: SignatureError,
    },
    /// TRX and a TRC-10 token at once, which one amount cannot tell.
    #[error("the call sends {sun} sun and {units} units of token {token} at once, which one amount cannot show")]
    TwoValues {
        /// TRX, in sun.
        sun: i64,
        /// Units of the token.
        units: i64,
        /// The token's id.
        token: i64,
    },
}

impl InspectError {
    pub(super) fn field(field: &'static str, flaw: impl Into<FieldFlaw>) -> Self {
        Self::Decode(DecodeError::Field { field, flaw: flaw.into() })
    }
}
