//! Accounts, their resources, and whether a text is an address.

use base64::Engine as _;
use primitives::Address;
use serde_json::{Map, Value, json};

use super::answer::{Answer, nothing};
use super::ask::Ask;
use super::endpoint::Endpoint;
use super::wire;

pub(super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::read("getaccount", account),
    Endpoint::read("getaccountnet", bandwidth),
    Endpoint::read("getaccountresource", resources),
    Endpoint::read("getaccountbalance", balance),
    Endpoint::read_full("validateaddress", validate),
];

fn account(ask: &Ask<'_>) -> Answer {
    let Some(address) = ask.params.address("address")? else { return nothing() };
    ask.view(|view| view.account(&address).map_or_else(nothing, |found| Ok(wire::message(&found, ask.visible()))))
}

/// `getaccountbalance {account_identifier: {address}}`: the balance at the view's head.
fn balance(ask: &Ask<'_>) -> Answer {
    let identifier = ask.params.get("account_identifier").and_then(|account| account.get("address"));
    let Some(text) = identifier.and_then(Value::as_str) else { return nothing() };
    let parsed = if ask.visible() { Address::parse(text) } else { Address::from_hex21(text) };
    let Ok(address) = parsed else { return nothing() };
    ask.view(|view| {
        let head = view.head();
        let Some(account) = view.account(&address) else { return nothing() };
        Ok(json!({
            "balance": account.balance,
            "block_identifier": { "hash": head.id.to_string(), "number": head.id.number() },
        }))
    })
}

fn bandwidth(ask: &Ask<'_>) -> Answer {
    use_of_resources(ask, false)
}

fn resources(ask: &Ask<'_>) -> Answer {
    use_of_resources(ask, true)
}

/// Figures at 0 are left out, as everywhere in the node's JSON.
fn use_of_resources(ask: &Ask<'_>, with_energy: bool) -> Answer {
    let Some(address) = ask.params.address("address")? else { return nothing() };
    let Some(of) = ask.view(|view| view.resources(&address)) else { return nothing() };
    let mut figures = vec![
        ("freeNetUsed", of.free_net_used),
        ("freeNetLimit", of.free_net_limit),
        ("NetUsed", of.net_used),
        ("NetLimit", of.net_limit),
        ("TotalNetLimit", of.total_net_limit),
        ("TotalNetWeight", of.total_net_weight),
    ];
    if with_energy {
        figures.extend([
            ("tronPowerUsed", of.tron_power_used),
            ("tronPowerLimit", of.tron_power_limit),
            ("EnergyUsed", of.energy_used),
            ("EnergyLimit", of.energy_limit),
            ("TotalEnergyLimit", of.total_energy_limit),
            ("TotalEnergyWeight", of.total_energy_weight),
        ]);
    }
    let shown: Map<String, Value> = figures
        .into_iter()
        .filter(|(_, value)| *value != 0)
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect();
    Ok(Value::Object(shown))
}

/// The form is told by the length alone (java-tron `ValidateAddressServlet`).
fn validate(ask: &Ask<'_>) -> Answer {
    let text = ask.params.text("address").unwrap_or_default();
    let (form, valid) = match text.len() {
        42 => ("Hex string format", Address::from_hex21(&text).is_ok()),
        34 => ("Base58check format", Address::parse(&text).is_ok()),
        28 => {
            let bytes = base64::engine::general_purpose::STANDARD.decode(&text).unwrap_or_default();
            ("Base64 format", Address::from_bytes21(&bytes).is_ok())
        }
        _ => return Ok(json!({ "result": false, "message": "Length error" })),
    };
    Ok(json!({ "result": valid, "message": if valid { form } else { "Invalid address" } }))
}
