//! Building a contract's deployment.

use serde_json::{Value, json};
use tron_tx::{ContractType, contract_address};

use super::answer::{Answer, NodeError};
use super::ask::Ask;
use super::builders::unsigned;
use super::endpoint::Endpoint;
use super::wire;

pub(super) const ENDPOINTS: &[Endpoint] = &[Endpoint::post_full("deploycontract", deploy)];

/// `abi` is JSON inside a text; the constructor's arguments in `parameter` follow the code. The answer is the
/// transaction without the wrapper that the calls have, and with the address that the contract will get.
fn deploy(ask: &Ask<'_>) -> Answer {
    let owner = ask.address("owner_address")?;
    let mut code = ask.params.text("bytecode").unwrap_or_default();
    code.push_str(&ask.params.text("parameter").unwrap_or_default());
    let abi = match ask.params.get("abi") {
        Some(Value::String(text)) => {
            serde_json::from_str(text).map_err(|error| NodeError::json(&format!("syntax error, {error}")))?
        }
        Some(other) => other.clone(),
        None => json!([]),
    };
    let entries = if abi.is_array() { json!({ "entrys": abi }) } else { abi };
    let owner_text = ask.params.get("owner_address").cloned();
    let fields = json!({
        "owner_address": owner_text.clone(),
        "call_token_value": ask.params.int("call_token_value")?,
        "token_id": ask.params.int("token_id")?,
        "new_contract": {
            "origin_address": owner_text,
            "abi": entries,
            "bytecode": code,
            "name": ask.params.text("name").unwrap_or_default(),
            "call_value": ask.params.int("call_value")?,
            "consume_user_resource_percent": ask.params.int("consume_user_resource_percent")?,
            "origin_energy_limit": ask.params.int("origin_energy_limit")?,
        },
    });
    let payload = wire::parse_payload(ContractType::CreateSmartContract, &fields, ask.visible())?;
    ask.view(|view| {
        let mut built = unsigned(view, payload, &ask.params, ask.now)?;
        if let Some(raw) = &mut built.raw_data {
            raw.fee_limit = ask.params.int("fee_limit")?;
        }
        let address = contract_address::deployed(&wire::txid(&built), owner);
        let mut document = wire::built(&built, ask.visible());
        document["contract_address"] =
            Value::from(if ask.visible() { address.to_string() } else { address.to_hex21() });
        Ok(document)
    })
}
