//! `GET /v1/payouts/{id}`: how far a payout has come.

use api::payout_router::PayoutView;
use axum::Json;
use axum::extract::State;
use primitives::PayoutId;
use service::extract::Path;
use service::{Caller, Problem};

use super::READ;
use crate::app;
use crate::payout::PayoutRow;
use crate::problem::unknown_payout;

/// How far a payout has come.
#[utoipa::path(
    get, path = "/v1/payouts/{id}", tag = "payouts", params(("id" = PayoutId, Path)),
    responses(
        (status = 200, body = PayoutView),
        (status = 404, body = api::Problem, content_type = "application/problem+json", description = "`unknown_payout`"),
    )
)]
pub(crate) async fn get_payout(
    State(state): State<app::State>,
    caller: Caller,
    Path(id): Path<PayoutId>,
) -> Result<Json<PayoutView>, Problem> {
    caller.require(READ)?;
    let found = state.store.get::<PayoutRow>(&id.to_string()).await?.ok_or_else(unknown_payout)?;
    Ok(Json(found.record.0.view()))
}
