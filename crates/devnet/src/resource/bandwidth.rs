//! Who pays for a transaction's bytes: stake, else the free allowance, else sun; never a mixture (java-tron
//! `BandwidthProcessor.consume`).

use primitives::Address;

use super::{Rules, burn, recovery, staked_left, use_staked};
use crate::state::{StakedResource, State};

/// Bytes that each contract's result is counted with (java-tron `Constant.MAX_RESULT_SIZE_IN_TX`).
pub(crate) const RESULT_BYTES: i64 = 64;

/// What the bytes of a transaction cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Paid {
    /// Bytes of stake or of the free allowance.
    pub(crate) usage: i64,
    /// Sun burned.
    pub(crate) fee: i64,
}

/// Charges `bytes` to the owner. Nothing if it cannot pay.
pub(crate) fn charge(
    state: &mut State,
    rules: &Rules,
    owner: Address,
    bytes: i64,
    makes_account: bool,
    slot: i64,
) -> Option<Paid> {
    if staked_left(state, &owner, StakedResource::Bandwidth, rules, slot) >= bytes {
        use_staked(state, owner, StakedResource::Bandwidth, bytes, slot);
        return Some(Paid { usage: bytes, fee: 0 });
    }
    if makes_account {
        // The free allowance is not for making accounts.
        let fee = rules.create_account_fee;
        return burn(state, owner, fee).then_some(Paid { usage: 0, fee });
    }
    if use_free(state, rules, owner, bytes, slot) {
        return Some(Paid { usage: bytes, fee: 0 });
    }
    let fee = bytes.saturating_mul(rules.transaction_fee);
    burn(state, owner, fee).then_some(Paid { usage: 0, fee })
}

fn use_free(state: &mut State, rules: &Rules, owner: Address, bytes: i64, slot: i64) -> bool {
    let Some(account) = state.account(&owner) else { return false };
    let own = recovery::plain(account.free_net_usage, 0, account.free_net_slot, slot);
    let public = recovery::plain(state.totals.public_net_usage, 0, state.totals.public_net_slot, slot);
    if own + bytes > rules.free_net_limit || public + bytes > rules.public_net_limit {
        return false;
    }
    state.change(owner, |account| {
        account.free_net_usage = recovery::plain(own, bytes, slot, slot);
        account.free_net_slot = slot;
    });
    state.totals.public_net_usage = recovery::plain(public, bytes, slot, slot);
    state.totals.public_net_slot = slot;
    true
}

#[cfg(test)]
mod tests {
    use primitives::UnixMs;

    use super::*;
    use crate::resource::limits::TRX;
    use crate::state::{Account, AccountKind, Totals};

    const OWNER: Address = Address::from_evm([7; 20]);

    fn world(balance: i64, net_stake: i64) -> State {
        let mut state = State::empty(Totals::at_genesis(UnixMs(0)));
        state.totals.weight.bandwidth = 43_200_000_000;
        let mut account = Account::new(OWNER, AccountKind::Normal, UnixMs(0));
        account.balance = balance;
        account.frozen.bandwidth = net_stake;
        state.put(account);
        state
    }

    #[test]
    fn two_transfers_a_day_are_free_and_the_third_is_burned() {
        let (mut state, rules) = (world(TRX, 0), Rules::default());
        for _ in 0..2 {
            assert_eq!(charge(&mut state, &rules, OWNER, 265, false, 9), Some(Paid { usage: 265, fee: 0 }));
        }
        assert_eq!(charge(&mut state, &rules, OWNER, 265, false, 9), Some(Paid { usage: 0, fee: 265_000 }));
        assert_eq!(state.account(&OWNER).map(|owner| owner.balance), Some(735_000));
        assert_eq!((state.totals.burned, state.totals.public_net_usage), (265_000, 530));
        // Half a day later 265 of the 530 are back.
        assert_eq!(charge(&mut state, &rules, OWNER, 335, false, 9 + 14_400), Some(Paid { usage: 335, fee: 0 }));
    }

    #[test]
    fn stake_comes_before_the_free_allowance_and_never_pays_a_part() {
        let (mut state, rules) = (world(0, 400 * TRX), Rules::default());
        assert_eq!(charge(&mut state, &rules, OWNER, 345, false, 0), Some(Paid { usage: 345, fee: 0 }));
        assert_eq!(state.account(&OWNER).map(|owner| owner.usage.bandwidth.used), Some(345));
        // 55 staked are left: the free allowance pays all 345.
        assert_eq!(charge(&mut state, &rules, OWNER, 345, false, 0), Some(Paid { usage: 345, fee: 0 }));
        assert_eq!(state.account(&OWNER).map(|owner| owner.free_net_usage), Some(345));
        // 55 and 255 would do together, but do not count together.
        assert_eq!(charge(&mut state, &rules, OWNER, 300, false, 0), None);
    }

    #[test]
    fn making_an_account_takes_stake_or_a_tenth_of_a_trx() {
        let (mut state, rules) = (world(TRX, 0), Rules::default());
        assert_eq!(charge(&mut state, &rules, OWNER, 265, true, 0), Some(Paid { usage: 0, fee: 100_000 }));
        let mut state = world(TRX, 400 * TRX);
        assert_eq!(charge(&mut state, &rules, OWNER, 265, true, 0), Some(Paid { usage: 265, fee: 0 }));
        let mut state = world(99_999, 0);
        assert_eq!(charge(&mut state, &rules, OWNER, 265, true, 0), None);
        assert_eq!(state.account(&OWNER).map(|owner| owner.balance), Some(99_999));
    }

    #[test]
    fn the_public_pool_binds_everybody() {
        let mut state = world(0, 0);
        let rules = Rules { public_net_limit: 200, ..Rules::default() };
        assert_eq!(charge(&mut state, &rules, OWNER, 265, false, 0), None);
    }
}
