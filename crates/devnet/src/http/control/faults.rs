//! `/devnet/faults`: GET lists, POST adds one, DELETE clears all. Faults belong to the node that is asked.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use serde_json::json;

use super::{ControlError, Outcome};
use crate::faults::{Fault, Kind};
use crate::node::Node;

pub(super) async fn list(State(node): State<Arc<Node>>) -> Outcome {
    Ok(Json(json!({ "faults": node.faults().standing() })))
}

/// A fork happens at once and is answered with what it did; every other fault stands from now on.
pub(super) async fn add(State(node): State<Arc<Node>>, fault: Result<Json<Fault>, JsonRejection>) -> Outcome {
    let Json(fault) = fault?;
    fault.check().map_err(|error| ControlError::bad(&error))?;
    if fault.fault == Kind::Fork {
        return fork(&node, fault.depth.unwrap_or(1), fault.lose);
    }
    if fault.fault == Kind::Stale {
        node.set_stale(true);
    }
    node.faults().add(fault);
    list(State(node)).await
}

pub(super) async fn clear(State(node): State<Arc<Node>>) -> Outcome {
    node.faults().clear();
    node.set_stale(false);
    list(State(node)).await
}

fn fork(node: &Node, depth: usize, lose: bool) -> Outcome {
    let now = node.shared().now();
    let mut chain = node.chain_mut();
    let (head, solid) = (chain.head().id.number(), chain.solid().id.number());
    let unsolid = usize::try_from(head - solid).unwrap_or(usize::MAX);
    if depth > unsolid {
        return Err(ControlError::bad(&format!("only {unsolid} blocks are not solid, {depth} cannot be replaced")));
    }
    let first = head - u64::try_from(depth).unwrap_or(0) + 1;
    let view = chain.view(crate::chain::At::Head);
    let orphans = (first..=head).filter_map(|number| view.block_by_number(number));
    let lost: Vec<_> = if lose { orphans.flat_map(|block| block.txids.clone()).collect() } else { Vec::new() };
    let report = chain.fork(depth, &lost, now);
    Ok(Json(json!({
        "orphaned": report.orphaned,
        "adopted": report.adopted,
        "pending": report.pending,
        "lost": report.dropped,
    })))
}
