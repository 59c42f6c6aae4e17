//! `GET /v1/wallets/{id}`

use api::wallet_manager::WalletView;
use axum::Json;
use axum::extract::State;
use primitives::WalletId;
use service::extract::Path;
use service::{Caller, Problem};

use super::may_read;
use crate::app;
use signing_core::serve::Wallet;

/// A wallet. Needs the scope `wallets:read`.
#[utoipa::path(
    get,
    path = "/v1/wallets/{id}",
    params(("id" = String, Path, description = "The wallet's name.")),
    responses(
        (status = 200, body = WalletView),
        (status = 404, body = api::Problem, content_type = "application/problem+json", description = "unknown_wallet"),
    ),
    security(("call_token" = [])),
    tag = "wallets",
)]
pub(super) async fn wallet(
    State(state): State<app::State>,
    caller: Caller,
    Path(id): Path<WalletId>,
) -> Result<Json<WalletView>, Problem> {
    may_read(&caller, "wallets:read")?;
    let view = state.worker.by(&caller).ask(Wallet(id.clone())).await?;
    view.map(Json).ok_or_else(|| Problem::not_found("unknown_wallet", format!("There is no wallet {id}.")))
}
