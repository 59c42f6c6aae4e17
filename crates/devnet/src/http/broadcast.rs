//! Taking in transactions: `broadcasttransaction` and `broadcasthex`.

use primitives::TxId;
use serde_json::{Value, json};
use tron_tx::proto::Transaction;

use super::answer::{Answer, NodeError};
use super::ask::Ask;
use super::endpoint::Endpoint;
use super::wire;
use crate::broadcast::{BroadcastError, ResponseCode};
use crate::faults::{Kind, Point};

pub(super) const ENDPOINTS: &[Endpoint] =
    &[Endpoint::post_full("broadcasttransaction", transaction), Endpoint::post_full("broadcasthex", encoded)];

/// The transaction is rebuilt from `raw_data`; `raw_data_hex` and `txID` are not looked at (java-tron
/// `Util.packTransaction`).
fn transaction(ask: &Ask<'_>) -> Answer {
    let (transaction, visible) = wire::parse_transaction(&ask.params.object())?;
    Ok(match send(ask, transaction) {
        Ok(txid) => json!({ "result": true, "txid": txid.to_string() }),
        Err(refused) => {
            let message = if visible { refused.message.clone() } else { hex::encode(&refused.message) };
            json!({ "code": refused.code.name(), "txid": refused.txid.to_string(), "message": message })
        }
    })
}

/// Here the message is text, and the transaction's JSON is a text inside the answer (java-tron `BroadcastHexServlet`).
fn encoded(ask: &Ask<'_>) -> Answer {
    let bytes = ask.params.bytes("transaction")?.ok_or_else(NodeError::null_pointer)?;
    let transaction = wire::decode_transaction(&bytes)?;
    let document: Value = wire::transaction(&transaction, ask.visible());
    let (result, code, message, txid) = match send(ask, transaction) {
        Ok(txid) => (true, "SUCCESS", String::new(), txid),
        Err(refused) => (false, refused.code.name(), refused.message, refused.txid),
    };
    Ok(json!({
        "result": result,
        "code": code,
        "message": message,
        "transaction": document.to_string(),
        "txid": txid.to_string(),
    }))
}

fn send(ask: &Ask<'_>, transaction: Transaction) -> Result<TxId, BroadcastError> {
    let txid = wire::txid(&transaction);
    let refusal = |code, message: &str| Err(BroadcastError { code, message: message.to_owned(), txid });
    if ask.node.swallows(&txid) {
        return refusal(ResponseCode::DupTransactionError, "Transaction already exists.");
    }
    let fault = ask.fault(Point::Broadcast).map(|fault| fault.fault);
    match fault {
        Some(Kind::BusyBroadcast) => return refusal(ResponseCode::ServerBusy, "Server busy."),
        Some(Kind::DupBroadcast) => return refusal(ResponseCode::DupTransactionError, "Transaction already exists."),
        _ => {}
    }
    let mut chain = ask.node.chain_mut();
    let sent = chain.broadcast(transaction, ask.now)?;
    if matches!(fault, Some(Kind::DropBroadcast | Kind::BlackholeBroadcast)) {
        chain.drop_pending(&sent);
        if fault == Some(Kind::BlackholeBroadcast) {
            ask.node.swallow(sent);
        }
    }
    Ok(sent)
}
