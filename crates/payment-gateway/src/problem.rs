//! This service's errors as problem documents. payout-router's refusals of a payout are passed on as they are.

use service::Problem;
use store::CommitError;

use crate::router::NoAnswer;
use crate::wish::WishError;

/// Why a request asks for no payout; payout-router's codes, for it would refuse it likewise.
pub(crate) fn not_asked(error: &WishError) -> Problem {
    let detail = error.to_string();
    match error {
        WishError::Reference => Problem::unprocessable("reference_is_an_id", detail),
        WishError::Amount(_) => Problem::unprocessable("amount_malformed", detail).with("member", "amount"),
        WishError::Nothing => Problem::unprocessable("amount_below_minimum", detail).with("member", "amount"),
        WishError::ZeroRecipient => Problem::unprocessable("recipient_is_zero", detail).with("member", "recipient"),
        WishError::Memo => Problem::unprocessable("memo_malformed", detail).with("member", "memo"),
    }
}

/// Another request has this reference.
pub(crate) fn id_taken() -> Problem {
    Problem::unprocessable("id_taken", "This reference is another request's, for ever.")
}

/// No such payout, or somebody else's: the two look alike.
pub(crate) fn unknown_payout() -> Problem {
    Problem::not_found("unknown_payout", "You have no payout of this reference or id.")
}

/// A payout that has ended cannot be cancelled.
pub(crate) fn too_late() -> Problem {
    Problem::conflict("too_late", "The payout has ended.")
}

/// The payout was changed in the same moment.
pub(crate) fn busy() -> Problem {
    Problem::conflict("busy", "The payout is changing; ask again.")
}

/// A merchant asks for the payouts of another.
pub(crate) fn another_merchant() -> Problem {
    Problem::forbidden("another_merchant", "An API key shows the payouts of its own merchant alone.")
}

/// A commit that should have been made. A full disk is said, everything else is ours alone to know.
pub(crate) fn not_stored(error: CommitError) -> Problem {
    match error {
        CommitError::Conflict { .. } => busy(),
        CommitError::Store(error) => error.into(),
        other => Problem::internal(other),
    }
}

/// The router gave no answer that speaks of the payout; [`NoAnswer`] is for our log alone.
impl From<NoAnswer> for Problem {
    fn from(why: NoAnswer) -> Self {
        match why {
            NoAnswer::Barred(problem) => tracing::error!(%problem, "payout-router does not serve this gateway"),
            NoAnswer::Unknown(cause) => tracing::warn!(%cause, "payout-router does not answer"),
        }
        router_unavailable()
    }
}

/// payout-router cannot be asked; nothing was changed here.
pub(crate) fn router_unavailable() -> Problem {
    Problem::unavailable("router_unavailable", "Payouts cannot be asked about now; send the same request again.")
}
