//! How much energy a call may use and who pays for what it used (java-tron `VMActuator`, `ReceiptCapsule`).

use primitives::Address;

use super::{Rules, burn, staked_left, use_staked};
use crate::state::{Contract, StakedResource, State};

/// What a call's energy cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Paid {
    /// The caller's staked energy.
    pub(crate) usage: i64,
    /// Sun that the caller burned.
    pub(crate) fee: i64,
    /// The creator's staked energy.
    pub(crate) origin_usage: i64,
}

/// The caller's own cap: stake and balance, under the fee limit, which binds staked energy too.
pub(crate) fn caller_cap(
    state: &State,
    rules: &Rules,
    caller: &Address,
    fee_limit: i64,
    call_value: i64,
    slot: i64,
) -> i64 {
    let price = rules.energy_fee.max(1);
    let balance = state.account(caller).map_or(0, |account| account.balance);
    let bought = (balance - call_value).max(0) / price;
    let staked = staked_left(state, caller, StakedResource::Energy, rules, slot);
    staked.saturating_add(bought).min(fee_limit / price)
}

/// The cap of a call: the caller's and the creator's share.
pub(crate) fn call_cap(
    state: &State,
    rules: &Rules,
    contract: &Contract,
    caller: &Address,
    caller_cap: i64,
    slot: i64,
) -> i64 {
    if contract.creator == *caller {
        return caller_cap;
    }
    let left = staked_left(state, &contract.creator, StakedResource::Energy, rules, slot);
    let given = left.min(contract.creator_energy_limit);
    let percent = i128::from(contract.caller_percent);
    let share = match percent {
        0 => given,
        1..100 => {
            let share = i128::from(caller_cap) * (100 - percent) / percent;
            i64::try_from(share).unwrap_or(i64::MAX).min(given)
        }
        _ => 0,
    };
    caller_cap.saturating_add(share)
}

/// Charges the energy that a call used. The error is who could not pay.
pub(crate) fn pay(
    state: &mut State,
    rules: &Rules,
    contract: Option<&Contract>,
    caller: Address,
    total: i64,
    slot: i64,
) -> Result<Paid, Address> {
    let mut paid = Paid::default();
    if total <= 0 {
        return Ok(paid);
    }
    if let Some(contract) = contract.filter(|contract| contract.creator != caller) {
        let share = i128::from(total) * (100 - i128::from(contract.caller_percent)) / 100;
        let left = staked_left(state, &contract.creator, StakedResource::Energy, rules, slot);
        paid.origin_usage =
            i64::try_from(share).unwrap_or(i64::MAX).min(left).min(contract.creator_energy_limit).max(0);
        if paid.origin_usage > 0 {
            use_staked(state, contract.creator, StakedResource::Energy, paid.origin_usage, slot);
        }
    }
    let own = total - paid.origin_usage;
    paid.usage = staked_left(state, &caller, StakedResource::Energy, rules, slot).min(own);
    paid.fee = (own - paid.usage).saturating_mul(rules.energy_fee);
    if paid.usage > 0 {
        use_staked(state, caller, StakedResource::Energy, paid.usage, slot);
    }
    if burn(state, caller, paid.fee) { Ok(paid) } else { Err(caller) }
}

#[cfg(test)]
mod tests;
