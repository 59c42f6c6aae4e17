//! Chain parameters and prices.

use serde_json::{Value, json};

use super::answer::Answer;
use super::ask::Ask;
use super::endpoint::Endpoint;

pub(super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::read_full("getchainparameters", parameters),
    Endpoint::read("getenergyprices", |ask| history(ask.node.parameters().energy_fee)),
    Endpoint::read("getbandwidthprices", |ask| history(ask.node.parameters().transaction_fee)),
    Endpoint::read_full("getmemofee", |ask| history(ask.node.parameters().memo_fee)),
    Endpoint::read("getburntrx", burned),
];

/// A parameter at 0 has a key only.
fn parameters(ask: &Ask<'_>) -> Answer {
    let listed = ask.node.parameters().listing().into_iter().map(|(key, value)| match value {
        0 => json!({ "key": key }),
        _ => json!({ "key": key, "value": value }),
    });
    Ok(json!({ "chainParameter": listed.collect::<Vec<Value>>() }))
}

/// One price since the beginning of time: a devnet has no committee that changes it.
fn history(sun: i64) -> Answer {
    Ok(json!({ "prices": format!("0:{sun}") }))
}

fn burned(ask: &Ask<'_>) -> Answer {
    Ok(json!({ "burnTrxAmount": ask.view(|view| view.burned()) }))
}
