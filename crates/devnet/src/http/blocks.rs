//! Blocks: `getnowblock`, `getblock`, and look-ups by number, id and range.

use primitives::BlockId;
use serde_json::{Value, json};

use super::answer::{Answer, NodeError, nothing};
use super::ask::Ask;
use super::endpoint::Endpoint;
use super::wire;
use crate::chain::{StoredBlock, View};

pub(super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::read("getnowblock", now),
    Endpoint::read("getblock", one),
    Endpoint::read("getblockbynum", by_number),
    Endpoint::read("getblockbyid", by_id),
    Endpoint::read("getblockbylatestnum", latest),
    Endpoint::read("getblockbylimitnext", range),
    Endpoint::read("gettransactioncountbyblocknum", transaction_count),
];

/// The longest range that one request gets (java-tron `Wallet.getBlocksByLimitNext`).
const RANGE_MAX: i64 = 100;

fn now(ask: &Ask<'_>) -> Answer {
    ask.view(|view| Ok(wire::block(view.head(), ask.visible())))
}

fn by_number(ask: &Ask<'_>) -> Answer {
    let number = ask.params.int("num")?;
    ask.view(|view| found(block_at(view, number), ask.visible()))
}

fn by_id(ask: &Ask<'_>) -> Answer {
    let Some(id) = ask.params.block_id("value")? else { return nothing() };
    ask.view(|view| found(view.block_by_id(&id), ask.visible()))
}

/// `getblock {id_or_num, detail}`: the head without an id; without detail, a block without its transactions.
fn one(ask: &Ask<'_>) -> Answer {
    let wanted = ask.params.text("id_or_num").filter(|text| !text.is_empty());
    let detail = ask.params.flag("detail");
    ask.view(|view| {
        let block = match wanted {
            None => Some(view.head()),
            Some(text) if text.len() == 64 => {
                let id = BlockId::parse(&text.to_ascii_lowercase())
                    .map_err(|_| NodeError::argument("id must be legal block hash."))?;
                view.block_by_id(&id)
            }
            Some(text) => {
                let number: i64 = text.parse().map_err(|_| NodeError::not_a_number(&text))?;
                if number < 0 {
                    return Err(NodeError::argument("num must be non-positive number."));
                }
                block_at(view, number)
            }
        };
        let mut document = found(block, ask.visible())?;
        if !detail && let Some(fields) = document.as_object_mut() {
            fields.remove("transactions");
        }
        Ok(document)
    })
}

fn latest(ask: &Ask<'_>) -> Answer {
    let wanted = ask.params.int("num")?;
    if wanted <= 0 || wanted >= RANGE_MAX {
        return nothing();
    }
    ask.view(|view| {
        let head = i64::try_from(view.head().id.number()).unwrap_or(i64::MAX);
        Ok(listing(view, (head - wanted + 1).max(0), head + 1, ask.visible()))
    })
}

/// `getblockbylimitnext {startNum, endNum}`; the end is not included.
fn range(ask: &Ask<'_>) -> Answer {
    let (start, end) = (ask.params.int("startNum")?, ask.params.int("endNum")?);
    if start < 0 || end <= start || end - start > RANGE_MAX {
        return nothing();
    }
    ask.view(|view| Ok(listing(view, start, end, ask.visible())))
}

fn transaction_count(ask: &Ask<'_>) -> Answer {
    let number = ask.params.int("num")?;
    // -1 is java-tron's answer for a block that it does not have.
    let count =
        ask.view(|view| block_at(view, number).map_or(-1, |block| i64::try_from(block.txids.len()).unwrap_or(-1)));
    Ok(json!({ "count": count }))
}

fn block_at(view: View<'_>, number: i64) -> Option<&StoredBlock> {
    view.block_by_number(u64::try_from(number).ok()?)
}

fn found(block: Option<&StoredBlock>, visible: bool) -> Answer {
    block.map_or_else(nothing, |block| Ok(wire::block(block, visible)))
}

fn listing(view: View<'_>, start: i64, end: i64, visible: bool) -> Value {
    let blocks: Vec<Value> =
        (start..end).map_while(|number| block_at(view, number)).map(|block| wire::block(block, visible)).collect();
    if blocks.is_empty() { json!({}) } else { json!({ "block": blocks }) }
}
