//! UnDelegateResourceContract (java-tron `UnDelegateResourceActuator`): taking lent stake back, with the use that goes
//! with it.

use primitives::Address;
use tron_tx::proto::UnDelegateResourceContract;

use super::delegate::{store, unlock_expired};
use super::{Effects, Scene, address, existing, staked_resource};
use crate::resource::limits::for_stake;
use crate::resource::recovery::{increased, merged};
use crate::state::{StakedResource, State};

pub(super) fn validate(state: &State, scene: Scene<'_>, contract: &UnDelegateResourceContract) -> Result<(), String> {
    let owner = existing(state, &contract.owner_address, "does not exist")?;
    let receiver = Address::from_bytes21(&contract.receiver_address).map_err(|_| "Invalid receiverAddress")?;
    if receiver == owner {
        return Err("receiverAddress must not be the same as ownerAddress".to_owned());
    }
    let free = state.delegations.get(&(owner, receiver, false));
    let locked = state.delegations.get(&(owner, receiver, true));
    if free.is_none() && locked.is_none() {
        return Err("delegated Resource does not exist".to_owned());
    }
    if contract.balance <= 0 {
        return Err("unDelegateBalance must be more than 0 TRX".to_owned());
    }
    let resource = staked_resource(contract.resource)
        .ok_or_else(|| "ResourceCode error.valid ResourceCode[BANDWIDTH、Energy]".to_owned())?;
    let unlocked = locked.filter(|part| part.expired(resource, scene.now));
    let loose: i64 = [free, unlocked].into_iter().flatten().map(|part| part.amount.of(resource)).sum();
    if loose < contract.balance {
        let name = match resource {
            StakedResource::Bandwidth => "delegatedFrozenBalance(BANDWIDTH)",
            StakedResource::Energy => "delegateFrozenBalance(Energy)",
        };
        return Err(format!("insufficient {name}, request={}, unlock_balance={loose}", contract.balance));
    }
    Ok(())
}

pub(super) fn execute(state: &mut State, scene: Scene<'_>, contract: &UnDelegateResourceContract) -> Effects {
    let (owner, receiver) = (address(&contract.owner_address), address(&contract.receiver_address));
    let resource = staked_resource(contract.resource).unwrap_or(StakedResource::Bandwidth);
    let amount = contract.balance;
    let moved = take_use(state, scene, receiver, resource, amount);

    unlock_expired(state, owner, receiver, scene.now);
    let key = (owner, receiver, false);
    let mut lent = state.delegations.get(&key).copied().unwrap_or_default();
    *lent.amount.of_mut(resource) -= amount;
    store(state, key, lent);
    if !state.delegations.contains_key(&key) && !state.delegations.contains_key(&(owner, receiver, true)) {
        state.givers.remove_mut(&(receiver, owner));
    }
    let receiver_usage = state.account(&receiver).map(|account| *account.usage.of(resource));
    state.change(owner, |account| {
        *account.frozen.of_mut(resource) += amount;
        *account.delegated.of_mut(resource) -= amount;
        if let Some(receiver_usage) = receiver_usage.filter(|_| moved > 0) {
            let usage = account.usage.of_mut(resource);
            *usage = merged(usage, &receiver_usage, moved, scene.slot);
        }
    });
    Effects::default()
}

/// Takes the stake, and the use that belongs to it, from the receiver; returns how much use that is.
fn take_use(state: &mut State, scene: Scene<'_>, receiver: Address, resource: StakedResource, amount: i64) -> i64 {
    let most = for_stake(amount, resource, state, scene.rules);
    if state.account(&receiver).is_none() {
        return 0;
    }
    state.change(receiver, |account| {
        let usage = increased(account.usage.of(resource), 0, scene.slot);
        let stake = account.usable_stake(resource);
        let share = if stake == 0 { 0 } else { i128::from(usage.used) * i128::from(amount) / i128::from(stake) };
        let moved = most.min(i64::try_from(share).unwrap_or(i64::MAX));
        *account.usage.of_mut(resource) = usage;
        account.usage.of_mut(resource).used -= moved;
        let acquired = account.acquired.of_mut(resource);
        *acquired = (*acquired - amount).max(0);
        moved
    })
}
