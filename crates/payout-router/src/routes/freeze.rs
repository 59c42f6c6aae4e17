//! `/v1/wallets/{address}/freeze` and `PUT …/thaw`: whether a wallet may pay, and a person's word on it.

use api::payout_router::{FreezeRequest, FreezeView};
use axum::Json;
use axum::extract::State;
use primitives::Address;
use service::extract::{Body, Path};
use service::{Caller, Problem};

use super::{READ, REVIEW};
use crate::app;
use crate::wallet::WalletRow;

/// Whether a wallet is frozen, and by what.
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

/// Lets nothing more be paid from a wallet until a person thaws it.
#[utoipa::path(
    put, path = "/v1/wallets/{address}/freeze", tag = "wallets", params(("address" = Address, Path)),
    request_body = FreezeRequest,
    responses((status = 200, body = FreezeView))
)]
pub(crate) async fn put_freeze(
    State(state): State<app::State>,
    caller: Caller,
    Path(address): Path<Address>,
    Body(request): Body<FreezeRequest>,
) -> Result<Json<FreezeView>, Problem> {
    caller.require(REVIEW)?;
    state.freezer.freeze(address).await.map_err(Problem::internal)?;
    tracing::warn!(wallet = %address, by = %caller.name, reason = request.reason, "wallet frozen");
    view(&state, address).await
}

/// Lets a frozen wallet pay again. The payouts that gave cause stay in review; while the chain has other permissions than
/// were decided, nobody can thaw it.
#[utoipa::path(
    put, path = "/v1/wallets/{address}/thaw", tag = "wallets", params(("address" = Address, Path)),
    responses(
        (status = 200, body = FreezeView),
        (status = 409, body = api::Problem, content_type = "application/problem+json",
            description = "`permissions_drifted`"),
    )
)]
pub(crate) async fn thaw(
    State(state): State<app::State>,
    caller: Caller,
    Path(address): Path<Address>,
) -> Result<Json<FreezeView>, Problem> {
    caller.require(REVIEW)?;
    let row = state.store.get::<WalletRow>(&address.to_string()).await?;
    if let Some(differences) = row.as_ref().and_then(|row| row.record.drift()) {
        let detail = "The chain has other permissions for this wallet than were decided.";
        return Err(Problem::conflict("permissions_drifted", detail).with("differences", differences));
    }
    state.freezer.thaw(address).await.map_err(Problem::internal)?;
    tracing::warn!(wallet = %address, by = %caller.name, "wallet thawed");
    view(&state, address).await
}

async fn view(state: &app::State, address: Address) -> Result<Json<FreezeView>, Problem> {
    let causes = state.freezer.causes(address).await?;
    Ok(Json(FreezeView { address, frozen: !causes.is_empty(), causes }))
}
