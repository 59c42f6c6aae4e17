//! `GET /v1/chain`.

use api::tron_client::ChainView;
use axum::Json;
use axum::extract::State;
use service::{Caller, Problem};

use crate::app::Shared;
use crate::node::NodeChain;

/// Where the chain stands: what nodes report, and what was read. Needs the scope `chain:read`.
#[utoipa::path(
    get,
    path = "/v1/chain",
    responses(
        (status = 200, body = ChainView),
        (status = 503, body = api::Problem, content_type = "application/problem+json", description = "no_node"),
    ),
    security(("call_token" = [])),
    tag = "chain",
)]
pub(super) async fn get_chain(State(shared): State<Shared>, caller: Caller) -> Result<Json<ChainView>, Problem> {
    super::reader(&caller)?;
    let extent = shared.ledger.extent();
    let told = || {
        shared.nodes.all().iter().find_map(|node| match node.standing().chain {
            NodeChain::Ours(genesis) => Some(genesis),
            _ => None,
        })
    };
    let genesis = extent.map(|extent| extent.genesis).or_else(told);
    let genesis = genesis.ok_or_else(|| {
        Problem::unavailable(
            "no_node",
            shared.nodes.trouble().unwrap_or_else(|| "no node has told its first block".to_owned()),
        )
    })?;
    let sight = shared.nodes.sight();
    Ok(Json(ChainView {
        network: shared.network,
        chain_id: shared.chain_id,
        genesis,
        head: sight.head,
        solid: sight.solid,
        first: extent.map(|extent| extent.first),
        scanned: extent.map(|extent| extent.last),
        nodes: shared.nodes.views(),
    }))
}
