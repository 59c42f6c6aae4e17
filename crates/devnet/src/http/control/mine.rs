//! `POST /devnet/mine {"blocks": 2}`: blocks now, whatever the clock says.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use serde::Deserialize;
use serde_json::json;

use super::{ControlError, Outcome};
use crate::node::Node;

/// The most blocks of one request.
const BLOCKS_MAX: u32 = 1_000;

/// How many; 1 unless said otherwise.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wish {
    #[serde(default = "one")]
    blocks: u32,
}

const fn one() -> u32 {
    1
}

/// Block times keep to the slots, so many blocks at once lie in the future of the clock; the producing loop then waits
/// until it has caught up.
pub(super) async fn mine(State(node): State<Arc<Node>>, wish: Result<Json<Wish>, JsonRejection>) -> Outcome {
    let Json(wish) = wish?;
    if !(1..=BLOCKS_MAX).contains(&wish.blocks) {
        return Err(ControlError::bad(&format!("blocks must be 1 to {BLOCKS_MAX}")));
    }
    let mut chain = node.chain_mut();
    let mut made = Vec::new();
    for _ in 0..wish.blocks {
        let time = node.shared().now().max(chain.next_slot());
        made.extend(chain.produce_block(time));
    }
    let (head, solid) = (chain.head().id, chain.solid().id);
    Ok(Json(json!({ "blocks": made, "head": head.number(), "solid": solid.number() })))
}
