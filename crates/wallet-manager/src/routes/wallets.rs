//! `GET /v1/wallets`

use api::wallet_manager::WalletList;
use axum::Json;
use axum::extract::State;
use service::{Caller, Problem};
use store::{Filter, LIST_LIMIT_MAX};

use super::may_read;
use crate::app;
use signing_core::wallet::Wallet;

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
    let mut wallets = Vec::new();
    let mut after = None;
    loop {
        let filter = Filter { after, limit: LIST_LIMIT_MAX, ..Filter::default() };
        let page = state.core.store.list::<Wallet>(filter).await?;
        wallets.extend(page.items.iter().filter_map(|wallet| wallet.record.view()));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    wallets.sort_by(|a, b| a.wallet_id.cmp(&b.wallet_id));
    Ok(Json(WalletList { wallets }))
}
