//! Every error of this service as a problem document, with its stable code.

use api::wallet_manager::refusal::CEREMONY_REFUSALS;
use http::StatusCode;
use service::Problem;
use store::CommitError;

use crate::audit::AuditFault;
use crate::freeze::{FreezeError, ThawError};
use crate::harden::HardenError;
use crate::keeper::Unavailable;
use crate::making::{MakeError, RetireError};
use crate::signing::{SignError, VoidError};
use crate::undecided::Undecided;

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
            SignError::InFlight { until } => Self::conflict("wallet_in_flight", detail).with("until", until),
            SignError::Unavailable(unavailable) => unavailable.into(),
            SignError::Token(error) => Self::unavailable(error.code(), detail),
            SignError::Audit(fault) => fault.into(),
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
            VoidError::Audit(fault) => fault.into(),
            VoidError::TooMany => Self::unavailable("too_many_voids", detail),
            VoidError::NoSuchAttempt => Self::unprocessable("no_such_attempt", detail),
            VoidError::Store(error) => error.into(),
        }
    }
}

impl From<MakeError> for Problem {
    fn from(error: MakeError) -> Self {
        let detail = error.to_string();
        match error {
            MakeError::Ceremony(error) => refused(error.code(), detail),
            MakeError::OtherClass => refused("other_class", detail),
            MakeError::Class(_) => refused("key_class", detail),
            MakeError::Exists => refused("key_exists", detail),
            MakeError::ClassTaken(_) => refused("key_class_taken", detail),
            MakeError::Unavailable(unavailable) => unavailable.into(),
            MakeError::Audit(fault) => fault.into(),
            MakeError::Token(error) => Self::unavailable(error.code(), detail),
            MakeError::NotAwaited | MakeError::Unproven => Self::unavailable("key_unproven", detail),
            MakeError::Store(error) | MakeError::Commit(CommitError::Store(error)) => error.into(),
            MakeError::Commit(error) => Self::internal(error),
        }
    }
}

impl From<RetireError> for Problem {
    fn from(error: RetireError) -> Self {
        let detail = error.to_string();
        match error {
            RetireError::Ceremony(error) => refused(error.code(), detail),
            RetireError::Unknown(_) => refused("unknown_key", detail),
            RetireError::NotMade(_) => refused("key_not_made", detail),
            RetireError::Needed(_) => refused("key_needed", detail),
            RetireError::Audit(fault) => fault.into(),
            RetireError::Store(error) => error.into(),
        }
    }
}

/// A refusal of the one table, with its status.
fn refused(code: &'static str, detail: String) -> Problem {
    let known = CEREMONY_REFUSALS.iter().find(|(known, _)| *known == code);
    let status = known.and_then(|(_, status)| StatusCode::from_u16(*status).ok());
    Problem::new(status.unwrap_or(StatusCode::FORBIDDEN), code, detail)
}

impl From<FreezeError> for Problem {
    fn from(error: FreezeError) -> Self {
        let detail = error.to_string();
        match error {
            FreezeError::Reason => Self::unprocessable("malformed_reason", detail),
            FreezeError::Lifted => Self::conflict("freeze_lifted", detail),
            FreezeError::Store(error) => error.into(),
            FreezeError::Audit(fault) => fault.into(),
        }
    }
}

impl From<ThawError> for Problem {
    fn from(error: ThawError) -> Self {
        let detail = error.to_string();
        match error {
            ThawError::Refused(refusal) => Self::forbidden(refusal.code(), detail),
            ThawError::Recovering => Self::conflict("recovering", detail),
            ThawError::Unknown(_) => Self::not_found("unknown_freeze", detail),
            ThawError::Store(error) => error.into(),
            ThawError::Audit(fault) => fault.into(),
        }
    }
}

impl From<Undecided> for Problem {
    fn from(error: Undecided) -> Self {
        let detail = error.to_string();
        match error {
            Undecided::Refused(refusal) => Self::forbidden(refusal.code(), detail),
            Undecided::Store(error) => error.into(),
            Undecided::Audit(fault) => fault.into(),
        }
    }
}

impl From<HardenError> for Problem {
    fn from(error: HardenError) -> Self {
        let detail = error.to_string();
        match error {
            HardenError::Refused(refusal) => Self::forbidden(refusal.code(), detail),
            HardenError::UnknownWallet(_) => Self::not_found("unknown_wallet", detail),
            HardenError::Used => Self::conflict("wallet_used", detail),
            HardenError::OwnAccount => Self::unprocessable("own_account", detail),
            HardenError::NotHardening => Self::conflict("not_hardening", detail),
            HardenError::OtherUpdate => Self::unprocessable("other_update", detail),
            HardenError::Finality => Self::forbidden("finality_signature", detail),
            HardenError::Store(error) => error.into(),
            HardenError::Audit(fault) => fault.into(),
        }
    }
}

/// A log that cannot vouch for a signature is no reason to give a request up: it may be sent again.
impl From<AuditFault> for Problem {
    fn from(fault: AuditFault) -> Self {
        Self::unavailable(fault.code(), fault.to_string())
    }
}

impl From<Unavailable> for Problem {
    fn from(unavailable: Unavailable) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "token_unavailable", unavailable.detail)
            .with("cause", unavailable.code)
    }
}
