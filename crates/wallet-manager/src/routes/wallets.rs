//! `GET /v1/wallets`

use api::wallet_manager::WalletList;
use axum::Json;
use axum::extract::State;
use service::{Caller, Problem};

use super::may_read;
use crate::app;
use signing_core::serve::Wallets;

/// All wallets that have a key, by name. Needs the scope `wallets:read`.
#[utoipa::path(
    get,
    path = "/v1/wallets",
    responses((status = 200, body = WalletList)),
    security(("call_token" = [])),
    tag = "wallets",
)]
pub(super) async fn wallets(State(state): State<app::State>, caller: Caller) -> Result<Json<WalletList>, Problem> {
    may_read(&caller, "wallets:read")?;
    state.worker.by(&caller).ask(Wallets).await.map(Json)
}
