//! `GET /v1/blocks/{block}/transactions/{txid}`.

use api::tron_client::ChainTransaction;
use axum::Json;
use axum::extract::State;
use primitives::TxId;
use service::extract::Path;
use service::{Caller, Problem};

use crate::app::Shared;
use crate::problem;

/// A transaction of a solid block, read anew: its bytes, and what it came to. Needs the scope `chain:read`.
#[utoipa::path(
    get,
    path = "/v1/blocks/{block}/transactions/{txid}",
    params(("block" = u64, Path), ("txid" = TxId, Path)),
    responses(
        (status = 200, body = ChainTransaction),
        (status = 404, body = api::Problem, content_type = "application/problem+json", description = "not_in_block"),
        (status = 503, body = api::Problem, content_type = "application/problem+json", description = "no_node"),
    ),
    security(("call_token" = [])),
    tag = "chain",
)]
pub(super) async fn get_block_transaction(
    State(shared): State<Shared>,
    caller: Caller,
    Path((block, txid)): Path<(u64, TxId)>,
) -> Result<Json<ChainTransaction>, Problem> {
    super::reader(&caller)?;
    let found = shared.reader.transaction(block, txid).await.map_err(|error| problem::no_node(&error))?;
    let missing = || Problem::not_found("not_in_block", "The block does not have this transaction.");
    found.map(Json).ok_or_else(missing)
}
