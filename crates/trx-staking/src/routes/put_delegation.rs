//! `PUT /v1/delegations/{id}`: lend a resource.

use api::trx_staking::{DelegationRequest, DelegationView};
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use primitives::DelegationId;
use service::extract::{Body, Path};
use service::{Caller, Problem};

use super::STAKES;
use crate::app;
use crate::operation;

/// Lends the resource behind an amount of stake to another wallet of ours, unlocked. The same id with the same request is the same delegation. Needs the scope `stakes:write`.
#[utoipa::path(
    put, path = "/v1/delegations/{id}", tag = "delegations", params(("id" = DelegationId, Path)), request_body = DelegationRequest,
    responses(
        (status = 202, body = DelegationView),
        (status = 422, body = api::Problem, content_type = "application/problem+json",
            description = "`id_taken`, `amount_too_small`, `receiver_is_lender`"),
    ),
    security(("call_token" = [])),
)]
pub(crate) async fn put_delegation(
    State(state): State<app::State>,
    caller: Caller,
    Path(id): Path<DelegationId>,
    Body(request): Body<DelegationRequest>,
) -> Result<(StatusCode, Json<DelegationView>), Problem> {
    caller.require(STAKES)?;
    let view = operation::ask(&state.store, id, request, state.clock.now()).await?;
    Ok((StatusCode::ACCEPTED, Json(view)))
}
