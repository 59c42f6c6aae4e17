//! Contract calls: transactions to be signed, and calls that leave no trace.

use primitives::Address;
use serde_json::{Value, json};
use tron_tx::hash::keccak256;
use tron_tx::proto::{Abi, ContractResult, EntryType, StateMutability, Transaction, TriggerSmartContract};

use super::answer::{Answer, NodeError};
use super::ask::Ask;
use super::builders::unsigned;
use super::endpoint::Endpoint;
use super::wire;
use crate::call::{CallError, CallOutcome, ConstantCall};
use crate::chain::View;

pub(super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::post_full("triggersmartcontract", |ask| or_code(ask, trigger(ask))),
    Endpoint::post("triggerconstantcontract", |ask| or_code(ask, constant(ask))),
    Endpoint::post("estimateenergy", |ask| or_code(ask, estimate(ask))),
];

/// A refusal in this family is a result with a code, not an `Error`.
#[derive(Debug)]
struct Refusal {
    code: &'static str,
    text: String,
}

impl Refusal {
    fn validate(text: impl Into<String>) -> Self {
        Self { code: "CONTRACT_VALIDATE_ERROR", text: text.into() }
    }
}

impl From<NodeError> for Refusal {
    fn from(error: NodeError) -> Self {
        Self { code: "OTHER_ERROR", text: error.text() }
    }
}

impl From<CallError> for Refusal {
    fn from(error: CallError) -> Self {
        let code = match error {
            CallError::Failed(_) => "CONTRACT_EXE_ERROR",
            CallError::NoContract => "CONTRACT_VALIDATE_ERROR",
        };
        Self { code, text: error.to_string() }
    }
}

fn or_code(ask: &Ask<'_>, outcome: Result<Value, Refusal>) -> Answer {
    Ok(outcome.unwrap_or_else(|refusal| {
        let message = if ask.visible() { refusal.text } else { hex::encode(refusal.text) };
        json!({ "result": { "code": refusal.code, "message": message } })
    }))
}

/// A function that the stored interface marks as reading only is run at once instead of being built.
fn trigger(ask: &Ask<'_>) -> Result<Value, Refusal> {
    let call = call_of(ask)?;
    let address = call.contract.ok_or_else(|| NodeError::parameter("contract_address isn't set."))?;
    ask.view(|view| {
        let contract =
            view.contract(&address).ok_or_else(|| Refusal::validate("No contract or not a valid smart contract"))?;
        if only_reads(contract.description.abi.as_ref(), &call.data) {
            return run(ask, view, &call);
        }
        let built = transaction(ask, view, &call)?;
        Ok(json!({ "result": { "result": true }, "transaction": wire::built(&built, ask.visible()) }))
    })
}

fn constant(ask: &Ask<'_>) -> Result<Value, Refusal> {
    let call = call_of(ask)?;
    ask.view(|view| run(ask, view, &call))
}

fn estimate(ask: &Ask<'_>) -> Result<Value, Refusal> {
    if !ask.node.estimates() {
        return Err(Refusal::validate("this node does not support estimate energy"));
    }
    let call = call_of(ask)?;
    let energy = ask.view(|view| view.estimate_energy(&call))?;
    Ok(json!({ "result": { "result": true }, "energy_required": energy }))
}

/// Also a call that fails has `result: true`; what came of it stands in `message` and `transaction.ret`.
fn run(ask: &Ask<'_>, view: View<'_>, call: &ConstantCall) -> Result<Value, Refusal> {
    let outcome: CallOutcome = view.constant_call(call)?;
    let mut document = json!({
        "result": { "result": true },
        "energy_used": outcome.energy_used,
        "constant_result": [hex::encode(&outcome.output)],
    });
    let mut shown = wire::built(&transaction(ask, view, call)?, ask.visible());
    shown["ret"] = json!([{}]);
    if outcome.result != ContractResult::Success {
        shown["ret"] = json!([{ "ret": "FAILED" }]);
        let text = outcome.message;
        document["result"]["message"] = Value::from(if ask.visible() { text } else { hex::encode(text) });
    }
    document["transaction"] = shown;
    if !outcome.logs.is_empty() {
        document["logs"] = outcome.logs.iter().map(|log| wire::message(log, false)).collect();
    }
    if !outcome.internal.is_empty() {
        let internal = outcome.internal.iter().map(|inner| wire::message(inner, ask.visible()));
        document["internal_transactions"] = internal.collect();
    }
    Ok(document)
}

fn call_of(ask: &Ask<'_>) -> Result<ConstantCall, NodeError> {
    Ok(ConstantCall {
        caller: ask.address("owner_address")?,
        contract: ask.params.address("contract_address")?,
        value: ask.params.int("call_value")?,
        data: calldata(ask)?,
    })
}

/// `data`, or the selector of `function_selector` followed by `parameter`.
fn calldata(ask: &Ask<'_>) -> Result<Vec<u8>, NodeError> {
    let Some(signature) = ask.params.text("function_selector").filter(|text| !text.is_empty()) else {
        return Ok(ask.params.bytes("data")?.unwrap_or_default());
    };
    let mut data = keccak256(signature.as_bytes())[..4].to_vec();
    data.extend(ask.params.bytes("parameter")?.unwrap_or_default());
    Ok(data)
}

fn transaction(ask: &Ask<'_>, view: View<'_>, call: &ConstantCall) -> Result<Transaction, NodeError> {
    let contract = TriggerSmartContract {
        owner_address: call.caller.to_bytes21().to_vec(),
        contract_address: call.contract.map(Address::to_bytes21).map_or_else(Vec::new, |bytes| bytes.to_vec()),
        call_value: call.value,
        call_data: call.data.clone(),
        call_token_value: ask.params.int("call_token_value")?,
        token_id: ask.params.int("token_id")?,
    };
    let mut built = unsigned(view, contract.into(), &ask.params, ask.now)?;
    if let Some(raw) = &mut built.raw_data {
        raw.fee_limit = ask.params.int("fee_limit")?;
    }
    Ok(built)
}

/// Whether the function that `data` selects is `view`, `pure`, or of old `constant`.
fn only_reads(abi: Option<&Abi>, data: &[u8]) -> bool {
    let Some(selector) = data.get(..4) else { return false };
    abi.into_iter().flat_map(|abi| &abi.entrys).any(|entry| {
        let types: Vec<&str> = entry.inputs.iter().map(|input| input.param_type.as_str()).collect();
        let signature = format!("{}({})", entry.name, types.join(","));
        let mutability = StateMutability::try_from(entry.state_mutability).ok();
        let reads = entry.constant || matches!(mutability, Some(StateMutability::View | StateMutability::Pure));
        reads && entry.entry_type() == EntryType::Function && keccak256(signature.as_bytes())[..4] == *selector
    })
}
