//! `GET /v1/balances/{address}`: what an address has, and what of it is promised.

use api::tron_client::{self};
use api::usdt_manager::BalanceView;
use axum::Json;
use axum::extract::State;
use primitives::{Address, Usdt};
use service::extract::Path;
use service::{Caller, Problem};

use super::BALANCES;
use crate::app;
use crate::funds::usdt_scope;
use crate::problem::{token_problem, unreachable_chain};

/// USDT and TRX of an address, and USDT of it that transfers under way have reserved.
#[utoipa::path(
    get, path = "/v1/balances/{address}", tag = "balances", params(("address" = Address, Path)),
    responses(
        (status = 200, body = BalanceView),
        (status = 503, body = api::Problem, content_type = "application/problem+json",
            description = "`chain_unavailable`, `token_unavailable`"),
    )
)]
pub(crate) async fn get_balance(
    State(state): State<app::State>,
    caller: Caller,
    Path(address): Path<Address>,
) -> Result<Json<BalanceView>, Problem> {
    caller.require(BALANCES)?;
    let usdt = state.token.balance_of(address).await.map_err(|error| token_problem(&error))?;
    let account = state.token.peer().ask(&tron_client::account(address)).await;
    let account = account.map_err(|error| unreachable_chain(&error))?;
    let held = state.store.held(&usdt_scope(address), state.clock.now()).await.map_err(Problem::internal)?;
    let reserved = Usdt::from_i64(held).map_err(Problem::internal)?;
    Ok(Json(BalanceView { address, usdt, reserved, trx: account.balance }))
}
