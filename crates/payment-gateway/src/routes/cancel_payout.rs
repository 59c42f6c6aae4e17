//! `PUT /v1/payouts/{reference}/cancel`: stop a payout, if it can still be stopped.

use api::payout_router::PayoutView;
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use primitives::MerchantRef;
use service::Problem;
use service::extract::Path;
use store::{Commit, CommitError, Versioned};

use crate::app;
use crate::caller::{Merchant, Reader};
use crate::find::{Found, find};
use crate::payout::{Origin, PayoutRow};
use crate::problem::{not_stored, too_late};
use crate::router::{Answer, NoAnswer};

/// Asks for a payout to be stopped. It is `cancelled` once nothing can be signed for it any more; one that is signed
/// already goes on.
#[utoipa::path(
    put, path = "/v1/payouts/{reference}/cancel", tag = "payouts",
    params(("reference" = MerchantRef, Path, description = "The merchant's reference or the payout's id.")),
    security(("api_key" = [])),
    responses(
        (status = 202, body = PayoutView),
        (status = 404, body = api::Problem, content_type = "application/problem+json", description = "`unknown_payout`"),
        (status = 409, body = api::Problem, content_type = "application/problem+json",
            description = "`too_late`: it has ended; `busy`: it is changing, ask again"),
    )
)]
pub(crate) async fn cancel_payout(
    State(state): State<app::State>,
    Merchant(merchant): Merchant,
    Path(name): Path<MerchantRef>,
) -> Result<(StatusCode, Json<PayoutView>), Problem> {
    let view = match find(&state, &Reader::Merchant(merchant), &name).await? {
        Found::Mirrored(found) => cancel(&state, &found).await?,
        Found::AtRouter(view) => match state.router.cancel(view.payout_id).await? {
            Answer::Payout(view) => *view,
            Answer::Refused(problem) => return Err(problem),
        },
    };
    Ok((StatusCode::ACCEPTED, Json(view)))
}

async fn cancel(state: &app::State, found: &Versioned<PayoutRow>) -> Result<PayoutView, Problem> {
    if found.record.view.ended_at.is_some() {
        return Err(too_late());
    }
    // Whether payout-router has it is not known, and a request under way cannot be called back: first it has to be
    // there for certain, then it is cancelled.
    if found.record.origin == Origin::Gateway {
        return note(state, found).await;
    }
    match state.router.cancel(found.record.view.payout_id).await {
        Ok(Answer::Payout(view)) => take_note(state, found, *view).await,
        Ok(Answer::Refused(problem)) => Err(problem),
        Err(NoAnswer::Unknown(cause)) => {
            tracing::warn!(%cause, "payout-router does not answer; the cancellation is kept");
            note(state, found).await
        }
        Err(barred) => Err(barred.into()),
    }
}

/// Keeps the wish, to be told to payout-router until it has heard it.
async fn note(state: &app::State, found: &Versioned<PayoutRow>) -> Result<PayoutView, Problem> {
    let now = state.clock.now();
    let next = found.record.to_be_cancelled(now);
    state.store.commit(Commit::new(now).update(found, &next)).await.map_err(not_stored)?;
    Ok(next.view)
}

/// Mirrors payout-router's answer. If the feed was faster, it says as much.
async fn take_note(state: &app::State, found: &Versioned<PayoutRow>, view: PayoutView) -> Result<PayoutView, Problem> {
    let now = state.clock.now();
    let next = found.record.cancel_heard(view, now);
    let mut commit = Commit::new(now).update(found, &next);
    if let Some(event) = found.record.changed(&next, found.next_version()) {
        commit = commit.event(event);
    }
    match state.store.commit(commit).await {
        Ok(()) | Err(CommitError::Conflict { .. }) => Ok(next.view),
        Err(error) => Err(not_stored(error)),
    }
}
