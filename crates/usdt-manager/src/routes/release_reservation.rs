//! `PUT /v1/reservations/{id}/release`: give held TRX back.

use api::usdt_manager::{ReservationRequest, ReservationView};
use axum::Json;
use axum::extract::State;
use primitives::TransferId;
use service::extract::{Body, Path};
use service::{Caller, Problem};
use store::Commit;

use super::WRITE;
use crate::app;
use crate::funds::{trx_scope, until};

/// Gives held TRX back. What was never held is fine.
#[utoipa::path(
    put, path = "/v1/reservations/{id}/release", tag = "reservations", params(("id" = TransferId, Path)),
    request_body = ReservationRequest,
    responses((status = 200, body = ReservationView))
)]
pub(crate) async fn release_reservation(
    State(state): State<app::State>,
    caller: Caller,
    Path(id): Path<TransferId>,
    Body(request): Body<ReservationRequest>,
) -> Result<Json<ReservationView>, Problem> {
    caller.require(WRITE)?;
    let now = state.clock.now();
    let release = Commit::new(now).release(trx_scope(request.address), id.to_string(), Some(until(now)));
    state.store.commit(release).await.map_err(Problem::internal)?;
    Ok(Json(ReservationView { transfer_id: id, address: request.address, trx: request.trx }))
}
