//! `GET /v1/token`: the configured token, as its contract says.

use api::usdt_manager::TokenView;
use axum::Json;
use axum::extract::State;
use service::{Caller, Problem};

use super::BALANCES;
use crate::app;
use crate::problem::token_problem;

/// USDT-TRC20 has six decimals (notes/tron.md 7.1); the primitives are built on it.
const DECIMALS: u8 = 6;

/// The token.
#[utoipa::path(
    get, path = "/v1/token", tag = "balances",
    responses(
        (status = 200, body = TokenView),
        (status = 503, body = api::Problem, content_type = "application/problem+json",
            description = "`chain_unavailable`, `token_unavailable`"),
    )
)]
pub(crate) async fn get_token(State(state): State<app::State>, caller: Caller) -> Result<Json<TokenView>, Problem> {
    caller.require(BALANCES)?;
    let paused = state.token.paused().await.map_err(|error| token_problem(&error))?;
    let contract = state.token.contract();
    Ok(Json(TokenView { contract, symbol: "USDT".to_owned(), decimals: DECIMALS, paused }))
}
