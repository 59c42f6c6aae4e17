//! Who lends what to whom, and what stake can be lent or taken out.

use serde_json::{Value, json};

use super::answer::{Answer, NodeError, nothing};
use super::ask::Ask;
use super::endpoint::Endpoint;
use super::wire;
use crate::state::StakedResource;

use primitives::UnixMs;

pub(super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::read("getdelegatedresourcev2", lent),
    Endpoint::read("getdelegatedresourceaccountindexv2", index),
    Endpoint::read("getcandelegatedmaxsize", lendable),
    Endpoint::read("getavailableunfreezecount", unfreeze_count),
    Endpoint::read("getcanwithdrawunfreezeamount", withdrawable),
];

fn lent(ask: &Ask<'_>) -> Answer {
    let (Some(from), Some(to)) = (ask.params.address("fromAddress")?, ask.params.address("toAddress")?) else {
        return nothing();
    };
    let parts = ask.view(|view| view.delegated_resource(&from, &to));
    if parts.is_empty() {
        return nothing();
    }
    let parts: Vec<Value> = parts.iter().map(|part| wire::message(part, ask.visible())).collect();
    Ok(json!({ "delegatedResource": parts }))
}

fn index(ask: &Ask<'_>) -> Answer {
    let Some(address) = ask.params.address("value")? else { return nothing() };
    ask.view(|view| Ok(wire::message(&view.delegation_index(&address), ask.visible())))
}

/// `type` is a number, 0 for bandwidth and 1 for energy, unlike the names everywhere else.
fn lendable(ask: &Ask<'_>) -> Answer {
    let owner = ask.address("owner_address")?;
    let resource = match ask.params.int("type")? {
        0 => StakedResource::Bandwidth,
        1 => StakedResource::Energy,
        _ => return Err(NodeError::validate("only support type: 0 or 1")),
    };
    amount("max_size", ask.view(|view| view.can_delegate(&owner, resource)))
}

fn unfreeze_count(ask: &Ask<'_>) -> Answer {
    let owner = ask.address("owner_address")?;
    amount("count", ask.view(|view| view.available_unfreeze_count(&owner)))
}

/// `timestamp` in milliseconds; the head's time where it is absent.
fn withdrawable(ask: &Ask<'_>) -> Answer {
    let owner = ask.address("owner_address")?;
    let asked = UnixMs::from_i64(ask.params.int("timestamp")?).filter(|time| time.0 > 0);
    let sun = ask.view(|view| view.withdrawable_unfreeze(&owner, asked.unwrap_or_else(|| view.head_time())));
    amount("amount", sun)
}

/// A single figure, left out at 0.
fn amount(name: &str, value: i64) -> Answer {
    if value == 0 { nothing() } else { Ok(json!({ name: value })) }
}
