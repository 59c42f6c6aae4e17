//! `POST /devnet/token {"action": "pause"}`: what the token's owner may do, done with the owner's key.

use std::sync::Arc;

use alloy_primitives::{Address as Evm, U256};
use alloy_sol_types::SolValue;
use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use primitives::{Address, Usdt};
use serde::Deserialize;
use serde_json::json;
use tron_tx::hash::keccak256;

use super::Outcome;
use super::owner_call::{self, token_address};
use crate::node::Node;

/// One of the owner's powers.
#[derive(Debug, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Action {
    Pause,
    Unpause,
    AddBlackList {
        address: Address,
    },
    RemoveBlackList {
        address: Address,
    },
    DestroyBlackFunds {
        address: Address,
    },
    /// Basis points below 20, and the most that one payment costs in whole tokens below 50.
    SetFee {
        basis_points: u64,
        maximum: u64,
    },
    Issue {
        amount: Usdt,
    },
    Redeem {
        amount: Usdt,
    },
}

impl Action {
    fn calldata(&self) -> Vec<u8> {
        let evm = |address: &Address| Evm::from(address.evm()).abi_encode();
        let units = |amount: &Usdt| U256::from(amount.units()).abi_encode();
        let (signature, arguments) = match self {
            Self::Pause => ("pause()", Vec::new()),
            Self::Unpause => ("unpause()", Vec::new()),
            Self::AddBlackList { address } => ("addBlackList(address)", evm(address)),
            Self::RemoveBlackList { address } => ("removeBlackList(address)", evm(address)),
            Self::DestroyBlackFunds { address } => ("destroyBlackFunds(address)", evm(address)),
            Self::SetFee { basis_points, maximum } => {
                ("setParams(uint256,uint256)", (U256::from(*basis_points), U256::from(*maximum)).abi_encode_params())
            }
            Self::Issue { amount } => ("issue(uint256)", units(amount)),
            Self::Redeem { amount } => ("redeem(uint256)", units(amount)),
        };
        let mut data = keccak256(signature.as_bytes())[..4].to_vec();
        data.extend(arguments);
        data
    }
}

/// An ordinary transaction; it works from the next block on, and its receipt tells whether the token agreed.
pub(super) async fn act(State(node): State<Arc<Node>>, action: Result<Json<Action>, JsonRejection>) -> Outcome {
    let Json(action) = action?;
    let token = token_address(&node)?;
    Ok(Json(json!({ "txid": owner_call::call(&node, token, action.calldata())? })))
}
