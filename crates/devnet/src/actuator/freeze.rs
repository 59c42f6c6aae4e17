//! FreezeBalanceV2Contract (java-tron `FreezeBalanceV2Actuator`): TRX into stake.

use tron_tx::proto::FreezeBalanceV2Contract;

use super::{Effects, address, existing, staked_resource};
use crate::resource::limits::{TRX, restake};
use crate::state::{StakedResource, State};

pub(super) fn validate(state: &State, contract: &FreezeBalanceV2Contract) -> Result<(), String> {
    let owner = existing(state, &contract.owner_address, "not exists")?;
    if contract.frozen_balance <= 0 {
        return Err("frozenBalance must be positive".to_owned());
    }
    if contract.frozen_balance < TRX {
        return Err("frozenBalance must be greater than or equal to 1 TRX".to_owned());
    }
    if state.account(&owner).is_some_and(|account| contract.frozen_balance > account.balance) {
        return Err("frozenBalance must be less than or equal to accountBalance".to_owned());
    }
    staked_resource(contract.resource)
        .map(|_| ())
        .ok_or_else(|| "ResourceCode error, valid ResourceCode[BANDWIDTH、ENERGY]".to_owned())
}

pub(super) fn execute(state: &mut State, contract: &FreezeBalanceV2Contract) -> Effects {
    let owner = address(&contract.owner_address);
    let resource = staked_resource(contract.resource).unwrap_or(StakedResource::Bandwidth);
    let (before, after) = state.change(owner, |account| {
        let before = account.own_stake(resource);
        account.balance -= contract.frozen_balance;
        *account.frozen.of_mut(resource) += contract.frozen_balance;
        (before, account.own_stake(resource))
    });
    restake(state, resource, before, after);
    Effects::default()
}
