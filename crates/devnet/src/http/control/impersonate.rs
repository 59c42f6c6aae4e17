//! `POST /devnet/impersonate {"type": "TransferContract", "contract": {"owner_address": "T…", …}}`: acts for an account
//! without its keys, as the thief of a key does.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use serde::Deserialize;
use serde_json::{Value, json};
use tron_tx::ContractType;

use super::{ControlError, Outcome};
use crate::chain::At;
use crate::http::builders::unsigned;
use crate::http::params::Params;
use crate::http::wire;
use crate::node::Node;

/// What to do in whose name; the contract's fields in the node's visible form.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Deed {
    #[serde(rename = "type")]
    kind: String,
    contract: Value,
}

/// An ordinary transaction in everything but its signature, which nobody made.
pub(super) async fn act(State(node): State<Arc<Node>>, deed: Result<Json<Deed>, JsonRejection>) -> Outcome {
    let Json(deed) = deed?;
    let kind = ContractType::from_name(&deed.kind).ok_or_else(|| ControlError::bad(&"no such type of contract"))?;
    let payload = wire::parse_payload(kind, &deed.contract, true).map_err(|error| ControlError::bad(&error.text()))?;
    let mut chain = node.chain_mut();
    let now = node.shared().now();
    let transaction = unsigned(chain.view(At::Pending), payload, &Params::default(), now)
        .map_err(|error| ControlError::bad(&error.text()))?;
    let txid = chain.impersonate(transaction, now).map_err(|refused| ControlError::bad(&refused))?;
    Ok(Json(json!({ "txid": txid })))
}
