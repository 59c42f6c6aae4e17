//! `GET /v1/wallets`: our wallets, as they compare with the chain.

use api::payout_router::reconciliation::WalletStandings;
use axum::Json;
use axum::extract::State;
use service::{Caller, Problem};

use super::READ;
use crate::app;
use crate::metrics::wallets;

/// Every wallet: since when it is watched, and whether its permissions on the chain are those that were decided.
#[utoipa::path(get, path = "/v1/wallets", tag = "wallets", responses((status = 200, body = WalletStandings)))]
pub(crate) async fn list_wallets(
    State(state): State<app::State>,
    caller: Caller,
) -> Result<Json<WalletStandings>, Problem> {
    caller.require(READ)?;
    let wallets = wallets(&state.store).await?.into_iter().map(|row| row.standing).collect();
    Ok(Json(WalletStandings { wallets }))
}
