//! Transactions in the node's JSON.

use prost::Message as _;
use serde_json::{Map, Value, json};

use super::error::JsonError;
use super::parse::{encode_request, hexadecimal, parse};
use super::render::{render, render_encoded};
use crate::proto::{Any, Described, TransactionContract, TransactionRaw, TransactionResult};
use crate::{ContractType, SignedTransaction, contract_address, hash};

/// A transaction as it stands in a block or an answer: `txID`, `raw_data`, `raw_data_hex`, and `signature`, `ret` if
/// there are any; a deployment also has its `contract_address`.
pub fn render_transaction(transaction: &SignedTransaction, visible: bool) -> Value {
    let mut object = Map::new();
    if !transaction.results.is_empty() {
        let results = transaction.results.iter().map(|result| render(result, visible)).collect();
        object.insert("ret".to_owned(), Value::Array(results));
    }
    if !transaction.signatures.is_empty() {
        object.insert("signature".to_owned(), transaction.signatures.iter().map(hex::encode).collect());
    }
    object.insert("txID".to_owned(), transaction.txid().to_string().into());
    object.insert("raw_data".to_owned(), render_raw(&transaction.raw_data, visible));
    object.insert("raw_data_hex".to_owned(), hex::encode(&transaction.raw_data).into());
    if let Some(address) = deployed_address(transaction) {
        object.insert("contract_address".to_owned(), address.into());
    }
    Value::Object(object)
}

/// A transaction as the node's builders answer it: like [`render_transaction`], and `visible` repeated.
pub fn render_created(transaction: &SignedTransaction, visible: bool) -> Value {
    let mut value = render_transaction(transaction, visible);
    value["visible"] = visible.into();
    value
}

fn render_raw(raw_data: &[u8], visible: bool) -> Value {
    let mut object = render_encoded(TransactionRaw::SCHEMA, raw_data, visible);
    let raw = TransactionRaw::decode(raw_data).unwrap_or_default();
    let contracts: Vec<_> = raw.contract.iter().filter_map(|contract| render_contract(contract, visible)).collect();
    object.insert("contract".to_owned(), contracts.into());
    Value::Object(object)
}

/// One contract; the node leaves out types that it does not know, and the two unused fields always.
fn render_contract(contract: &TransactionContract, visible: bool) -> Option<Value> {
    let contract_type = ContractType::from_number(contract.contract_type)?;
    let parameter = contract.parameter.clone().unwrap_or_default();
    let value = render_encoded(contract_type.schema()?, &parameter.value, visible);
    let mut object = json!({
        "parameter": { "value": value, "type_url": parameter.type_url },
        "type": contract_type.name(),
    });
    if contract.permission_id > 0 {
        object["Permission_id"] = contract.permission_id.into();
    }
    Some(object)
}

/// The address that a deployment will get, in hexadecimal in either form.
fn deployed_address(transaction: &SignedTransaction) -> Option<String> {
    let raw = TransactionRaw::decode(transaction.raw_data.as_slice()).ok()?;
    let contract = raw.contract.first()?;
    if ContractType::from_number(contract.contract_type)? != ContractType::CreateSmartContract {
        return None;
    }
    let message = crate::proto::CreateSmartContract::decode(contract.parameter.as_ref()?.value.as_slice()).ok()?;
    let owner = primitives::Address::from_bytes21(&message.owner_address).ok()?;
    Some(contract_address::deployed(&hash::txid(&transaction.raw_data), owner).to_hex21())
}

/// A transaction from the node's JSON, as `broadcasttransaction` takes it: the raw data is rebuilt from `raw_data`,
/// while `raw_data_hex` and `txID` are not looked at (java-tron `Util.packTransaction`).
///
/// The object's own `visible` tells its form, false if absent. A contract of a type that the protocol does not have is
/// left out, so such a transaction has none.
pub fn parse_transaction(value: &Value) -> Result<SignedTransaction, JsonError> {
    let object = value.as_object().ok_or(JsonError::NotObject("Transaction"))?;
    let visible = object.get("visible").and_then(Value::as_bool).unwrap_or(false);
    let raw_data = match object.get("raw_data") {
        Some(raw) => parse_raw(raw, visible)?.encode_to_vec(),
        None => return Err(wrong("raw_data", "is missing")),
    };
    let list = |name: &str| object.get(name).and_then(Value::as_array).into_iter().flatten();
    let signatures = list("signature")
        .map(|item| item.as_str().and_then(hexadecimal).ok_or_else(|| wrong("signature", "has to be hexadecimal")))
        .collect::<Result<_, _>>()?;
    let results = list("ret").map(|item| parse::<TransactionResult>(item, visible)).collect::<Result<_, _>>()?;
    Ok(SignedTransaction { raw_data, signatures, results })
}

const fn wrong(field: &'static str, expected: &'static str) -> JsonError {
    JsonError::Field { message: "Transaction", field, expected }
}

fn parse_raw(value: &Value, visible: bool) -> Result<TransactionRaw, JsonError> {
    let mut object = value.as_object().ok_or(JsonError::NotObject("Transaction.raw"))?.clone();
    let contracts = object.remove("contract");
    let mut raw: TransactionRaw = parse(&Value::Object(object), visible)?;
    let contracts = contracts.as_ref().and_then(Value::as_array).into_iter().flatten();
    raw.contract =
        contracts.filter_map(|contract| parse_contract(contract, visible).transpose()).collect::<Result<_, _>>()?;
    Ok(raw)
}

fn parse_contract(value: &Value, visible: bool) -> Result<Option<TransactionContract>, JsonError> {
    let mut object = value.as_object().ok_or(JsonError::NotObject("Transaction.Contract"))?.clone();
    let contract_type = object.get("type").and_then(Value::as_str).and_then(ContractType::from_name);
    let Some((contract_type, schema)) = contract_type.and_then(|known| Some((known, known.schema()?))) else {
        return Ok(None);
    };
    let parameter = object.remove("parameter").unwrap_or_default();
    let empty = Map::new();
    let fields = parameter.get("value").and_then(Value::as_object).unwrap_or(&empty);
    let type_url = parameter.get("type_url").and_then(Value::as_str).unwrap_or_default().to_owned();
    let any = Any { type_url, value: encode_request(schema, fields, visible)? };
    let contract: TransactionContract = parse(&Value::Object(object), visible)?;
    Ok(Some(TransactionContract { contract_type: contract_type.into(), parameter: Some(any), ..contract }))
}

#[cfg(test)]
mod tests;
