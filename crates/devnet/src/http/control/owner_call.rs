//! Transactions of the faucet's account, which owns the devnet's USDT.

use axum::http::StatusCode;
use primitives::{Address, TxId};
use tron_tx::Payload;
use tron_tx::proto::TriggerSmartContract;

use super::ControlError;
use crate::broadcast::ResponseCode;
use crate::http::builders::unsigned;
use crate::http::params::Params;
use crate::http::wire;
use crate::node::Node;

/// Enough for any of the token's functions, in sun.
const FEE_LIMIT: i64 = 100_000_000;

/// How many milliseconds the time may be moved when equal transactions meet in one.
const TRIES: u64 = 1_000;

/// Where USDT is; an error on a devnet without it.
pub(super) fn token_address(node: &Node) -> Result<Address, ControlError> {
    node.shared().usdt().ok_or_else(|| ControlError(StatusCode::NOT_FOUND, "this devnet has no USDT".to_owned()))
}

/// Calls the token as its owner.
pub(super) fn call(node: &Node, token: Address, data: Vec<u8>) -> Result<TxId, ControlError> {
    let owner = node.chain().config().faucet_key().address();
    let trigger = TriggerSmartContract {
        owner_address: owner.to_bytes21().to_vec(),
        contract_address: token.to_bytes21().to_vec(),
        call_data: data,
        ..TriggerSmartContract::default()
    };
    send(node, &trigger.into(), FEE_LIMIT)
}

/// Signs and broadcasts. Equal transactions of one block and millisecond would have one id, hence the moving time.
pub(super) fn send(node: &Node, payload: &Payload, fee_limit: i64) -> Result<TxId, ControlError> {
    let mut chain = node.chain_mut();
    let key = chain.config().faucet_key();
    let now = node.shared().now();
    let failed = |text: String| ControlError(StatusCode::CONFLICT, text);
    for moved in 0..TRIES {
        let view = chain.view(crate::chain::At::Pending);
        let mut transaction = unsigned(view, payload.clone(), &Params::default(), now.plus_ms(moved))
            .map_err(|error| failed(error.text()))?;
        if let Some(raw) = &mut transaction.raw_data {
            raw.fee_limit = fee_limit;
        }
        transaction.signature.push(key.sign(wire::txid(&transaction).as_bytes()));
        match chain.broadcast(transaction, now) {
            Ok(txid) => return Ok(txid),
            Err(refused) if refused.code == ResponseCode::DupTransactionError => {}
            Err(refused) => return Err(failed(refused.to_string())),
        }
    }
    Err(failed("too many equal transactions in one millisecond".to_owned()))
}
