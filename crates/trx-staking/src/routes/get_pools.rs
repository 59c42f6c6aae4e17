//! `GET /v1/pools`: what the wallets that we supply have.

use api::tron_client;
use api::trx_staking::{PoolList, PoolView};
use axum::Json;
use axum::extract::State;
use payments::staking::lease::Free;
use primitives::{Address, Bandwidth, Energy, Resource, WalletId};
use service::{Caller, Problem};

use super::may_read;
use crate::app;
use crate::drive::wallet;
use crate::ledger::lease_scope;
use crate::pool::PoolRow;
use crate::problem::{unreachable_chain, unreachable_wallets};

/// What each configured wallet has, and what of it is leased; a wallet that was not made yet is left out. Needs the scope
/// `staking:read`.
#[utoipa::path(
    get, path = "/v1/pools", tag = "pools",
    responses(
        (status = 200, body = PoolList),
        (status = 503, body = api::Problem, content_type = "application/problem+json",
            description = "`chain_unavailable`, `wallets_unavailable`"),
    ),
    security(("call_token" = [])),
)]
pub(crate) async fn get_pools(State(state): State<app::State>, caller: Caller) -> Result<Json<PoolList>, Problem> {
    may_read(&caller)?;
    let mut pools = Vec::with_capacity(state.pools.len());
    for pool in state.pools.iter() {
        let found = wallet(&state.wallet_manager, &pool.wallet).await;
        if let Some(wallet) = found.map_err(|error| unreachable_wallets(&error))? {
            pools.push(view(&state, &pool.wallet, wallet.address).await?);
        }
    }
    Ok(Json(PoolList { pools }))
}

async fn view(state: &app::State, wallet: &WalletId, address: Address) -> Result<PoolView, Problem> {
    let account = state.tron_client.ask(&tron_client::account(address)).await;
    let Free { energy, bandwidth } = Free::of(&account.map_err(|error| unreachable_chain(&error))?.resources);
    let row = state.store.get::<PoolRow>(wallet.as_str()).await?;
    Ok(PoolView {
        address,
        energy,
        energy_leased: Energy(leased(state, Resource::Energy, address).await?),
        bandwidth,
        bandwidth_leased: Bandwidth(leased(state, Resource::Bandwidth, address).await?),
        halted: row.and_then(|row| row.record.0.halted),
    })
}

async fn leased(state: &app::State, resource: Resource, address: Address) -> Result<u64, Problem> {
    let held = state.store.held(&lease_scope(resource, address), state.clock.now()).await?;
    Ok(u64::try_from(held).unwrap_or(0))
}
