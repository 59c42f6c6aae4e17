//! `/v1/recovery`: how far a restored plane is, and two operators' word that it may go on.

use api::payout_router::recovery::{EndRecoveryRequest, RecoveryView};
use axum::Json;
use axum::extract::State;
use primitives::statement::Action;
use service::extract::Body;
use service::{Caller, Problem};
use store::CommitError;

use super::{READ, REVIEW};
use crate::app;
use crate::recovery::lacking;

/// How many operators it takes: wallet-manager lifts its stop by the same decision.
const OPERATORS: usize = 2;

/// How far a restored plane is.
#[utoipa::path(
    get, path = "/v1/recovery", tag = "recovery",
    responses(
        (status = 200, body = RecoveryView),
        (status = 404, body = api::Problem, content_type = "application/problem+json", description = "`not_restored`"),
    )
)]
pub(crate) async fn get_recovery(
    State(state): State<app::State>,
    caller: Caller,
) -> Result<Json<RecoveryView>, Problem> {
    caller.require(READ)?;
    let (_, view) = state.recoveries.survey(&state.tron_client).await?;
    Ok(Json(view))
}

/// Lets a restored plane authorise payouts again, as two operators have decided: not before the chain was read past
/// whatever the lost plane can have signed, and everything that was found there is decided. The same again is the same.
#[utoipa::path(
    put, path = "/v1/recovery/end", tag = "recovery",
    request_body = EndRecoveryRequest,
    responses(
        (status = 200, body = RecoveryView),
        (status = 403, body = api::Problem, content_type = "application/problem+json",
            description = "The code is the rule that stands against the decision, such as `authority_signature`."),
        (status = 404, body = api::Problem, content_type = "application/problem+json", description = "`not_restored`"),
        (status = 409, body = api::Problem, content_type = "application/problem+json",
            description = "`recovering`: something is to be done before; `busy`: it is changing, ask again"),
    )
)]
pub(crate) async fn end_recovery(
    State(state): State<app::State>,
    caller: Caller,
    Body(request): Body<EndRecoveryRequest>,
) -> Result<Json<RecoveryView>, Problem> {
    caller.require(REVIEW)?;
    let now = state.clock.now();
    let agreed = state.council.agreed(&request.ceremony, OPERATORS, now)?;
    let (row, view) = state.recoveries.survey(&state.tron_client).await?;
    if agreed.statement.action != (Action::Thaw { freeze: view.freeze_id }) {
        return Err(Problem::forbidden("decision", "The operators decided on something else."));
    }
    if view.ended_at.is_some() {
        return Ok(Json(view));
    }
    if let Some(lacking) = lacking(&view) {
        return Err(Problem::conflict("recovering", format!("Nothing is paid yet: {lacking}.")));
    }
    match state.recoveries.end(&row, now).await {
        Ok(()) => {
            tracing::warn!(operators = ?agreed.operators, "the restored plane pays again");
            let word = Some(state.recoveries.word(view.freeze_id, now));
            Ok(Json(RecoveryView { ended_at: Some(now), word, ..view }))
        }
        Err(CommitError::Conflict { .. }) => Err(Problem::conflict("busy", "It is changing; ask again.")),
        Err(error) => Err(Problem::internal(error)),
    }
}
