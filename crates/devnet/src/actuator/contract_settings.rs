//! UpdateSettingContract, UpdateEnergyLimitContract and ClearABIContract (java-tron's actuators of these names): what the
//! deployer of a contract may change about it afterwards.

use std::sync::Arc;

use primitives::Address;
use tron_tx::proto::{ClearAbiContract, UpdateEnergyLimitContract, UpdateSettingContract};

use super::{Effects, address, existing};
use crate::state::{Contract, State};

/// The contract, if `owner` deployed it.
fn owned<'a>(state: &'a State, owner: &[u8], contract: &[u8], unknown: &str) -> Result<&'a Contract, String> {
    let owner = existing(state, owner, "does not exist")?;
    let found = Address::from_bytes21(contract).ok().and_then(|at| state.contract(&at)).ok_or(unknown)?;
    if found.creator == owner {
        Ok(found)
    } else {
        Err(format!("Account[{}] is not the owner of the contract", owner.to_hex21()))
    }
}

fn change(state: &mut State, contract: &[u8], change: impl FnOnce(&mut Contract)) -> Effects {
    let at = address(contract);
    if let Some(found) = state.contract(&at) {
        let mut changed = Contract::clone(found);
        change(&mut changed);
        state.contracts.insert_mut(at, Arc::new(changed));
    }
    Effects::default()
}

pub(super) fn validate_percent(state: &State, contract: &UpdateSettingContract) -> Result<(), String> {
    existing(state, &contract.owner_address, "does not exist")?;
    if !(0..=100).contains(&contract.consume_user_resource_percent) {
        return Err("percent not in [0, 100]".to_owned());
    }
    owned(state, &contract.owner_address, &contract.contract_address, "Contract does not exist").map(|_| ())
}

pub(super) fn set_percent(state: &mut State, contract: &UpdateSettingContract) -> Effects {
    change(state, &contract.contract_address, |found| {
        found.caller_percent = contract.consume_user_resource_percent;
        found.description.consume_user_resource_percent = contract.consume_user_resource_percent;
    })
}

pub(super) fn validate_energy_limit(state: &State, contract: &UpdateEnergyLimitContract) -> Result<(), String> {
    existing(state, &contract.owner_address, "does not exist")?;
    if contract.origin_energy_limit <= 0 {
        return Err("origin energy limit must be > 0".to_owned());
    }
    owned(state, &contract.owner_address, &contract.contract_address, "Contract does not exist").map(|_| ())
}

pub(super) fn set_energy_limit(state: &mut State, contract: &UpdateEnergyLimitContract) -> Effects {
    change(state, &contract.contract_address, |found| {
        found.creator_energy_limit = contract.origin_energy_limit;
        found.description.origin_energy_limit = contract.origin_energy_limit;
    })
}

pub(super) fn validate_clear(state: &State, contract: &ClearAbiContract) -> Result<(), String> {
    owned(state, &contract.owner_address, &contract.contract_address, "Contract not exists").map(|_| ())
}

pub(super) fn clear(state: &mut State, contract: &ClearAbiContract) -> Effects {
    change(state, &contract.contract_address, |found| found.description.abi = None)
}
