//! `POST /devnet/faucet {"address": "T…", "trx": "100", "usdt": "25"}`: money for a test.

use std::sync::Arc;

use alloy_primitives::U256;
use alloy_sol_types::SolValue;
use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use primitives::{Address, Sun, TxId, Usdt};
use serde::Deserialize;
use serde_json::{Value, json};
use tron_tx::hash::keccak256;
use tron_tx::proto::TransferContract;

use super::owner_call::{self, token_address};
use super::{ControlError, Outcome};
use crate::node::Node;

/// Whom to give what. At least one amount.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wish {
    address: Address,
    #[serde(default)]
    trx: Option<Sun>,
    #[serde(default)]
    usdt: Option<Usdt>,
}

/// The transfers are ordinary transactions from the faucet's account; they wait for the next block like any other.
pub(super) async fn pour(State(node): State<Arc<Node>>, wish: Result<Json<Wish>, JsonRejection>) -> Outcome {
    let Json(wish) = wish?;
    let mut answer = json!({ "address": wish.address, "txids": [] });
    let trx = wish.trx.filter(|amount| !amount.is_zero());
    let usdt = wish.usdt.filter(|amount| !amount.is_zero());
    if trx.is_none() && usdt.is_none() {
        return Err(ControlError::bad(&"trx or usdt must be more than 0"));
    }
    let owner = node.chain().config().faucet_key().address();
    if let Some(amount) = trx {
        let transfer = TransferContract {
            owner_address: owner.to_bytes21().to_vec(),
            to_address: wish.address.to_bytes21().to_vec(),
            amount: amount.to_i64(),
        };
        note(&mut answer, "trx_txid", owner_call::send(&node, &transfer.into(), 0)?);
    }
    if let Some(amount) = usdt {
        let token = token_address(&node)?;
        let mut data = keccak256(b"transfer(address,uint256)")[..4].to_vec();
        let to = alloy_primitives::Address::from(wish.address.evm());
        data.extend((to, U256::from(amount.units())).abi_encode_params());
        note(&mut answer, "usdt_txid", owner_call::call(&node, token, data)?);
    }
    Ok(Json(answer))
}

/// A txid by its name and in the list of all.
fn note(answer: &mut Value, name: &str, txid: TxId) {
    answer[name] = json!(txid);
    if let Some(all) = answer["txids"].as_array_mut() {
        all.push(json!(txid));
    }
}
