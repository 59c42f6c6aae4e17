//! `GET /v1/token`

use api::wallet_manager::TokenView;
use axum::Json;
use axum::extract::State;
use service::{Caller, Problem};

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
    let token = state.core.keeper.token()?;
    let identity = token.identity();
    Ok(Json(TokenView {
        label: identity.label.clone(),
        model: identity.model.clone(),
        serial: identity.serial.clone(),
        // The token is served only after every key's attributes were proven; one that could be read out closes it.
        key_extractable: false,
        keys: state.core.book.keys().len() as u64,
    }))
}
