//! This service's errors as problem documents.

use payments::limits::{LimitError, TrxLimitError};
use payments::payout::{AcceptError, TooLate};
use service::Problem;

/// Why a request makes no payout: the client's code and sentence.
pub(crate) fn not_accepted(error: &AcceptError) -> Problem {
    let detail = error.to_string();
    match error {
        AcceptError::Id { expected } => Problem::unprocessable("id_mismatch", detail).with("expected", expected),
        AcceptError::Amount(_) => Problem::unprocessable("amount_malformed", detail).with("member", "amount"),
        AcceptError::Limit(LimitError::BelowMinimum { min, .. }) => {
            Problem::unprocessable("amount_below_minimum", detail).with("minimum", min)
        }
        AcceptError::Limit(LimitError::AboveLimit { max, .. }) => {
            Problem::unprocessable("amount_above_limit", detail).with("limit", max)
        }
        AcceptError::TrxLimit(TrxLimitError::Zero) => Problem::unprocessable("amount_below_minimum", detail),
        AcceptError::TrxLimit(TrxLimitError::AboveLimit { max, .. }) => {
            Problem::unprocessable("amount_above_limit", detail).with("limit", max)
        }
        AcceptError::ZeroRecipient => Problem::unprocessable("recipient_is_zero", detail),
        AcceptError::Memo => Problem::unprocessable("memo_malformed", detail),
    }
}

/// A window is full.
pub(crate) fn window_full(scope: &str) -> Problem {
    let window = scope.strip_prefix("limit:").unwrap_or(scope);
    let detail = format!("The limit {window} is used up for now; the same request may be sent again later.");
    Problem::unprocessable("window_limit_reached", detail).with("window", window)
}

/// Another request has this id.
pub(crate) fn id_taken() -> Problem {
    Problem::unprocessable("id_taken", "This id is another request's, for ever.")
}

/// No such payout.
pub(crate) fn unknown_payout() -> Problem {
    Problem::not_found("unknown_payout", "There is no payout of this id.")
}

/// A payout that has ended cannot be cancelled.
pub(crate) fn too_late(error: TooLate) -> Problem {
    Problem::conflict("too_late", error.to_string())
}
