//! Rewards of voters and witnesses, and the witnesses themselves.

use serde_json::{Value, json};

use super::answer::Answer;
use super::ask::Ask;
use super::endpoint::Endpoint;
use super::wire;

pub(super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::read("getReward", reward),
    Endpoint::read("getBrokerage", brokerage),
    Endpoint::read("listwitnesses", witnesses),
    Endpoint::read_full("getnextmaintenancetime", next_maintenance),
];

fn reward(ask: &Ask<'_>) -> Answer {
    let address = ask.params.address("address")?;
    Ok(json!({ "reward": address.map_or(0, |address| ask.view(|view| view.reward(&address))) }))
}

fn brokerage(ask: &Ask<'_>) -> Answer {
    let address = ask.params.address("address")?;
    Ok(json!({ "brokerage": address.map_or(0, |address| ask.view(|view| view.brokerage(&address))) }))
}

fn witnesses(ask: &Ask<'_>) -> Answer {
    let listed = ask.view(|view| view.witnesses());
    let listed: Vec<Value> = listed.iter().map(|witness| wire::message(witness, ask.visible())).collect();
    Ok(json!({ "witnesses": listed }))
}

fn next_maintenance(ask: &Ask<'_>) -> Answer {
    Ok(json!({ "num": ask.view(|view| view.next_maintenance()).0 }))
}
