//! `GET /devnet/status`: where the chain stands, and the accounts that everybody may use.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::Outcome;
use crate::chain::StoredBlock;
use crate::node::Node;

/// The faucet's key is shown on purpose: it owns USDT here, and anybody who knows the seed can compute it.
pub(super) async fn show(State(node): State<Arc<Node>>) -> Outcome {
    let chain = node.chain();
    let config = chain.config();
    let faucet = config.faucet_key();
    Ok(Json(json!({
        "chain_id": chain.chain_id(),
        "genesis": chain.genesis_id(),
        "head": position(chain.head()),
        "solid": position(chain.solid()),
        "pending": chain.pending_ids().len(),
        "producers": config.producers,
        "block_ms": config.block_ms,
        "faucet": { "address": faucet.address(), "private_key": hex::encode(faucet.secret_bytes()) },
        "usdt_contract": node.shared().usdt(),
    })))
}

fn position(block: &StoredBlock) -> Value {
    let raw = block.block.block_header.as_ref().and_then(|header| header.raw_data.as_ref());
    json!({ "number": block.id.number(), "id": block.id, "time_ms": raw.map(|raw| raw.timestamp) })
}
