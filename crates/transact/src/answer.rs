//! Reading refusals: which are a word on the transaction, and which only on the call.

use payments::attempt::Refusal;
use primitives::HexBytes;
use primitives::statement::StatementError;
use service::client::{NotDone, Unknown};
use service::{PeerClient, Problem};
use thiserror::Error;

/// Why a question has no answer yet.
#[derive(Debug, Error)]
pub enum AskError {
    /// Not done, or nobody knows.
    #[error(transparent)]
    NotDone(#[from] NotDone),
    /// The register's word is not signed by the register.
    #[error("wallet-manager's statement is not to be believed")]
    Statement(#[from] StatementError),
    /// The register's word is on another attempt.
    #[error("wallet-manager's statement is about another attempt")]
    AnotherAttempt,
    /// A conflict that does not name the transaction in the way.
    #[error("the refusal {0} does not carry the raw_data that it is about")]
    Incomplete(String),
}

impl AskError {
    pub(crate) fn unknown(peer: &PeerClient, cause: Unknown) -> Self {
        Self::NotDone(NotDone::Unknown { peer: peer.peer().into(), cause })
    }
}

pub(crate) fn rejected(peer: &PeerClient, problem: Problem) -> AskError {
    AskError::NotDone(NotDone::Refused { peer: peer.peer().into(), problem })
}

/// Codes that speak of the call, not of the transaction: nothing is decided by them, the call is made again.
const OF_THE_CALL: [&str; 9] = [
    "missing_scope",
    "token_missing",
    "token_invalid",
    "token_expired",
    "token_other_request",
    "token_other_body",
    "rate_limited",
    "signing_frozen",
    "clock_skew",
];

/// A refusal of a signature, if it is a word on the transaction.
pub(crate) fn refusal(peer: &PeerClient, problem: Problem) -> Result<Refusal, AskError> {
    let code = problem.code.clone();
    let of_the_call = OF_THE_CALL.contains(&code.as_str());
    if of_the_call { Err(rejected(peer, problem)) } else { Ok(Refusal { code }) }
}

/// The raw_data that a conflict names.
pub(crate) fn raw_data_in_the_way(problem: &Problem) -> Result<HexBytes, AskError> {
    let text = problem.members.get("raw_data").and_then(|value| value.as_str()).map(str::to_owned);
    text.and_then(|text| HexBytes::try_from(text).ok()).ok_or_else(|| AskError::Incomplete(problem.code.clone()))
}
