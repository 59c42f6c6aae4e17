//! `PUT /v1/leases/{id}/release`: give a lease back.

use api::trx_staking::{LeaseRelease, LeaseView};
use axum::Json;
use axum::extract::State;
use primitives::LeaseId;
use service::extract::{Body, Path};
use service::{Caller, Problem};

use super::LEASES;
use crate::app;
use crate::ledger;

/// Gives a lease back, once its transaction is solid or dead; once more changes nothing. Needs the scope `leases:write`.
#[utoipa::path(
    put, path = "/v1/leases/{id}/release", tag = "leases", params(("id" = LeaseId, Path)), request_body = LeaseRelease,
    responses(
        (status = 200, body = LeaseView),
        (status = 404, body = api::Problem, content_type = "application/problem+json", description = "`unknown_lease`"),
    ),
    security(("call_token" = [])),
)]
pub(crate) async fn release_lease(
    State(state): State<app::State>,
    caller: Caller,
    Path(id): Path<LeaseId>,
    Body(LeaseRelease {}): Body<LeaseRelease>,
) -> Result<Json<LeaseView>, Problem> {
    caller.require(LEASES)?;
    Ok(Json(ledger::release(&state.store, id, state.clock.now()).await?.view()))
}
