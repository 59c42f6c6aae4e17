//! This service's errors as problem documents.

use payments::staking::Malformed;
use service::Problem;
use service::client::NotDone;
use service::problem::chain;
use thiserror::Error;

/// Why a request is not taken.
#[derive(Debug, Error)]
pub(crate) enum Refused {
    /// It can never be carried out.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// The id is in use for something else.
    #[error("this id is another request's")]
    IdTaken,
    /// There is none.
    #[error("there is no {0} of this id")]
    Unknown(&'static str),
    /// The pool has too little energy, and is configured not to let the payer burn TRX instead.
    #[error("the wallet has too little energy for this at the moment")]
    PoolShort,
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        let detail = refused.to_string();
        match refused {
            Refused::Malformed(Malformed::TooSmall) => Self::unprocessable("amount_too_small", detail),
            Refused::Malformed(Malformed::ToItself) => Self::unprocessable("receiver_is_lender", detail),
            Refused::IdTaken => Self::unprocessable("id_taken", detail),
            Refused::Unknown(noun) => Self::not_found(&format!("unknown_{noun}"), detail),
            Refused::PoolShort => Self::unavailable("pool_short", detail),
        }
    }
}

/// tron-client could not say: the same request may be sent again.
pub(crate) fn unreachable_chain(error: &NotDone) -> Problem {
    tracing::warn!(error = %chain(error), "tron-client did not answer");
    Problem::unavailable("chain_unavailable", "The chain cannot be asked at the moment.")
}

/// wallet-manager could not say: the same request may be sent again.
pub(crate) fn unreachable_wallets(error: &NotDone) -> Problem {
    tracing::warn!(error = %chain(error), "wallet-manager did not answer");
    Problem::unavailable("wallets_unavailable", "The wallets cannot be asked at the moment.")
}
