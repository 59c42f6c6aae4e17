//! `PUT /v1/wallets/{address}`.

use api::tron_client::WatchView;
use axum::Json;
use axum::extract::State;
use primitives::Address;
use service::extract::Path;
use service::{Caller, Problem};

use crate::app::Shared;
use crate::problem;

/// Watches a wallet: every transaction in a solid block in which it acts, whoever signed it, is told on the feed as
/// `wallet.transaction`, from the block of the answer on. Needs the scope `wallets:watch`.
#[utoipa::path(
    put,
    path = "/v1/wallets/{address}",
    params(("address" = Address, Path, description = "Base58check.")),
    responses(
        (status = 200, body = WatchView),
        (status = 400, body = api::Problem, content_type = "application/problem+json", description = "malformed_path"),
        (status = 503, body = api::Problem, content_type = "application/problem+json", description = "not_reading_yet"),
    ),
    security(("call_token" = [])),
    tag = "wallets",
)]
pub(super) async fn put_wallet(
    State(shared): State<Shared>,
    caller: Caller,
    Path(address): Path<Address>,
) -> Result<Json<WatchView>, Problem> {
    caller.require("wallets:watch")?;
    shared.ledger.watch(address).await.map(Json).map_err(problem::watch)
}
