//! What a contract moves: how much of what, and to whom.

use primitives::Address;
use tron_tx::trc20::TokenCall;
use tron_tx::{Payload, proto};

use super::error::InspectError;

/// What moves, in the smallest units. The numbers are as the transaction has them, a negative one included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Moved {
    /// TRX, in sun.
    Sun(i64),
    /// A TRC-20 token, by its contract; the units in decimal because they may have 256 bits.
    Trc20 { contract: Address, units: String, approval: bool },
    /// A TRC-10 token, by its id.
    Trc10 { token: String, units: i64 },
}

/// To whom, and what; each absent where the contract has no such thing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Effect {
    pub(super) to: Option<Address>,
    pub(super) moved: Option<Moved>,
}

impl Effect {
    /// The effect of a contract; an address that is none is an error.
    pub(super) fn of(payload: &Payload) -> Result<Self, InspectError> {
        let sun = |sun: i64| Some(Moved::Sun(sun));
        Ok(match payload {
            Payload::Transfer(m) => Self::new(address("to_address", &m.to_address)?, Moved::Sun(m.amount)),
            Payload::TransferAsset(m) => {
                Self::new(address("to_address", &m.to_address)?, token(&m.asset_name, m.amount))
            }
            Payload::ParticipateAssetIssue(m) => Self::new(address("to_address", &m.to_address)?, Moved::Sun(m.amount)),
            Payload::TriggerSmartContract(m) => trigger(m)?,
            Payload::CreateSmartContract(m) => {
                let call_value = m.new_contract.as_ref().map_or(0, |contract| contract.call_value);
                Self { to: None, moved: sent(call_value, m.call_token_value, m.token_id)? }
            }
            Payload::AccountCreate(m) => Self::to(address("account_address", &m.account_address)?),
            Payload::FreezeBalance(m) => {
                Self { to: optional("receiver_address", &m.receiver_address)?, moved: sun(m.frozen_balance) }
            }
            Payload::UnfreezeBalance(m) => Self { to: optional("receiver_address", &m.receiver_address)?, moved: None },
            Payload::FreezeBalanceV2(m) => Self { to: None, moved: sun(m.frozen_balance) },
            Payload::UnfreezeBalanceV2(m) => Self { to: None, moved: sun(m.unfreeze_balance) },
            Payload::DelegateResource(m) => {
                Self::new(address("receiver_address", &m.receiver_address)?, Moved::Sun(m.balance))
            }
            Payload::UnDelegateResource(m) => {
                Self::new(address("receiver_address", &m.receiver_address)?, Moved::Sun(m.balance))
            }
            Payload::UpdateSetting(m) => Self::to(address("contract_address", &m.contract_address)?),
            Payload::UpdateEnergyLimit(m) => Self::to(address("contract_address", &m.contract_address)?),
            Payload::ClearAbi(m) => Self::to(address("contract_address", &m.contract_address)?),
            Payload::ExchangeInject(m) => Self { to: None, moved: Some(token_or_trx(&m.token_id, m.quant)) },
            Payload::ExchangeWithdraw(m) => Self { to: None, moved: Some(token_or_trx(&m.token_id, m.quant)) },
            Payload::ExchangeTransaction(m) => Self { to: None, moved: Some(token_or_trx(&m.token_id, m.quant)) },
            Payload::MarketSellAsset(m) => {
                Self { to: None, moved: Some(token_or_trx(&m.sell_token_id, m.sell_token_quantity)) }
            }
            Payload::ShieldedTransfer(m) => {
                Self { to: optional("transparent_to_address", &m.transparent_to_address)?, moved: None }
            }
            _ => Self::default(),
        })
    }

    const fn new(to: Address, moved: Moved) -> Self {
        Self { to: Some(to), moved: Some(moved) }
    }

    const fn to(to: Address) -> Self {
        Self { to: Some(to), moved: None }
    }
}

/// A call. Only calldata that is exactly a transfer or an approval, with nothing sent along, is read as one: with TRX
/// attached the same bytes would do something else, or fail.
fn trigger(m: &proto::TriggerSmartContract) -> Result<Effect, InspectError> {
    let contract = address("contract_address", &m.contract_address)?;
    let moved = sent(m.call_value, m.call_token_value, m.token_id)?;
    if moved.is_some() {
        return Ok(Effect { to: Some(contract), moved });
    }
    let trc20 = |to, units: String, approval| Effect::new(to, Moved::Trc20 { contract, units, approval });
    Ok(match TokenCall::decode_as_executed(&m.call_data) {
        Ok(TokenCall::Transfer { to, value }) => trc20(to, value.to_string(), false),
        Ok(TokenCall::Approve { spender, value }) => trc20(spender, value.to_string(), true),
        Err(_) => Effect::to(contract),
    })
}

/// What a call or a deployment sends along.
fn sent(sun: i64, units: i64, token: i64) -> Result<Option<Moved>, InspectError> {
    match (sun, units) {
        (0, 0) => Ok(None),
        (sun, 0) => Ok(Some(Moved::Sun(sun))),
        (0, units) => Ok(Some(Moved::Trc10 { token: token.to_string(), units })),
        (sun, units) => Err(InspectError::TwoValues { sun, units, token }),
    }
}

/// The exchange writes TRX as `_`.
fn token_or_trx(name: &[u8], units: i64) -> Moved {
    if name == b"_" { Moved::Sun(units) } else { token(name, units) }
}

fn token(name: &[u8], units: i64) -> Moved {
    Moved::Trc10 { token: text(name), units }
}

/// Bytes that are meant as text: as text if they are, else in hexadecimal behind `0x`.
pub(super) fn text(bytes: &[u8]) -> String {
    std::str::from_utf8(bytes).map_or_else(|_| format!("0x{}", hex::encode(bytes)), str::to_owned)
}

pub(super) fn address(field: &'static str, bytes: &[u8]) -> Result<Address, InspectError> {
    Address::from_bytes21(bytes).map_err(|flaw| InspectError::field(field, flaw))
}

/// An address that may be left out.
pub(super) fn optional(field: &'static str, bytes: &[u8]) -> Result<Option<Address>, InspectError> {
    if bytes.is_empty() { Ok(None) } else { address(field, bytes).map(Some) }
}
