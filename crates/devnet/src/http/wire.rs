//! Between the protocol's messages and the JSON of this interface; the forms themselves are tron-tx's.

use primitives::{Address, TxId};
use prost::Message as _;
use serde_json::{Value, json};
use tron_tx::json::{self as form, JsonError};
use tron_tx::proto::{Described, Transaction, TransactionContract, TransactionRaw};
use tron_tx::{ContractType, Payload, SignedTransaction, hash};

use super::answer::NodeError;
use crate::chain::StoredBlock;

impl From<JsonError> for NodeError {
    fn from(error: JsonError) -> Self {
        Self::parse(&error.to_string())
    }
}

/// Any message.
pub(super) fn message<M: Described>(message: &M, visible: bool) -> Value {
    form::render(message, visible)
}

/// A block with its transactions.
pub(super) fn block(block: &StoredBlock, visible: bool) -> Value {
    let transactions: Vec<SignedTransaction> = block.block.transactions.iter().map(signed).collect();
    let header = block.block.block_header.clone().unwrap_or_default();
    form::render_block(&header, &transactions, visible)
}

/// A transaction as it stands on the chain.
pub(super) fn transaction(transaction: &Transaction, visible: bool) -> Value {
    form::render_transaction(&signed(transaction), visible)
}

/// A transaction as the builders answer it.
pub(super) fn built(transaction: &Transaction, visible: bool) -> Value {
    form::render_created(&signed(transaction), visible)
}

/// A transaction from a request, and whether its author speaks the visible form.
pub(super) fn parse_transaction(value: &Value) -> Result<(Transaction, bool), NodeError> {
    let visible = value.get("visible").and_then(Value::as_bool).unwrap_or(false);
    let parsed = form::parse_transaction(value)?;
    Ok((message_of(parsed)?, visible))
}

/// A transaction from its bytes, read as leniently as protobuf does.
pub(super) fn decode_transaction(bytes: &[u8]) -> Result<Transaction, NodeError> {
    Transaction::decode(bytes).map_err(|error| NodeError::protobuf(&error.to_string()))
}

/// A contract's message from the fields of a request; fields that it does not have are passed over.
pub(super) fn parse_payload(kind: ContractType, fields: &Value, visible: bool) -> Result<Payload, NodeError> {
    let contract = json!({ "type": kind.name(), "parameter": { "type_url": kind.type_url(), "value": fields } });
    let parsed = form::parse_transaction(&json!({ "visible": visible, "raw_data": { "contract": [contract] } }))?;
    let raw = message_of(parsed)?.raw_data.unwrap_or_default();
    raw.contract.first().and_then(payload).ok_or_else(NodeError::null_pointer)
}

/// The transaction's id.
pub(super) fn txid(transaction: &Transaction) -> TxId {
    hash::txid(&raw_bytes(transaction))
}

/// Whom a contract acts for; none if it does not say, or if its type is unknown.
pub(super) fn owner(contract: &TransactionContract) -> Option<Address> {
    // The field's number differs between messages, its name does not.
    let raw = TransactionRaw { contract: vec![contract.clone()], ..TransactionRaw::default() };
    let shown = transaction(&Transaction { raw_data: Some(raw), ..Transaction::default() }, false);
    let owner = &shown["raw_data"]["contract"][0]["parameter"]["value"]["owner_address"];
    Address::from_hex21(owner.as_str()?).ok()
}

fn payload(contract: &TransactionContract) -> Option<Payload> {
    let kind = ContractType::from_number(contract.contract_type)?;
    Payload::decode_exactly(kind, &contract.parameter.as_ref()?.value).ok()
}

fn signed(transaction: &Transaction) -> SignedTransaction {
    SignedTransaction {
        raw_data: raw_bytes(transaction),
        signatures: transaction.signature.clone(),
        results: transaction.ret.clone(),
    }
}

fn message_of(transaction: SignedTransaction) -> Result<Transaction, NodeError> {
    let raw = TransactionRaw::decode(transaction.raw_data.as_slice());
    let raw = raw.map_err(|error| NodeError::protobuf(&error.to_string()))?;
    Ok(Transaction { raw_data: Some(raw), signature: transaction.signatures, ret: transaction.results })
}

fn raw_bytes(transaction: &Transaction) -> Vec<u8> {
    transaction.raw_data.as_ref().map(TransactionRaw::encode_to_vec).unwrap_or_default()
}
