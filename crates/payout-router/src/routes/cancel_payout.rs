//! `PUT /v1/payouts/{id}/cancel`: stop a payout, if it can still be stopped.

use api::payout_router::PayoutView;
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use payments::payout::{cancel, cancel_restored};
use primitives::PayoutId;
use service::extract::Path;
use service::{Caller, Problem};
use store::{Commit, CommitError};

use super::{REVIEW, WRITE};
use crate::payout::PayoutRow;
use crate::problem::{too_late, unknown_payout};
use crate::{app, limits};

/// Asks for a payout to be stopped. It is `cancelled` once wallet-manager has barred its attempt; one that is signed
/// already goes on. After a restore that is decided once it is known what was paid. Needs the scope `payouts:write` or `payouts:review`.
#[utoipa::path(
    put, path = "/v1/payouts/{id}/cancel", tag = "payouts", params(("id" = PayoutId, Path)),
    responses(
        (status = 202, body = PayoutView),
        (status = 404, body = api::Problem, content_type = "application/problem+json", description = "`unknown_payout`"),
        (status = 409, body = api::Problem, content_type = "application/problem+json",
            description = "`too_late`: it has ended; `busy`: it is changing, ask again"),
    )
)]
pub(crate) async fn cancel_payout(
    State(state): State<app::State>,
    caller: Caller,
    Path(id): Path<PayoutId>,
) -> Result<(StatusCode, Json<PayoutView>), Problem> {
    // Who asks for payouts may stop them, and so may a person who reviews them.
    if !caller.may(REVIEW) {
        caller.require(WRITE)?;
    }
    let now = state.clock.now();
    let found = state.store.get::<PayoutRow>(&id.to_string()).await?.ok_or_else(unknown_payout)?;
    let turn = match state.recoveries.restored {
        Some(_) => cancel_restored(&found.record.0, state.recoveries.stands().await?, now),
        None => cancel(&found.record.0, now),
    };
    let turn = turn.map_err(too_late)?;
    if turn.next == found.record.0 {
        return Ok((StatusCode::ACCEPTED, Json(found.record.0.view())));
    }
    let next = PayoutRow(turn.next);
    let mut commit = Commit::new(now).update(&found, &next);
    let (before, view) = (found.record.0.view(), next.0.view());
    if let Some(event) = PayoutRow::changed(&before, &view, found.next_version()) {
        commit = commit.event(event);
    }
    if let Some(release) = turn.limits {
        commit = limits::give_back(commit, &next.0, &state.limits, release);
    }
    match state.store.commit(commit).await {
        Ok(()) => Ok((StatusCode::ACCEPTED, Json(view))),
        Err(CommitError::Conflict { .. }) => Err(Problem::conflict("busy", "The payout is changing; ask again.")),
        Err(error) => Err(Problem::internal(error)),
    }
}
