//! DelegateResourceContract (java-tron `DelegateResourceActuator`): lending stake to another account's use.

use primitives::{Address, UnixMs};
use tron_tx::proto::DelegateResourceContract;

use super::{Effects, RESOURCES, Scene, address, existing, staked_resource};
use crate::resource::limits::{TRX, stake_in_use};
use crate::resource::recovery::recovered;
use crate::state::{AccountKind, Delegation, StakedResource, State};

/// Blocks that a lock lasts if none are given: three days.
const DEFAULT_LOCK: i64 = 86_400;
const BLOCK_MS: i64 = 3_000;

/// Stake of the owner that is neither lent nor in use, sun.
pub(crate) fn available(state: &State, scene: Scene<'_>, owner: &Address, resource: StakedResource) -> i64 {
    let Some(account) = state.account(owner) else { return 0 };
    let used = recovered(account.usage.of(resource), scene.slot);
    // What others lent is counted as used first.
    let in_use = stake_in_use(used, resource, state, scene.rules) - account.acquired.of(resource);
    account.frozen.of(resource) - in_use.max(0)
}

pub(super) fn validate(state: &State, scene: Scene<'_>, contract: &DelegateResourceContract) -> Result<(), String> {
    let owner = existing(state, &contract.owner_address, "not exists")?;
    if contract.balance < TRX {
        return Err("delegateBalance must be greater than or equal to 1 TRX".to_owned());
    }
    let resource = staked_resource(contract.resource)
        .ok_or_else(|| "ResourceCode error, valid ResourceCode[BANDWIDTH、ENERGY]".to_owned())?;
    if available(state, scene, &owner, resource) < contract.balance {
        let name = match resource {
            StakedResource::Bandwidth => "FreezeBandwidthV2",
            StakedResource::Energy => "FreezeEnergyV2",
        };
        return Err(format!("delegateBalance must be less than or equal to available {name} balance"));
    }
    let receiver = Address::from_bytes21(&contract.receiver_address).map_err(|_| "Invalid receiverAddress")?;
    if receiver == owner {
        return Err("receiverAddress must not be the same as ownerAddress".to_owned());
    }
    existing(state, &contract.receiver_address, "not exists")?;
    if contract.lock {
        check_lock(state, scene, contract, (owner, receiver), resource)?;
    }
    if state.account(&receiver).is_some_and(|account| account.kind == AccountKind::Contract) {
        return Err("Do not allow delegate resources to contract addresses".to_owned());
    }
    Ok(())
}

fn check_lock(
    state: &State,
    scene: Scene<'_>,
    contract: &DelegateResourceContract,
    (owner, receiver): (Address, Address),
    resource: StakedResource,
) -> Result<(), String> {
    let longest = scene.rules.max_delegate_lock_period;
    if contract.lock_period < 0 || contract.lock_period > longest {
        return Err(format!("The lock period of delegate resource cannot be less than 0 and cannot exceed {longest}!"));
    }
    let Some(running) = state.delegations.get(&(owner, receiver, true)) else { return Ok(()) };
    let remaining = running.expires_at.of(resource).to_i64() - scene.now.to_i64();
    if lock_ms(contract.lock_period) < remaining {
        let name = match resource {
            StakedResource::Bandwidth => "BANDWIDTH",
            StakedResource::Energy => "ENERGY",
        };
        return Err(format!(
            "The lock period for {name} this time cannot be less than the remaining time[{remaining}ms] of the last \
             lock period for {name}!"
        ));
    }
    Ok(())
}

const fn lock_ms(period: i64) -> i64 {
    let blocks = if period == 0 { DEFAULT_LOCK } else { period };
    blocks.saturating_mul(BLOCK_MS)
}

pub(super) fn execute(state: &mut State, scene: Scene<'_>, contract: &DelegateResourceContract) -> Effects {
    let (owner, receiver) = (address(&contract.owner_address), address(&contract.receiver_address));
    let resource = staked_resource(contract.resource).unwrap_or(StakedResource::Bandwidth);
    let amount = contract.balance;
    unlock_expired(state, owner, receiver, scene.now);
    let key = (owner, receiver, contract.lock);
    let mut lent = state.delegations.get(&key).copied().unwrap_or_default();
    *lent.amount.of_mut(resource) += amount;
    if contract.lock {
        let lock = lock_ms(contract.lock_period).unsigned_abs();
        *lent.expires_at.of_mut(resource) = scene.now.plus_ms(lock);
    }
    state.delegations.insert_mut(key, lent);
    state.givers.insert_mut((receiver, owner), ());
    state.change(owner, |account| {
        *account.frozen.of_mut(resource) -= amount;
        *account.delegated.of_mut(resource) += amount;
    });
    state.change(receiver, |account| *account.acquired.of_mut(resource) += amount);
    Effects::default()
}

/// Merges locked parts whose time is over into the unlocked one (java-tron `DelegatedResourceStore.unLockExpireResource`).
pub(super) fn unlock_expired(state: &mut State, owner: Address, receiver: Address, now: UnixMs) {
    let Some(mut locked) = state.delegations.get(&(owner, receiver, true)).copied() else { return };
    if RESOURCES.iter().all(|resource| !locked.expired(*resource, now)) {
        return;
    }
    let mut free = state.delegations.get(&(owner, receiver, false)).copied().unwrap_or_default();
    for resource in RESOURCES {
        if locked.expired(resource, now) {
            *free.amount.of_mut(resource) += std::mem::take(locked.amount.of_mut(resource));
            *locked.expires_at.of_mut(resource) = UnixMs(0);
        }
    }
    store(state, (owner, receiver, true), locked);
    store(state, (owner, receiver, false), free);
}

/// Stores what is lent, or forgets it when that is nothing.
pub(super) fn store(state: &mut State, key: crate::state::DelegationKey, lent: Delegation) {
    if lent.is_empty() {
        state.delegations.remove_mut(&key);
    } else {
        state.delegations.insert_mut(key, lent);
    }
}
