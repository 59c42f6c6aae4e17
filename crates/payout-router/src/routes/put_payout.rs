//! `PUT /v1/payouts/{id}`: make a payout.

use api::payout_router::{PayoutRequest, PayoutView};
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use payments::payout::accept;
use primitives::PayoutId;
use service::extract::{Body, Path};
use service::{Caller, Problem};
use store::{Commit, CommitError, Record};

use super::WRITE;
use crate::payout::PayoutRow;
use crate::problem::{id_taken, not_accepted, window_full};
use crate::{app, limits};

/// Makes a payout. The same id with the same request is the same payout, for ever.
#[utoipa::path(
    put, path = "/v1/payouts/{id}", tag = "payouts", params(("id" = PayoutId, Path)),
    request_body = PayoutRequest,
    responses(
        (status = 202, body = PayoutView),
        (status = 422, body = api::Problem, content_type = "application/problem+json",
            description = "`id_mismatch`, `id_taken`, `amount_malformed`, `amount_below_minimum`, `amount_above_limit`, \
                `window_limit_reached`, `recipient_is_zero`, `memo_malformed`; nothing is recorded"),
    )
)]
pub(crate) async fn put_payout(
    State(state): State<app::State>,
    caller: Caller,
    Path(id): Path<PayoutId>,
    Body(request): Body<PayoutRequest>,
) -> Result<(StatusCode, Json<PayoutView>), Problem> {
    caller.require(WRITE)?;
    // What was accepted once is answered alike for ever, whatever the limits have become since.
    if let Some(found) = state.store.get::<PayoutRow>(&id.to_string()).await? {
        return same(&found.record, &request);
    }
    let now = state.clock.now();
    let payout = accept(id, request, state.plane, &state.limits, now).map_err(|error| not_accepted(&error))?;
    let row = PayoutRow(if state.recoveries.restored.is_some() { payout.after_a_restore() } else { payout });
    let commit = limits::take(Commit::new(now).insert(&row).event(row.created()), &row.0, &state.limits);
    match state.store.commit(commit).await {
        Ok(()) => Ok((StatusCode::ACCEPTED, Json(row.0.view()))),
        Err(CommitError::Exceeded { scope, .. }) => Err(window_full(&scope)),
        Err(CommitError::Conflict { .. }) => match state.store.get::<PayoutRow>(&row.id()).await? {
            Some(found) => same(&found.record, &row.0.request),
            None => Err(Problem::unavailable("busy", "The payout is being made by another request; ask again.")),
        },
        Err(error) => Err(Problem::internal(error)),
    }
}

fn same(found: &PayoutRow, request: &PayoutRequest) -> Result<(StatusCode, Json<PayoutView>), Problem> {
    if found.0.asks_the_same(request) { Ok((StatusCode::ACCEPTED, Json(found.0.view()))) } else { Err(id_taken()) }
}
