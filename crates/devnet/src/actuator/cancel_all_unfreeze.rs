//! CancelAllUnfreezeV2Contract (java-tron `CancelAllUnfreezeV2Actuator`): what is on its way out becomes stake again.

use tron_tx::proto::CancelAllUnfreezeV2Contract;

use super::{Effects, RESOURCES, Scene, address, existing, unfreeze};
use crate::resource::limits::restake;
use crate::state::{PerResource, State};

pub(super) fn validate(state: &State, contract: &CancelAllUnfreezeV2Contract) -> Result<(), String> {
    let owner = existing(state, &contract.owner_address, "not exists")?;
    if state.account(&owner).is_some_and(|account| account.unfreezing.is_empty()) {
        return Err("No unfreezeV2 list to cancel".to_owned());
    }
    Ok(())
}

pub(super) fn execute(state: &mut State, scene: Scene<'_>, contract: &CancelAllUnfreezeV2Contract) -> Effects {
    let owner = address(&contract.owner_address);
    let withdraw_expire_amount = unfreeze::pay_expired(state, owner, scene.now);
    let mut cancelled = PerResource::<i64>::default();
    for resource in RESOURCES {
        let (before, after) = state.change(owner, |account| {
            let before = account.own_stake(resource);
            let back: i64 =
                account.unfreezing.iter().filter(|entry| entry.resource == resource).map(|entry| entry.amount).sum();
            account.unfreezing.retain(|entry| entry.resource != resource);
            *account.frozen.of_mut(resource) += back;
            *cancelled.of_mut(resource) = back;
            (before, account.own_stake(resource))
        });
        restake(state, resource, before, after);
    }
    Effects { withdraw_expire_amount, cancel_unfreeze: Some(cancelled), ..Effects::default() }
}
