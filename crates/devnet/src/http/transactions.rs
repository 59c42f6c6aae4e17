//! Included transactions and what they did.

use serde_json::{Value, json};

use super::answer::{Answer, nothing};
use super::ask::Ask;
use super::endpoint::Endpoint;
use super::wire;
use crate::faults::Point;

pub(super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::read("gettransactionbyid", by_id),
    Endpoint::read("gettransactioninfobyid", info_by_id),
    Endpoint::read("gettransactioninfobyblocknum", infos_of_block),
];

fn by_id(ask: &Ask<'_>) -> Answer {
    let Some(id) = ask.params.txid("value")? else { return nothing() };
    if ask.fault(Point::Transactions).is_some() {
        return nothing();
    }
    ask.view(|view| view.transaction(&id).map_or_else(nothing, |found| Ok(wire::transaction(found, ask.visible()))))
}

fn info_by_id(ask: &Ask<'_>) -> Answer {
    let Some(id) = ask.params.txid("value")? else { return nothing() };
    if ask.fault(Point::Receipts).is_some() {
        return nothing();
    }
    ask.view(|view| view.transaction_info(&id).map_or_else(nothing, |info| Ok(wire::message(info, ask.visible()))))
}

/// An array, empty for an empty block; an object for what cannot be a block, as java-tron has it.
fn infos_of_block(ask: &Ask<'_>) -> Answer {
    let Some(number) = u64::try_from(ask.params.int("num")?).ok().filter(|number| *number > 0) else {
        return nothing();
    };
    if ask.fault(Point::Receipts).is_some() {
        return Ok(json!([]));
    }
    ask.view(|view| {
        let infos = view.infos_of_block(number).iter().map(|info| wire::message(info, ask.visible()));
        Ok(Value::Array(infos.collect()))
    })
}
