//! What two operators must have agreed on before a key is made or retired, and the rule that stands against it.

use primitives::UnixMs;
use primitives::statement::{Agreed, Ceremony, Cosigned, CosignedError};
use signer::Rules;
use signer::check::decision::OPERATORS;
use thiserror::Error;

/// Why a decision does not count for what is asked.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CeremonyError {
    /// There is none.
    #[error("two operators must decide this: propose it, have both sign, and send the decision along")]
    Required,
    /// Its time is over.
    #[error("the decision expired at {0}")]
    Expired(UnixMs),
    /// It is from the future.
    #[error("the decision is dated {0}, which is yet to come")]
    NotYet(UnixMs),
    /// Somebody signed who is no operator.
    #[error("the decision is signed by {0}, which is no pinned operator's key")]
    OperatorUnknown(String),
    /// One operator signed twice.
    #[error("operator {0} signed the decision twice")]
    OperatorTwice(String),
    /// A signature is not good.
    #[error("{0}")]
    Signature(CosignedError),
    /// Too few have signed.
    #[error("the decision is signed by {have} operators, {needed} are needed")]
    Operators {
        /// How many are needed.
        needed: usize,
        /// How many signed.
        have: usize,
    },
    /// It is for another plane.
    #[error("the decision is for another plane")]
    Plane,
    /// It is for another chain.
    #[error("the decision is for another chain")]
    Chain,
    /// It is about something else.
    #[error("the operators decided on something else")]
    Action,
    /// It names another key or wallet.
    #[error("the operators decided on {0}")]
    Name(String),
    /// It is for another class.
    #[error("the operators decided on a key of the class {0}")]
    Class(String),
    /// It is about another key than the one of this name.
    #[error("the operators decided on another key")]
    Key,
    /// Its nonce was used by another decision.
    #[error("a decision of this nonce was acted upon already")]
    Used,
}

impl CeremonyError {
    /// The stable code, one of `api::wallet_manager::refusal::CEREMONY_REFUSALS`.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Required => "ceremony_required",
            Self::Expired(_) => "ceremony_expired",
            Self::NotYet(_) => "ceremony_not_yet",
            Self::OperatorUnknown(_) => "ceremony_operator_unknown",
            Self::OperatorTwice(_) => "ceremony_operator_twice",
            Self::Signature(_) => "ceremony_signature",
            Self::Operators { .. } => "ceremony_operators",
            Self::Plane => "ceremony_plane",
            Self::Chain => "ceremony_chain",
            Self::Action => "ceremony_action",
            Self::Name(_) => "ceremony_name",
            Self::Class(_) => "ceremony_class",
            Self::Key => "ceremony_key",
            Self::Used => "ceremony_used",
        }
    }
}

impl From<CosignedError> for CeremonyError {
    fn from(error: CosignedError) -> Self {
        match error {
            CosignedError::Expired(until) => Self::Expired(until),
            CosignedError::NotYet(from) => Self::NotYet(from),
            CosignedError::Stranger(key) => Self::OperatorUnknown(key),
            CosignedError::Twice(name) => Self::OperatorTwice(name),
            CosignedError::TooFew { needed, have } => Self::Operators { needed, have },
            CosignedError::Signature(_) | CosignedError::TooMany => Self::Signature(error),
        }
    }
}

/// The decision, if two pinned operators made it for this plane and chain and its time is not over,
/// by our own clock and by the chain's. Whether its nonce was
/// used, the store knows.
pub fn agreed<'a>(
    ceremony: &'a Cosigned<Ceremony>,
    rules: &Rules,
    now: UnixMs,
) -> Result<Agreed<'a, Ceremony>, CeremonyError> {
    let agreed = ceremony.verify(&rules.operators, OPERATORS, rules.chain_time.at_least(now))?;
    if agreed.statement.plane != rules.plane {
        return Err(CeremonyError::Plane);
    }
    if agreed.statement.chain_id != rules.chain_id {
        return Err(CeremonyError::Chain);
    }
    Ok(agreed)
}
