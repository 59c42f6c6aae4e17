//! One file per contract type: what it demands (`validate`) and what it does (`execute`), as java-tron's actuators.
//! `validate` changes nothing; `execute` relies on it.

mod account_create;
mod account_update;
mod cancel_all_unfreeze;
mod contract_settings;
pub(crate) mod delegate;
mod freeze;
mod permission_update;
pub(crate) mod rewards;
mod transfer;
mod undelegate;
pub(crate) mod unfreeze;
mod vote;
mod withdraw_balance;
mod withdraw_expire;

use primitives::{Address, UnixMs};
use tron_tx::Payload;
use tron_tx::proto::ResourceCode;

use crate::params::ChainParams;
use crate::resource::slot_of;
use crate::state::{PerResource, StakedResource, State};

/// What every actuator may know beside the state.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scene<'a> {
    pub(crate) rules: &'a ChainParams,
    /// Time of the head block, which is "now" for every rule.
    pub(crate) now: UnixMs,
    /// The same as a slot of 3 s.
    pub(crate) slot: i64,
}

impl<'a> Scene<'a> {
    /// The scene at the state's head.
    pub(crate) fn new(state: &State, rules: &'a ChainParams, genesis: UnixMs) -> Self {
        let now = state.totals.head_time;
        Self { rules, now, slot: slot_of(now, genesis) }
    }
}

/// What a system contract tells beside changing the state.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Effects {
    /// Sun that the contract itself burned.
    pub(crate) fee: i64,
    pub(crate) withdraw_amount: i64,
    pub(crate) unfreeze_amount: i64,
    pub(crate) withdraw_expire_amount: i64,
    pub(crate) cancel_unfreeze: Option<PerResource<i64>>,
}

/// Checks a system contract against the state. The error is the actuator's text.
pub(crate) fn validate(state: &State, scene: Scene<'_>, payload: &Payload) -> Result<(), String> {
    match payload {
        Payload::Transfer(contract) => transfer::validate(state, scene, contract),
        Payload::AccountCreate(contract) => account_create::validate(state, scene, contract),
        Payload::AccountPermissionUpdate(contract) => permission_update::validate(state, contract),
        Payload::FreezeBalanceV2(contract) => freeze::validate(state, contract),
        Payload::UnfreezeBalanceV2(contract) => unfreeze::validate(state, scene, contract),
        Payload::WithdrawExpireUnfreeze(contract) => withdraw_expire::validate(state, scene, contract),
        Payload::CancelAllUnfreezeV2(contract) => cancel_all_unfreeze::validate(state, contract),
        Payload::DelegateResource(contract) => delegate::validate(state, scene, contract),
        Payload::UnDelegateResource(contract) => undelegate::validate(state, scene, contract),
        Payload::VoteWitness(contract) => vote::validate(state, contract),
        Payload::WithdrawBalance(contract) => withdraw_balance::validate(state, scene, contract),
        Payload::AccountUpdate(contract) => account_update::validate(state, contract),
        Payload::UpdateSetting(contract) => contract_settings::validate_percent(state, contract),
        Payload::UpdateEnergyLimit(contract) => contract_settings::validate_energy_limit(state, contract),
        Payload::ClearAbi(contract) => contract_settings::validate_clear(state, contract),
        Payload::TransferAsset(_) => Err("No asset!".to_owned()),
        _ => Err("this kind of contract is not part of the devnet".to_owned()),
    }
}

/// Performs a system contract that [`validate`] accepted. The error is what only shows now.
pub(crate) fn execute(state: &mut State, scene: Scene<'_>, payload: &Payload) -> Result<Effects, String> {
    Ok(match payload {
        Payload::Transfer(contract) => transfer::execute(state, scene, contract),
        Payload::AccountCreate(contract) => account_create::execute(state, scene, contract),
        Payload::AccountPermissionUpdate(contract) => return permission_update::execute(state, scene, contract),
        Payload::FreezeBalanceV2(contract) => freeze::execute(state, contract),
        Payload::UnfreezeBalanceV2(contract) => unfreeze::execute(state, scene, contract),
        Payload::WithdrawExpireUnfreeze(contract) => withdraw_expire::execute(state, scene, contract),
        Payload::CancelAllUnfreezeV2(contract) => cancel_all_unfreeze::execute(state, scene, contract),
        Payload::DelegateResource(contract) => delegate::execute(state, scene, contract),
        Payload::UnDelegateResource(contract) => undelegate::execute(state, scene, contract),
        Payload::VoteWitness(contract) => vote::execute(state, contract),
        Payload::WithdrawBalance(contract) => withdraw_balance::execute(state, scene, contract),
        Payload::AccountUpdate(contract) => account_update::execute(state, contract),
        Payload::UpdateSetting(contract) => contract_settings::set_percent(state, contract),
        Payload::UpdateEnergyLimit(contract) => contract_settings::set_energy_limit(state, contract),
        Payload::ClearAbi(contract) => contract_settings::clear(state, contract),
        _ => return Err("this kind of contract is not part of the devnet".to_owned()),
    })
}

/// An address that validation has read already.
fn address(bytes: &[u8]) -> Address {
    Address::from_bytes21(bytes).unwrap_or(Address::ZERO)
}

/// The owner, or the text for there being no such account.
fn existing(state: &State, bytes: &[u8], ending: &str) -> Result<Address, String> {
    let owner = Address::from_bytes21(bytes).map_err(|_| "Invalid address".to_owned())?;
    match state.account(&owner) {
        Some(_) => Ok(owner),
        None => Err(format!("Account[{}] {ending}", owner.to_hex21())),
    }
}

/// Bandwidth or energy; TRON_POWER is for a resource model that mainnet has not enabled.
fn staked_resource(code: i32) -> Option<StakedResource> {
    match ResourceCode::try_from(code) {
        Ok(ResourceCode::Bandwidth) => Some(StakedResource::Bandwidth),
        Ok(ResourceCode::Energy) => Some(StakedResource::Energy),
        _ => None,
    }
}

const RESOURCES: [StakedResource; 2] = [StakedResource::Bandwidth, StakedResource::Energy];

#[cfg(test)]
mod tests;
