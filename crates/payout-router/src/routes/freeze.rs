//! `GET /v1/wallets/{address}/freeze` and `PUT …/thaw`: whether a wallet may pay, and a person's word that it may again.

use api::payout_router::FreezeView;
use axum::Json;
use axum::extract::State;
use primitives::Address;
use service::extract::Path;
use service::{Caller, Problem};

use super::{READ, REVIEW};
use crate::app;

/// Whether a wallet is frozen, and by which payouts.
#[utoipa::path(
    get, path = "/v1/wallets/{address}/freeze", tag = "wallets", params(("address" = Address, Path)),
    responses((status = 200, body = FreezeView))
)]
pub(crate) async fn get_freeze(
    State(state): State<app::State>,
    caller: Caller,
    Path(address): Path<Address>,
) -> Result<Json<FreezeView>, Problem> {
    caller.require(READ)?;
    view(&state, address).await
}

/// Lets a frozen wallet pay again. The payouts that gave cause stay in review.
#[utoipa::path(
    put, path = "/v1/wallets/{address}/thaw", tag = "wallets", params(("address" = Address, Path)),
    responses((status = 200, body = FreezeView))
)]
pub(crate) async fn thaw(
    State(state): State<app::State>,
    caller: Caller,
    Path(address): Path<Address>,
) -> Result<Json<FreezeView>, Problem> {
    caller.require(REVIEW)?;
    state.freezer.thaw(address).await.map_err(Problem::internal)?;
    tracing::warn!(wallet = %address, by = %caller.name, "wallet thawed");
    view(&state, address).await
}

async fn view(state: &app::State, address: Address) -> Result<Json<FreezeView>, Problem> {
    let causes = state.freezer.causes(address).await?;
    Ok(Json(FreezeView { address, frozen: !causes.is_empty(), causes }))
}
