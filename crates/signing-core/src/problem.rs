//! Every error of this service as a problem document, with its stable code.

use http::StatusCode;
use service::Problem;
use store::CommitError;

use crate::keeper::Unavailable;
use crate::making::MakeError;
use crate::signing::{SignError, VoidError};

impl From<SignError> for Problem {
    fn from(error: SignError) -> Self {
        let detail = error.to_string();
        match error {
            SignError::OtherTxid { found } => Self::unprocessable("other_txid", detail).with("txid", found),
            SignError::Refused(refusal) => Self::forbidden(refusal.code(), detail),
            SignError::Withheld(refusal) => Self::unavailable("attempt_withheld", detail).with("rule", refusal.code()),
            SignError::Void => Self::conflict("attempt_void", detail),
            SignError::AttemptTaken { txid, raw_data } => {
                Self::conflict("attempt_taken", detail).with("txid", txid).with("raw_data", raw_data)
            }
            SignError::TxidTaken => Self::conflict("txid_taken", detail),
            SignError::Unavailable(unavailable) => unavailable.into(),
            SignError::Token(error) => Self::unavailable(error.code(), detail),
            SignError::Store(error) => error.into(),
        }
    }
}

impl From<VoidError> for Problem {
    fn from(error: VoidError) -> Self {
        let detail = error.to_string();
        match error {
            VoidError::AlreadySigned { txid, raw_data } => {
                Self::conflict("already_signed", detail).with("txid", txid).with("raw_data", raw_data)
            }
            VoidError::NoSuchAttempt => Self::unprocessable("no_such_attempt", detail),
            VoidError::Store(error) => error.into(),
        }
    }
}

impl From<MakeError> for Problem {
    fn from(error: MakeError) -> Self {
        let detail = error.to_string();
        match error {
            MakeError::OtherClass => Self::unprocessable("other_class", detail),
            MakeError::Unavailable(unavailable) => unavailable.into(),
            MakeError::Token(error) => Self::unavailable(error.code(), detail),
            MakeError::NotAwaited | MakeError::Unproven => Self::unavailable("key_unproven", detail),
            MakeError::Store(error) | MakeError::Commit(CommitError::Store(error)) => error.into(),
            MakeError::Commit(error) => Self::internal(error),
        }
    }
}

impl From<Unavailable> for Problem {
    fn from(unavailable: Unavailable) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "token_unavailable", unavailable.detail)
            .with("cause", unavailable.code)
    }
}
