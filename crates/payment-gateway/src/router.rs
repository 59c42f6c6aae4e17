//! payout-router, asked: which of its answers speak of the payout, and which of how we are set up.

use api::payout_router::{self, PayoutRequest, PayoutView};
use primitives::PayoutId;
use service::client::Unknown;
use service::{Outcome, PeerClient, Problem};
use thiserror::Error;

/// What payout-router says about a payout.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Answer {
    /// How it is.
    Payout(Box<PayoutView>),
    /// What was asked is not done, for a reason that lies in the payout.
    Refused(Problem),
}

/// Nothing was learnt about the payout.
#[derive(Debug, Clone, PartialEq, Error)]
pub(crate) enum NoAnswer {
    /// It refuses us, whatever the payout: keys, scopes, plane or versions do not fit.
    #[error("payout-router does not serve this gateway: {0}")]
    Barred(Problem),
    /// Whether it did what was asked is unknown.
    #[error("payout-router: {0}")]
    Unknown(Unknown),
}

/// payout-router.
#[derive(Debug, Clone)]
pub(crate) struct Router(PeerClient);

impl Router {
    pub(crate) const fn new(peer: PeerClient) -> Self {
        Self(peer)
    }

    /// Asks for a payout to be made.
    pub(crate) async fn make(&self, id: PayoutId, request: &PayoutRequest) -> Result<Answer, NoAnswer> {
        judge(self.0.call(&payout_router::put_payout(id, request)).await)
    }

    /// Asks how a payout is.
    pub(crate) async fn payout(&self, id: PayoutId) -> Result<Answer, NoAnswer> {
        judge(self.0.call(&payout_router::payout(id)).await)
    }

    /// Asks for a payout to be stopped.
    pub(crate) async fn cancel(&self, id: PayoutId) -> Result<Answer, NoAnswer> {
        judge(self.0.call(&payout_router::cancel_payout(id)).await)
    }
}

fn judge(outcome: Outcome<PayoutView>) -> Result<Answer, NoAnswer> {
    match outcome {
        Outcome::Done(view) => Ok(Answer::Payout(Box::new(view))),
        Outcome::Refused(problem) if speaks_of_the_payout(&problem) => Ok(Answer::Refused(problem)),
        Outcome::Refused(problem) => Err(NoAnswer::Barred(problem)),
        Outcome::Unknown(cause) => Err(NoAnswer::Unknown(cause)),
    }
}

/// Whether a merchant can do something about the refusal. An id that the router derives otherwise means that our
/// planes differ; a body that it cannot read, that our versions do.
fn speaks_of_the_payout(problem: &Problem) -> bool {
    match problem.status {
        404 => problem.code == "unknown_payout",
        409 => true,
        422 => problem.code != "id_mismatch",
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;

    #[test]
    fn a_merchant_hears_what_it_can_do_something_about() {
        let table = [
            (422, "amount_above_limit", true),
            (422, "window_limit_reached", true),
            (422, "id_taken", true),
            (422, "a_code_of_next_year", true),
            (409, "too_late", true),
            (404, "unknown_payout", true),
            (422, "id_mismatch", false),
            (404, "unknown_path", false),
            (400, "malformed_body", false),
            (401, "token_invalid", false),
            (403, "missing_scope", false),
            (405, "method_not_allowed", false),
            (413, "body_too_large", false),
            (415, "unsupported_media_type", false),
        ];
        for (status, code, passed_on) in table {
            let problem = Problem::new(StatusCode::from_u16(status).unwrap(), code, "No.");
            let expected =
                if passed_on { Ok(Answer::Refused(problem.clone())) } else { Err(NoAnswer::Barred(problem.clone())) };
            assert_eq!(judge(Outcome::Refused(problem)), expected, "{status} {code}");
        }
    }
}
