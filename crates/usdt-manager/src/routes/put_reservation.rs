//! `PUT /v1/reservations/{id}`: hold TRX for a payment that another service makes.

use api::tron_client;
use api::usdt_manager::{ReservationRequest, ReservationView};
use axum::Json;
use axum::extract::State;
use primitives::TransferId;
use service::extract::{Body, Path};
use service::{Caller, Problem};
use store::{Commit, CommitError};

use super::WRITE;
use crate::app;
use crate::funds::trx_share;
use crate::problem::unreachable_chain;

/// Holds TRX of a wallet until it is released. The same again is the same hold.
#[utoipa::path(
    put, path = "/v1/reservations/{id}", tag = "reservations", params(("id" = TransferId, Path)),
    request_body = ReservationRequest,
    responses(
        (status = 200, body = ReservationView),
        (status = 409, body = api::Problem, content_type = "application/problem+json", description = "`waiting_funds`"),
        (status = 503, body = api::Problem, content_type = "application/problem+json",
            description = "`chain_unavailable`"),
    )
)]
pub(crate) async fn put_reservation(
    State(state): State<app::State>,
    caller: Caller,
    Path(id): Path<TransferId>,
    Body(request): Body<ReservationRequest>,
) -> Result<Json<ReservationView>, Problem> {
    caller.require(WRITE)?;
    let account = state.token.peer().ask(&tron_client::account(request.address)).await;
    let balance = account.map_err(|error| unreachable_chain(&error))?.balance;
    let hold = trx_share(id, request.address, request.trx, balance);
    match state.store.commit(Commit::new(state.clock.now()).hold(hold)).await {
        Ok(()) => Ok(Json(ReservationView { transfer_id: id, address: request.address, trx: request.trx })),
        Err(CommitError::Exceeded { .. }) => {
            let detail = format!("{} TRX are not free at {}.", request.trx, request.address);
            Err(Problem::conflict("waiting_funds", detail))
        }
        Err(error) => Err(Problem::internal(error)),
    }
}
