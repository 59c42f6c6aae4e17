//! No sun appears or vanishes but as the rules say.

use proptest::prelude::*;
use tron_tx::Payload;
use tron_tx::proto::{
    CancelAllUnfreezeV2Contract, DelegateResourceContract, FreezeBalanceV2Contract, UnDelegateResourceContract,
    UnfreezeBalanceV2Contract, WithdrawExpireUnfreezeContract,
};

use crate::chain::At;
use crate::genesis::GenesisConfig;
use crate::state::{Account, State};
use crate::testing::{PURSE, TRX, World, at, bytes, config, transfer};

#[derive(Debug, Clone)]
struct Step {
    kind: u8,
    who: usize,
    whom: usize,
    trx: i64,
    energy: bool,
    days: u64,
}

const NAMES: [&str; 3] = ["alice", "bob", "carol"];

fn payload(step: &Step) -> Payload {
    let owner_address = bytes(at(NAMES[step.who]));
    let receiver_address = bytes(at(NAMES[step.whom]));
    let (amount, resource) = (step.trx * TRX + 1, i32::from(step.energy));
    match step.kind {
        0 => transfer(NAMES[step.who], NAMES[step.whom], amount).into(),
        1 => FreezeBalanceV2Contract { owner_address, frozen_balance: amount, resource }.into(),
        2 => UnfreezeBalanceV2Contract { owner_address, unfreeze_balance: amount, resource }.into(),
        3 => DelegateResourceContract {
            owner_address,
            resource,
            balance: amount,
            receiver_address,
            lock: step.days == 1,
            lock_period: 10,
        }
        .into(),
        4 => UnDelegateResourceContract { owner_address, resource, balance: amount, receiver_address }.into(),
        5 => WithdrawExpireUnfreezeContract { owner_address }.into(),
        _ => CancelAllUnfreezeV2Contract { owner_address }.into(),
    }
}

fn step() -> impl Strategy<Value = Step> {
    (0u8..7, 0usize..3, 0usize..3, 0i64..50_000, any::<bool>(), 0u64..16)
        .prop_map(|(kind, who, whom, trx, energy, days)| Step { kind, who, whom, trx, energy, days })
}

fn held(account: &Account) -> i64 {
    let leaving: i64 = account.unfreezing.iter().map(|entry| entry.amount).sum();
    account.balance + account.tron_power() + leaving + account.allowance
}

fn all(state: &State) -> i64 {
    state.accounts.values().map(held).sum::<i64>() + state.totals.burned
}

fn sound(account: &Account) -> bool {
    let amounts = [
        account.balance,
        account.frozen.energy,
        account.frozen.bandwidth,
        account.delegated.energy,
        account.acquired.energy,
        account.usage.energy.used,
        account.usage.bandwidth.used,
    ];
    amounts.iter().all(|amount| *amount >= 0)
}

fn lent_matches(state: &State) -> bool {
    let sum = |pick: fn(&Account) -> i64| state.accounts.values().map(pick).sum::<i64>();
    let lent: i64 = state.delegations.values().map(|part| part.amount.energy).sum();
    lent == sum(|account| account.delegated.energy) && lent == sum(|account| account.acquired.energy)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn is_conserved(steps in prop::collection::vec(step(), 1..40)) {
        let config = GenesisConfig { network_net_stake_trx: 0, network_energy_stake_trx: 0, ..config() };
        let begun = config.faucet_balance + 2 * PURSE;
        // Nobody votes here, so of each block's pay only the producer's own fifth comes into the world.
        let pay = config.params.witness_pay_per_block / 5;
        let mut world = World::with(config);
        for step in &steps {
            // Most are refused for one reason or another; neither kind may leak.
            let _ = world.send(payload(step), NAMES[step.who]);
            world.wait_ms(step.days * 3_600_000 * 24);
            let view = world.chain.view(At::Head);
            let blocks = i64::try_from(view.head().id.number()).unwrap_or(i64::MAX);
            prop_assert_eq!(all(view.state), begun + blocks * pay, "after {:?}", step);
            prop_assert!(lent_matches(view.state), "after {:?}", step);
            prop_assert!(view.state.accounts.values().all(sound), "after {:?}", step);
        }
    }
}
