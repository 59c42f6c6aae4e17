//! `PUT /v1/leases/{id}`: reserve energy and bandwidth.

use api::tron_client;
use api::trx_staking::{LeaseRequest, LeaseView};
use axum::Json;
use axum::extract::State;
use payments::staking::lease::{Free, Lease};
use primitives::LeaseId;
use service::extract::{Body, Path};
use service::{Caller, Problem};

use super::LEASES;
use crate::app;
use crate::config::EnergyLacking;
use crate::ledger;
use crate::problem::unreachable_chain;

/// Reserves some of what a wallet has, until it is released: of each resource all that is asked, or none. The same id
/// with the same request is the same lease. Needs the scope `leases:write`.
#[utoipa::path(
    put, path = "/v1/leases/{id}", tag = "leases", params(("id" = LeaseId, Path)), request_body = LeaseRequest,
    responses(
        (status = 200, body = LeaseView),
        (status = 422, body = api::Problem, content_type = "application/problem+json", description = "`id_taken`"),
        (status = 503, body = api::Problem, content_type = "application/problem+json",
            description = "`chain_unavailable`, `pool_short`"),
    ),
    security(("call_token" = [])),
)]
pub(crate) async fn put_lease(
    State(state): State<app::State>,
    caller: Caller,
    Path(id): Path<LeaseId>,
    Body(request): Body<LeaseRequest>,
) -> Result<Json<LeaseView>, Problem> {
    caller.require(LEASES)?;
    let wanted = Lease::whole(id, request, state.clock.now());
    if let Some(lease) = ledger::stored(&state.store, &wanted).await? {
        return Ok(Json(lease.view()));
    }
    let account = state.tron_client.ask(&tron_client::account(wanted.request.address)).await;
    let free = Free::of(&account.map_err(|error| unreachable_chain(&error))?.resources);
    let insist_on_energy = state.energy_lacking == EnergyLacking::Wait;
    let view = ledger::grant(&state.store, wanted, free, insist_on_energy).await?.view();
    state.metrics.leased(&view);
    Ok(Json(view))
}
