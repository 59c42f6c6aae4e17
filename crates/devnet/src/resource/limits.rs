//! What stake buys: a share of the network's daily total (java-tron `calculateGlobalNetLimit`,
//! `calculateGlobalEnergyLimit` in the Stake 2.0 form, where fractions of a TRX count).

use super::Rules;
use crate::state::{Account, StakedResource, State};

/// Sun in a TRX.
pub(crate) const TRX: i64 = 1_000_000;

/// The network's daily total of a resource.
pub(crate) const fn total(resource: StakedResource, rules: &Rules) -> i64 {
    match resource {
        StakedResource::Bandwidth => rules.total_net_limit,
        StakedResource::Energy => rules.total_energy_limit,
    }
}

/// Units a day for an amount of stake. Exact, where java-tron divides doubles and may be one unit lower.
pub(crate) fn for_stake(sun: i64, resource: StakedResource, state: &State, rules: &Rules) -> i64 {
    let weight = *state.totals.weight.of(resource);
    if weight <= 0 {
        return 0;
    }
    let units = i128::from(sun) * i128::from(total(resource, rules)) / (i128::from(TRX) * i128::from(weight));
    i64::try_from(units).unwrap_or(i64::MAX)
}

/// The account's units a day.
pub(crate) fn of(account: &Account, resource: StakedResource, state: &State, rules: &Rules) -> i64 {
    for_stake(account.usable_stake(resource), resource, state, rules)
}

/// Sun of stake behind an amount in use, the inverse of [`for_stake`].
pub(crate) fn stake_in_use(used: i64, resource: StakedResource, state: &State, rules: &Rules) -> i64 {
    let limit = total(resource, rules);
    if limit <= 0 {
        return 0;
    }
    let weight = *state.totals.weight.of(resource);
    let sun = i128::from(used) * i128::from(TRX) * i128::from(weight) / i128::from(limit);
    i64::try_from(sun).unwrap_or(i64::MAX)
}

/// Counts a change of somebody's stake into the network's weight, which has whole TRX of each account.
pub(crate) fn restake(state: &mut State, resource: StakedResource, before: i64, after: i64) {
    let weight = state.totals.weight.of_mut(resource);
    *weight = (*weight + after / TRX - before / TRX).max(0);
}

#[cfg(test)]
mod tests {
    use primitives::{Address, UnixMs};

    use super::*;
    use crate::state::{AccountKind, Totals};

    fn network(net_trx: i64, energy_trx: i64) -> State {
        let mut state = State::empty(Totals::at_genesis(UnixMs(0)));
        state.totals.weight.bandwidth = net_trx;
        state.totals.weight.energy = energy_trx;
        state
    }

    #[test]
    fn a_share_of_the_total_for_a_share_of_the_stake() {
        let state = network(26_000_000_000, 19_000_000_000);
        let rules = Rules::default();
        let mut account = Account::new(Address::ZERO, AccountKind::Normal, UnixMs(0));
        account.frozen.energy = 1_000 * TRX;
        account.acquired.energy = 500 * TRX + 1;
        assert_eq!(of(&account, StakedResource::Energy, &state, &rules), 14_210);
        assert_eq!(of(&account, StakedResource::Bandwidth, &state, &rules), 0);
        // Fractions of a TRX count since Stake 2.0.
        account.frozen.bandwidth = 900_000;
        assert_eq!(of(&account, StakedResource::Bandwidth, &state, &rules), 1);
    }

    #[test]
    fn no_stake_at_all_gives_nothing() {
        assert_eq!(for_stake(TRX, StakedResource::Energy, &network(0, 0), &Rules::default()), 0);
    }

    #[test]
    fn the_network_weighs_whole_trx() {
        let mut state = network(0, 10);
        restake(&mut state, StakedResource::Energy, 0, 1_999_999);
        assert_eq!(state.totals.weight.energy, 11);
        restake(&mut state, StakedResource::Energy, 1_999_999, 2_000_000);
        assert_eq!(state.totals.weight.energy, 12);
    }

    #[test]
    fn stake_in_use_is_the_inverse() {
        let state = network(26_000_000_000, 19_000_000_000);
        let rules = Rules::default();
        let energy = for_stake(1_000 * TRX, StakedResource::Energy, &state, &rules);
        let back = stake_in_use(energy, StakedResource::Energy, &state, &rules);
        assert!((999 * TRX..=1_000 * TRX).contains(&back), "{back}");
    }
}
