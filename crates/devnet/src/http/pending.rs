//! Transactions that wait for a block.

use serde_json::json;

use super::answer::{Answer, nothing};
use super::ask::Ask;
use super::endpoint::Endpoint;
use super::wire;

pub(super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::read_full("gettransactionfrompending", one),
    Endpoint::read_full("gettransactionlistfrompending", ids),
    Endpoint::read_full("getpendingsize", size),
];

fn one(ask: &Ask<'_>) -> Answer {
    let Some(id) = ask.params.txid("value")? else { return nothing() };
    let chain = ask.node.chain();
    chain.pending(&id).map_or_else(nothing, |found| Ok(wire::transaction(found, ask.visible())))
}

fn ids(ask: &Ask<'_>) -> Answer {
    let ids: Vec<String> = ask.node.chain().pending_ids().iter().map(ToString::to_string).collect();
    if ids.is_empty() { nothing() } else { Ok(json!({ "txId": ids })) }
}

fn size(ask: &Ask<'_>) -> Answer {
    Ok(json!({ "pendingSize": ask.node.chain().pending_ids().len() }))
}
