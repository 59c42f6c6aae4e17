//! UnfreezeBalanceV2Contract (java-tron `UnfreezeBalanceV2Actuator`): stake on its way out, for 14 days.

use primitives::{Address, UnixMs};
use tron_tx::proto::UnfreezeBalanceV2Contract;

use super::{Effects, Scene, address, existing, rewards, staked_resource};
use crate::resource::limits::{TRX, restake};
use crate::state::{Account, StakedResource, State, Unfreezing};

/// Requests that may be under way at once.
pub(crate) const MAX_UNFREEZING: usize = 32;
const DAY_MS: u64 = 86_400_000;

/// Requests of the account that are not over yet.
pub(crate) fn under_way(account: &Account, now: UnixMs) -> usize {
    account.unfreezing.iter().filter(|entry| entry.expires_at > now).count()
}

pub(super) fn validate(state: &State, scene: Scene<'_>, contract: &UnfreezeBalanceV2Contract) -> Result<(), String> {
    let owner = existing(state, &contract.owner_address, "does not exist")?;
    let resource = staked_resource(contract.resource)
        .ok_or_else(|| "ResourceCode error.valid ResourceCode[BANDWIDTH、Energy]".to_owned())?;
    let Some(account) = state.account(&owner) else { return Err("Invalid address".to_owned()) };
    let frozen = *account.frozen.of(resource);
    if frozen <= 0 {
        return Err(match resource {
            StakedResource::Bandwidth => "no frozenBalance(BANDWIDTH)".to_owned(),
            StakedResource::Energy => "no frozenBalance(Energy)".to_owned(),
        });
    }
    if contract.unfreeze_balance <= 0 || contract.unfreeze_balance > frozen {
        return Err(format!("Invalid unfreeze_balance, [{}] is error", contract.unfreeze_balance));
    }
    if under_way(account, scene.now) >= MAX_UNFREEZING {
        return Err("Invalid unfreeze operation, unfreezing times is over limit".to_owned());
    }
    Ok(())
}

pub(super) fn execute(state: &mut State, scene: Scene<'_>, contract: &UnfreezeBalanceV2Contract) -> Effects {
    let owner = address(&contract.owner_address);
    let resource = staked_resource(contract.resource).unwrap_or(StakedResource::Bandwidth);
    let amount = contract.unfreeze_balance;
    rewards::settle(state, owner);
    let withdraw_expire_amount = pay_expired(state, owner, scene.now);
    let delay = DAY_MS.saturating_mul(scene.rules.unfreeze_delay_days.unsigned_abs());
    let (before, after) = state.change(owner, |account| {
        let before = account.own_stake(resource);
        *account.frozen.of_mut(resource) -= amount;
        account.unfreezing.push(Unfreezing { resource, amount, expires_at: scene.now.plus_ms(delay) });
        cut_votes(account);
        (before, account.own_stake(resource))
    });
    restake(state, resource, before, after);
    Effects { unfreeze_amount: amount, withdraw_expire_amount, ..Effects::default() }
}

/// Pays out the requests that are over.
pub(super) fn pay_expired(state: &mut State, owner: Address, now: UnixMs) -> i64 {
    state.change(owner, |account| {
        let expired: i64 =
            account.unfreezing.iter().filter(|entry| entry.expires_at <= now).map(|entry| entry.amount).sum();
        account.unfreezing.retain(|entry| entry.expires_at > now);
        account.balance += expired;
        expired
    })
}

/// Shrinks votes in proportion when less stake than votes is left.
fn cut_votes(account: &mut Account) {
    let total: i64 = account.votes.iter().map(|(_, count)| count).sum();
    let power = account.tron_power();
    if total == 0 || power >= total.saturating_mul(TRX) {
        return;
    }
    let scaled = |count: i64| {
        let share = i128::from(count) * i128::from(power) / i128::from(total) / i128::from(TRX);
        i64::try_from(share).unwrap_or(i64::MAX)
    };
    account.votes.iter_mut().for_each(|(_, count)| *count = scaled(*count));
    account.votes.retain(|(_, count)| *count > 0);
}
