//! `GET /v1/transfers/{id}`: how far a transfer has come.

use api::usdt_manager::TransferView;
use axum::Json;
use axum::extract::State;
use primitives::TransferId;
use service::extract::Path;
use service::{Caller, Problem};

use super::READ;
use crate::app;
use crate::transfer::TransferRow;

/// How far a transfer has come.
#[utoipa::path(
    get, path = "/v1/transfers/{id}", tag = "transfers", params(("id" = TransferId, Path)),
    responses(
        (status = 200, body = TransferView),
        (status = 404, body = api::Problem, content_type = "application/problem+json",
            description = "`unknown_transfer`"),
    )
)]
pub(crate) async fn get_transfer(
    State(state): State<app::State>,
    caller: Caller,
    Path(id): Path<TransferId>,
) -> Result<Json<TransferView>, Problem> {
    caller.require(READ)?;
    let found = state.store.get::<TransferRow>(&id.to_string()).await.map_err(Problem::internal)?;
    let found = found.ok_or_else(|| Problem::not_found("unknown_transfer", "There is no transfer of this id."))?;
    Ok(Json(found.record.0.view()))
}
