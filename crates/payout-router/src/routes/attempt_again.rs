//! `PUT /v1/payouts/{id}/attempt-again`: a person's word that a payout may be tried once more.

use api::payout_router::PayoutView;
use api::wallet_manager::attempt::AllowRequest;
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use payments::payout::attempt_again;
use primitives::statement::Action;
use primitives::{IntentId, PayoutId};
use service::extract::{Body, Path};
use service::{Caller, Problem};
use store::{Commit, CommitError};

use super::REVIEW;
use crate::app;
use crate::payout::PayoutRow;
use crate::problem::unknown_payout;

/// Lets a payout whose attempts are exhausted be tried once more, as an operator has decided. wallet-manager holds the
/// same decision before it signs. Needs the scope `payouts:review`.
#[utoipa::path(
    put, path = "/v1/payouts/{id}/attempt-again", tag = "payouts", params(("id" = PayoutId, Path)),
    request_body = AllowRequest,
    responses(
        (status = 202, body = PayoutView),
        (status = 403, body = api::Problem, content_type = "application/problem+json",
            description = "The code is the rule that stands against the decision, such as `authority_signature`."),
        (status = 404, body = api::Problem, content_type = "application/problem+json", description = "`unknown_payout`"),
        (status = 409, body = api::Problem, content_type = "application/problem+json",
            description = "`not_exhausted`: it does not wait for this attempt; `busy`: it is changing, ask again"),
    )
)]
pub(crate) async fn put_attempt_again(
    State(state): State<app::State>,
    caller: Caller,
    Path(id): Path<PayoutId>,
    Body(request): Body<AllowRequest>,
) -> Result<(StatusCode, Json<PayoutView>), Problem> {
    caller.require(REVIEW)?;
    let now = state.clock.now();
    let agreed = state.council.agreed(&request.ceremony, 1, now)?;
    let attempt = match &agreed.statement.action {
        Action::AttemptAgain { intent, attempt } if *intent == IntentId::from(id) => *attempt,
        _ => return Err(Problem::forbidden("decision", "The operators decided on something else.")),
    };
    let found = state.store.get::<PayoutRow>(&id.to_string()).await?.ok_or_else(unknown_payout)?;
    let turn = attempt_again(&found.record.0, attempt, now)
        .map_err(|error| Problem::conflict("not_exhausted", error.to_string()))?;
    if turn.next == found.record.0 {
        return Ok((StatusCode::ACCEPTED, Json(found.record.0.view())));
    }
    let next = PayoutRow(turn.next);
    let (before, view) = (found.record.0.view(), next.0.view());
    let mut commit = Commit::new(now).update(&found, &next);
    if let Some(event) = PayoutRow::changed(&before, &view, found.next_version()) {
        commit = commit.event(event);
    }
    match state.store.commit(commit).await {
        Ok(()) => {
            tracing::warn!(payout = %id, %attempt, operators = ?agreed.operators, "a person lets it be tried once more");
            Ok((StatusCode::ACCEPTED, Json(view)))
        }
        Err(CommitError::Conflict { .. }) => Err(Problem::conflict("busy", "The payout is changing; ask again.")),
        Err(error) => Err(Problem::internal(error)),
    }
}
