//! Calls of smart contracts.

use primitives::{Address, Sun};

use super::field;
use crate::decode_error::DecodeError;
use crate::proto;

/// `TriggerSmartContract`: calls a contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trigger {
    /// Who calls and pays the energy.
    pub owner: Address,
    /// The contract called.
    pub contract: Address,
    /// TRX sent along.
    pub call_value: Sun,
    /// Selector and arguments.
    pub calldata: Vec<u8>,
    /// Units of a TRC-10 token sent along.
    pub call_token_value: u64,
    /// Which TRC-10 token, 0 for none.
    pub token_id: u64,
}

impl Trigger {
    /// A call that sends nothing along.
    pub const fn new(owner: Address, contract: Address, calldata: Vec<u8>) -> Self {
        Self { owner, contract, call_value: Sun::ZERO, calldata, call_token_value: 0, token_id: 0 }
    }

    /// Whether TRX or a TRC-10 token goes along, which no TRC-20 call needs.
    pub const fn sends_value(&self) -> bool {
        !self.call_value.is_zero() || self.call_token_value != 0 || self.token_id != 0
    }

    pub(super) fn decode(owner: Address, m: proto::TriggerSmartContract) -> Result<Self, DecodeError> {
        Ok(Self {
            owner,
            contract: field::address("contract_address", &m.contract_address)?,
            call_value: field::sun("call_value", m.call_value)?,
            calldata: m.call_data,
            call_token_value: field::count("call_token_value", m.call_token_value)?,
            token_id: field::count("token_id", m.token_id)?,
        })
    }

    pub(super) fn to_message(&self) -> proto::TriggerSmartContract {
        proto::TriggerSmartContract {
            owner_address: self.owner.to_bytes21().into(),
            contract_address: self.contract.to_bytes21().into(),
            call_value: self.call_value.to_i64(),
            call_data: self.calldata.clone(),
            call_token_value: self.call_token_value.cast_signed(),
            token_id: self.token_id.cast_signed(),
        }
    }
}
