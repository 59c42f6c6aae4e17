use api::tron_client::Resources;
use primitives::{Address, Bandwidth, Energy};

use super::*;
use crate::staking::tests::{account, chain};
use crate::testing::{NOW, payer, plane, recipient, sun};

fn target(energy: u64, bandwidth: u64) -> Target {
    Target {
        wallet: "hot".parse().expect("a name"),
        staking_wallet: "energy".parse().expect("a name"),
        wanted: [(Resource::Energy, energy), (Resource::Bandwidth, bandwidth)],
        interval_ms: 10_000,
    }
}

fn pool() -> Pool {
    Pool::new("hot".parse().expect("a name"), NOW)
}

/// The chain as far as stake goes: who staked how much, what was lent.
struct Network {
    chain: ChainParameters,
    receiver: AccountView,
    staking: AccountView,
    lent: [u64; 2],
}

impl Network {
    fn new(energy_weight: u64, bandwidth_weight: u64) -> Self {
        let chain =
            ChainParameters { total_energy_weight: energy_weight, total_bandwidth_weight: bandwidth_weight, ..chain() };
        let empty = |address: Address| AccountView {
            staked_for_energy: Sun::ZERO,
            staked_for_bandwidth: Sun::ZERO,
            resources: Resources { free_bandwidth_limit: Bandwidth(600), ..Resources::default() },
            ..account(address)
        };
        Self { chain, receiver: empty(recipient()), staking: empty(payer()), lent: [0; 2] }
    }

    fn accounts(&self) -> Facts {
        let (receiver, staking) = (self.receiver.clone(), self.staking.clone());
        Facts::Accounts(Box::new(Accounts { receiver, staking, chain: self.chain.clone() }))
    }

    /// Does what was begun, as the protocol does it; every transaction uses 300 bytes of staked bandwidth if it can.
    fn carry_out(&mut self, begin: &Begin) {
        let used = &mut self.staking.resources.bandwidth_used.0;
        if self.staking.staked_for_bandwidth > Sun::ZERO {
            *used += 300;
        }
        match begin {
            Begin::Stake(_, request) => {
                let (staked, weight) = match request.resource {
                    Resource::Energy => (&mut self.staking.staked_for_energy, &mut self.chain.total_energy_weight),
                    Resource::Bandwidth => {
                        (&mut self.staking.staked_for_bandwidth, &mut self.chain.total_bandwidth_weight)
                    }
                };
                *staked = staked.checked_add(request.amount).expect("fits");
                *weight += request.amount.units() / 1_000_000;
            }
            Begin::Delegation(_, request) => {
                // What was lent above the lendable would be refused.
                assert!(request.amount <= lendable(&self.staking, request.resource, &self.chain), "{begin:?}");
                let (staked, lent) = match request.resource {
                    Resource::Energy => (&mut self.staking.staked_for_energy, 0),
                    Resource::Bandwidth => (&mut self.staking.staked_for_bandwidth, 1),
                };
                *staked = staked.checked_sub(request.amount).expect("was there");
                self.lent[lent] += request.amount.units();
            }
        }
        let limit = |sun: u64, totals: Totals| {
            let units = u128::from(sun) * u128::from(totals.limit) / (u128::from(totals.weight.max(1)) * SUN_PER_TRX);
            u64::try_from(units).expect("fits")
        };
        self.receiver.resources.energy_limit = Energy(limit(self.lent[0], Totals::of(Resource::Energy, &self.chain)));
        self.receiver.resources.bandwidth_limit =
            Bandwidth(limit(self.lent[1], Totals::of(Resource::Bandwidth, &self.chain)));
    }
}

/// Plays a pool to its target; the number of operations that it took.
fn play(mut network: Network, target: &Target) -> usize {
    let mut pool = pool();
    for operations in 0..20 {
        let turn = plan(&pool, network.accounts(), target, plane(), NOW);
        let Some(begin) = turn.begin else {
            assert_eq!(turn.next.due_at, Some(NOW.plus_ms(target.interval_ms)));
            let [(_, energy), (_, bandwidth)] = target.wanted;
            assert!(network.receiver.resources.energy_limit.0 >= energy);
            assert!(network.receiver.resources.bandwidth_limit.0 >= bandwidth);
            return operations;
        };
        network.carry_out(&begin);
        pool = plan(&turn.next, Facts::Underway(StakeStage::Done, None), target, plane(), NOW).next;
        assert_eq!(pool.underway, None);
    }
    panic!("it does not come to an end: {:?}", network.receiver.resources);
}

#[test]
fn a_pool_is_filled_with_one_stake_and_one_delegation_a_resource() {
    // As mainnet is: one account more hardly changes what stake is worth.
    let operations = play(Network::new(19_000_000_000, 27_000_000_000), &target(150_000, 5_000));
    assert_eq!(operations, 4);
}

#[test]
fn a_small_network_whose_first_stake_changes_everything_is_filled_too() {
    for weight in [0, 1, 40, 1_000, 180_000_000] {
        let operations = play(Network::new(weight, weight), &target(150_000, 2_000));
        assert!(operations <= 6, "{operations} at {weight}");
    }
}

#[test]
fn nothing_is_wanted_or_more_than_there_is() {
    let network = Network::new(1_000, 1_000);
    assert_eq!(plan(&pool(), network.accounts(), &target(0, 0), plane(), NOW).begin, None);
    let everything = network.chain.total_energy_limit;
    assert_eq!(plan(&pool(), network.accounts(), &target(everything, 0), plane(), NOW).begin, None);
}

#[test]
fn a_pool_that_has_drifted_a_little_is_left_alone() {
    let mut network = Network::new(19_000_000_000, 27_000_000_000);
    network.receiver.resources.energy_limit = Energy(142_500);
    assert_eq!(plan(&pool(), network.accounts(), &target(150_000, 0), plane(), NOW).begin, None);
    network.receiver.resources.energy_limit = Energy(142_499);
    network.staking.staked_for_energy = sun("20000");
    let Some(Begin::Delegation(_, request)) =
        plan(&pool(), network.accounts(), &target(150_000, 0), plane(), NOW).begin
    else {
        panic!("it is filled again")
    };
    assert_eq!(request.amount, sun("791.772223"), "up to the target: 7,501 energy");
}

#[test]
fn stake_that_is_there_is_lent_before_more_is_staked() {
    let mut network = Network::new(19_000_000_000, 27_000_000_000);
    network.staking.staked_for_energy = sun("20000");
    let turn = plan(&pool(), network.accounts(), &target(150_000, 0), plane(), NOW);
    let Some(Begin::Delegation(id, request)) = turn.begin else { panic!("{turn:?}") };
    // notes/tron.md 5: energy * weight / limit, rounded up.
    assert_eq!(request.amount, sun("15833.333334"));
    assert_eq!((turn.next.round, turn.next.underway), (1, Some(Underway::Delegation(id))));
    let again = plan(&pool(), network.accounts(), &target(150_000, 0), plane(), NOW);
    assert_eq!(again.next, turn.next, "the same state and facts give the same id");
    let other = Pool { round: 1, ..pool() };
    let other = plan(&other, network.accounts(), &target(150_000, 0), plane(), NOW);
    assert_ne!(other.next.underway, turn.next.underway);
}

#[test]
fn one_operation_at_a_time_and_a_mismatch_ends_it() {
    let begun = Pool { underway: Some(Underway::Stake(StakeId::derive(plane().uuid(), &[]))), ..pool() };
    let after = |stage, reason: Option<&str>| {
        plan(&begun, Facts::Underway(stage, reason.map(str::to_owned)), &target(1, 1), plane(), NOW).next
    };
    assert_eq!(after(StakeStage::Underway, Some("waiting_funds")).underway, begun.underway);
    assert_eq!(after(StakeStage::Done, None), pool());
    let failed = after(StakeStage::Failed, Some("policy"));
    assert_eq!((failed.underway, failed.due_at), (None, Some(NOW.plus_ms(RETRY_MS))));
    let halted = after(StakeStage::NeedsReview, Some("mismatch"));
    assert_eq!((halted.halted.as_deref(), halted.due_at, halted.underway), (Some("mismatch"), None, begun.underway));
}
