//! `GET /v1/token`

use api::wallet_manager::TokenView;
use axum::Json;
use axum::extract::State;
use service::{Caller, Problem};
use signing_core::serve::Token;

use super::may_read;
use crate::app;

/// The token that holds the keys. Needs the scope `wallets:read`.
#[utoipa::path(
    get,
    path = "/v1/token",
    responses(
        (status = 200, body = TokenView),
        (status = 503, body = api::Problem, content_type = "application/problem+json", description = "token_unavailable"),
    ),
    security(("call_token" = [])),
    tag = "token",
)]
pub(super) async fn token(State(state): State<app::State>, caller: Caller) -> Result<Json<TokenView>, Problem> {
    may_read(&caller, "wallets:read")?;
    state.worker.by(&caller).ask(Token).await.map(Json)
}
