//! What we ask nodes.

use api::tron_client::ConstantCallRequest;
use primitives::{Address, HexBytes};
use serde_json::{Value, json};

use crate::wire;

/// A request: path and JSON body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The path, beginning with `/wallet` or, at the solid block, `/walletsolidity`.
    pub path: &'static str,
    /// The JSON body.
    pub body: String,
}

impl Question {
    fn new(path: &'static str, body: &Value) -> Self {
        Self { path, body: body.to_string() }
    }

    /// The first block, which tells the chain.
    pub fn genesis() -> Self {
        Self::new("/wallet/getblock", &json!({ "id_or_num": "0", "detail": false }))
    }

    /// The newest block's header.
    pub fn head() -> Self {
        Self::new("/wallet/getblock", &json!({ "detail": false }))
    }

    /// The newest solid block's header.
    pub fn solid() -> Self {
        Self::new("/walletsolidity/getblock", &json!({ "detail": false }))
    }

    /// A header by number, as the head chain has it.
    pub fn header(number: u64) -> Self {
        Self::new("/wallet/getblock", &json!({ "id_or_num": number.to_string(), "detail": false }))
    }

    /// A solid block's header by number.
    pub fn solid_header(number: u64) -> Self {
        Self::new("/walletsolidity/getblock", &json!({ "id_or_num": number.to_string(), "detail": false }))
    }

    /// A solid block. Asked of the solid interface, so that a node that is not there yet says nothing instead of
    /// something that may still be replaced.
    pub fn block(number: u64) -> Self {
        Self::new("/walletsolidity/getblockbynum", &json!({ "num": number }))
    }

    /// Solid blocks from `start` to before `end`, at most 100.
    pub fn blocks(start: u64, end: u64) -> Self {
        Self::new("/walletsolidity/getblockbylimitnext", &json!({ "startNum": start, "endNum": end }))
    }

    /// The receipts of a solid block.
    pub fn receipts(number: u64) -> Self {
        Self::new("/walletsolidity/gettransactioninfobyblocknum", &json!({ "num": number }))
    }

    /// The receipts of a block that may not be solid.
    pub fn head_receipts(number: u64) -> Self {
        Self::new("/wallet/gettransactioninfobyblocknum", &json!({ "num": number }))
    }

    /// An account at the solid block.
    pub fn account(address: Address) -> Self {
        Self::new("/walletsolidity/getaccount", &json!({ "address": address.to_hex21() }))
    }

    /// An account's resources, decayed to the head; only full nodes answer it.
    pub fn resources(address: Address) -> Self {
        Self::new("/wallet/getaccountresource", &json!({ "address": address.to_hex21() }))
    }

    /// Prices and limits.
    pub fn parameters() -> Self {
        Self::new("/wallet/getchainparameters", &json!({}))
    }

    /// A call that changes nothing, at the head.
    pub fn constant_call(request: &ConstantCallRequest) -> Self {
        Self::new("/wallet/triggerconstantcontract", &wire::call::question(request))
    }

    /// Sends a transaction.
    pub fn broadcast(raw_data: &HexBytes, signatures: &[HexBytes]) -> Self {
        Self::new("/wallet/broadcasthex", &wire::broadcast::question(raw_data, signatures))
    }
}
