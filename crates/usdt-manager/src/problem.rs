//! This service's errors as problem documents.

use primitives::statement::StatementError;
use service::Problem;
use service::client::NotDone;
use service::problem::chain;
use thiserror::Error;

use crate::token::TokenError;

/// Why a transfer is not taken.
#[derive(Debug, Error)]
pub(crate) enum RefusedTransfer {
    /// The permission is not payout-router's.
    #[error(transparent)]
    Statement(#[from] StatementError),
    /// The permission is for something else.
    #[error("the permission's {0} is not this transfer's")]
    Permission(&'static str),
}

impl From<RefusedTransfer> for Problem {
    fn from(refused: RefusedTransfer) -> Self {
        let code = match refused {
            RefusedTransfer::Statement(_) => "authorisation_invalid",
            RefusedTransfer::Permission(_) => "authorisation_mismatch",
        };
        Self::forbidden(code, refused.to_string())
    }
}

/// The chain could not be asked: the same request may be sent again.
pub(crate) fn unreachable_chain(error: &NotDone) -> Problem {
    tracing::warn!(error = %chain(error), "tron-client did not answer");
    Problem::unavailable("chain_unavailable", "The chain cannot be asked at the moment.")
}

/// The token could not be asked.
pub(crate) fn token_problem(error: &TokenError) -> Problem {
    match error {
        TokenError::NotDone(error) => unreachable_chain(error),
        TokenError::NotTheToken { .. } => {
            tracing::error!(error = %error, "the token does not answer");
            Problem::unavailable("token_unavailable", error.to_string())
        }
    }
}
