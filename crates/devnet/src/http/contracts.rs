//! Contracts as they were deployed.

use serde_json::json;

use super::answer::{Answer, NodeError, nothing};
use super::ask::Ask;
use super::endpoint::Endpoint;
use super::wire;

pub(super) const ENDPOINTS: &[Endpoint] =
    &[Endpoint::read_full("getcontract", contract), Endpoint::read_full("getcontractinfo", with_code)];

/// Where there is no contract java-tron trips over a null pointer, and clients have learned to expect it.
fn contract(ask: &Ask<'_>) -> Answer {
    let address = ask.params.address("value")?.ok_or_else(NodeError::null_pointer)?;
    ask.view(|view| {
        let found = view.contract(&address).ok_or_else(NodeError::null_pointer)?;
        Ok(wire::message(&found.description, ask.visible()))
    })
}

fn with_code(ask: &Ask<'_>) -> Answer {
    let Some(address) = ask.params.address("value")? else { return nothing() };
    ask.view(|view| {
        let Some(found) = view.contract(&address) else { return nothing() };
        Ok(json!({
            "smart_contract": wire::message(&found.description, ask.visible()),
            "runtimecode": hex::encode(found.code.original_byte_slice()),
            "contract_state": { "update_cycle": 0 },
        }))
    })
}
