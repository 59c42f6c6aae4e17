//! `GET /v1/delegations/{id}`: how far a delegation has come.

use api::trx_staking::{DelegationRequest, DelegationView};
use axum::Json;
use axum::extract::State;
use primitives::DelegationId;
use service::extract::Path;
use service::{Caller, Problem};

use super::may_read;
use crate::app;
use crate::operation;

/// How far a delegation has come. Needs the scope `staking:read`.
#[utoipa::path(
    get, path = "/v1/delegations/{id}", tag = "delegations", params(("id" = DelegationId, Path)),
    responses(
        (status = 200, body = DelegationView),
        (status = 404, body = api::Problem, content_type = "application/problem+json",
            description = "`unknown_delegation`"),
    ),
    security(("call_token" = [])),
)]
pub(crate) async fn get_delegation(
    State(state): State<app::State>,
    caller: Caller,
    Path(id): Path<DelegationId>,
) -> Result<Json<DelegationView>, Problem> {
    may_read(&caller)?;
    Ok(Json(operation::find::<DelegationRequest>(&state.store, id).await?))
}
