//! Reading refusals: which are a word on the transaction, and which only on the call.

use api::wallet_manager::refusal::{Remedy, remedy};
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

/// A refusal of a signature, if it is a word on the transaction. Anything else, such as a token that is not accepted,
/// speaks of the call or of the moment: nothing is decided by it, the call is made again.
pub(crate) fn refusal(peer: &PeerClient, problem: Problem) -> Result<Refusal, AskError> {
    match remedy(&problem.code) {
        Remedy::AskAgain => Err(rejected(peer, problem)),
        Remedy::SealAnew | Remedy::Adopt | Remedy::GiveUp => Ok(Refusal { code: problem.code.clone() }),
    }
}

/// The raw_data that a conflict names.
pub(crate) fn raw_data_in_the_way(problem: &Problem) -> Result<HexBytes, AskError> {
    let text = problem.members.get("raw_data").and_then(|value| value.as_str()).map(str::to_owned);
    text.and_then(|text| HexBytes::try_from(text).ok()).ok_or_else(|| AskError::Incomplete(problem.code.clone()))
}
