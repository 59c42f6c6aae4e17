//! Bandwidth and energy: limits from stake, use, recovery over a day, payment (java-tron `chainbase/db/*Processor`).

pub(crate) mod bandwidth;
pub(crate) mod energy;
pub(crate) mod limits;
pub(crate) mod recovery;

use primitives::{Address, UnixMs};

use crate::state::{StakedResource, State};

/// Length of the slots that recovery counts in, whatever the block time is.
pub(crate) const SLOT_MS: u64 = 3_000;

/// The slot of a time, counted from genesis.
pub(crate) fn slot_of(time: UnixMs, genesis: UnixMs) -> i64 {
    i64::try_from(time.ms_since(genesis) / SLOT_MS).unwrap_or(i64::MAX)
}

/// What an account has left of a staked resource at a slot.
pub(crate) fn staked_left(state: &State, address: &Address, resource: StakedResource, at: &Rules, slot: i64) -> i64 {
    let Some(account) = state.account(address) else { return 0 };
    let limit = limits::of(account, resource, state, at);
    (limit - recovery::recovered(account.usage.of(resource), slot)).max(0)
}

/// Adds to what an account uses of a staked resource.
pub(crate) fn use_staked(state: &mut State, address: Address, resource: StakedResource, amount: i64, slot: i64) {
    state.change(address, |account| {
        let usage = account.usage.of_mut(resource);
        *usage = recovery::increased(usage, amount, slot);
    });
}

/// The parameters that the rules of this module depend on.
pub(crate) type Rules = crate::params::ChainParams;

/// Takes sun from an account and burns it. False if it has not that much.
pub(crate) fn burn(state: &mut State, address: Address, sun: i64) -> bool {
    let paid = state.account(&address).is_some_and(|account| account.balance >= sun);
    if paid && sun > 0 {
        state.change(address, |account| account.balance -= sun);
        state.totals.burned = state.totals.burned.saturating_add(sun);
    }
    paid
}
