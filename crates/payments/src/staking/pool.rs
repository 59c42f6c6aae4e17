//! Keeping a wallet supplied: what a pool lacks, and the one stake or delegation that comes next.

use api::tron_client::{AccountView, ChainParameters};
use api::trx_staking::{DelegationRequest, StakeRequest, StakeStage};
use primitives::{DelegationId, PlaneId, Resource, StakeId, Sun, UnixMs, WalletId};
use serde::{Deserialize, Serialize};

use super::plan::{in_use, staked};
use super::{MIN_AMOUNT, SUN_PER_TRX, Totals, at_most, lendable};

/// How long a pool waits after one of its operations ended without effect.
const RETRY_MS: u64 = 600_000;

/// Below this part of its target a pool is filled again, up to the target. What stake is worth moves with everybody's
/// stake: without the room a pool would be topped up by 1 TRX every few seconds.
const LOW_PERCENT: u128 = 95;

/// What a pool is to have, and who lends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The wallet that is supplied.
    pub wallet: WalletId,
    /// The wallet that stakes and lends.
    pub staking_wallet: WalletId,
    /// Units a day of each resource; none is no target.
    pub wanted: [(Resource, u64); 2],
    /// How often it is looked at.
    pub interval_ms: u64,
}

/// A pool as trx-staking keeps it; its target is configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pool {
    /// The wallet that is supplied.
    pub wallet: WalletId,
    /// How many operations it has begun; each takes its id from this.
    pub round: u64,
    /// The operation that it waits for.
    pub underway: Option<Underway>,
    /// Why nothing more happens by itself.
    pub halted: Option<String>,
    /// When it is looked at next.
    pub due_at: Option<UnixMs>,
}

/// An operation that a pool has begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Underway {
    /// A stake.
    Stake(StakeId),
    /// A delegation.
    Delegation(DelegationId),
}

/// What a turn has learned.
#[derive(Debug, Clone)]
pub enum Facts {
    /// Of the operation that is waited for: where it stands and why.
    Underway(StakeStage, Option<String>),
    /// Otherwise: the accounts and the chain.
    Accounts(Box<Accounts>),
    /// One of the wallets is not there yet.
    NoWallet,
    /// The service was restored, and signing is still stopped: what the lost one has sent may not be on the chain yet.
    Stopped,
}

/// The accounts of a pool.
#[derive(Debug, Clone)]
pub struct Accounts {
    /// Of the wallet that is supplied.
    pub receiver: AccountView,
    /// Of the wallet that stakes.
    pub staking: AccountView,
    /// The chain's totals.
    pub chain: ChainParameters,
}

/// What a turn begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begin {
    /// A stake.
    Stake(StakeId, StakeRequest),
    /// A delegation.
    Delegation(DelegationId, DelegationRequest),
}

/// What a turn decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolTurn {
    /// The pool from now on.
    pub next: Pool,
    /// What is recorded in the same commit.
    pub begin: Option<Begin>,
}

/// What a resource needs next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Lend this much.
    Lend(Sun),
    /// Nothing suffices to be lent: stake this much.
    Stake(Sun),
}

impl Pool {
    /// One that has begun nothing.
    pub const fn new(wallet: WalletId, now: UnixMs) -> Self {
        Self { wallet, round: 0, underway: None, halted: None, due_at: Some(now) }
    }
}

/// The next step of a pool.
pub fn plan(pool: &Pool, facts: Facts, target: &Target, plane: PlaneId, now: UnixMs) -> PoolTurn {
    match facts {
        Facts::Underway(stage, reason) => waited(pool, stage, reason, target, now),
        Facts::NoWallet | Facts::Stopped => at(pool.clone(), now.plus_ms(target.interval_ms)),
        Facts::Accounts(accounts) => {
            let Accounts { receiver, staking, chain } = *accounts;
            let mut needs = target.wanted.iter().filter_map(|(resource, wanted)| {
                need(*resource, *wanted, &receiver, &staking, &chain).map(|need| (*resource, need))
            });
            match needs.next() {
                Some((resource, need)) => begin(pool, resource, need, target, plane, now),
                None => at(pool.clone(), now.plus_ms(target.interval_ms)),
            }
        }
    }
}

fn waited(pool: &Pool, stage: StakeStage, reason: Option<String>, target: &Target, now: UnixMs) -> PoolTurn {
    let free = Pool { underway: None, ..pool.clone() };
    match (stage, reason.as_deref()) {
        (StakeStage::Underway, _) => at(pool.clone(), now.plus_ms(target.interval_ms)),
        (StakeStage::Done, _) => at(free, now),
        // It did something else than was asked: nothing is done on top of that.
        (StakeStage::NeedsReview, Some("mismatch")) => {
            PoolTurn { next: Pool { halted: reason, due_at: None, ..pool.clone() }, begin: None }
        }
        (StakeStage::Failed | StakeStage::NeedsReview, _) => at(free, now.plus_ms(RETRY_MS)),
    }
}

/// What `receiver` lacks of a resource, and what to do about it.
pub fn need(
    resource: Resource,
    wanted: u64,
    receiver: &AccountView,
    staking: &AccountView,
    chain: &ChainParameters,
) -> Option<Need> {
    let has = match resource {
        Resource::Energy => receiver.resources.energy_limit.0,
        Resource::Bandwidth => receiver.resources.bandwidth_limit.0,
    };
    let totals = Totals::of(resource, chain);
    if u128::from(has) * 100 >= u128::from(wanted) * LOW_PERCENT {
        return None;
    }
    let lacking = wanted.checked_sub(has)?;
    let lend = totals.stake_behind(lacking).units().max(MIN_AMOUNT);
    let can_lend = lendable(staking, resource, chain).units();
    if can_lend >= lend {
        return Sun::new(lend).ok().map(Need::Lend);
    }
    // More than the whole network gives is never to be had.
    let rest = u128::from(totals.limit.checked_sub(wanted).filter(|rest| *rest > 0)?);
    let share = |sun: Sun| u128::from(sun.units()) * u128::from(totals.limit) / (rest * SUN_PER_TRX);
    // Staking x TRX more makes every staked TRX worth less: what is there and x together must give `wanted` of
    // weight + x, beside what the stake and the lending will use themselves.
    let grown = u128::from(lacking) * u128::from(totals.weight) / rest;
    let kept = share(in_use(staking, resource, 2, chain));
    // Weights count whole TRX of each account, and limits are rounded down: a TRX for each.
    let trx = (grown + kept).saturating_sub(share(staked(staking, resource))) + 2;
    Some(Need::Stake(at_most(trx * SUN_PER_TRX)))
}

fn begin(pool: &Pool, resource: Resource, need: Need, target: &Target, plane: PlaneId, now: UnixMs) -> PoolTurn {
    let round = pool.round.saturating_add(1);
    let (name, number) = (name(resource), round.to_string());
    let parts = ["pool", target.wallet.as_str(), name, &number];
    let (underway, begin) = match need {
        Need::Stake(amount) => {
            let id = StakeId::derive(plane.uuid(), &parts);
            let request = StakeRequest { wallet_id: target.staking_wallet.clone(), resource, amount };
            (Underway::Stake(id), Begin::Stake(id, request))
        }
        Need::Lend(amount) => {
            let id = DelegationId::derive(plane.uuid(), &parts);
            let (wallet_id, receiver) = (target.staking_wallet.clone(), target.wallet.clone());
            let request = DelegationRequest { wallet_id, receiver, resource, amount };
            (Underway::Delegation(id), Begin::Delegation(id, request))
        }
    };
    let next = Pool { round, underway: Some(underway), ..pool.clone() };
    PoolTurn { begin: Some(begin), ..at(next, now.plus_ms(target.interval_ms)) }
}

const fn name(resource: Resource) -> &'static str {
    match resource {
        Resource::Energy => "energy",
        Resource::Bandwidth => "bandwidth",
    }
}

fn at(pool: Pool, due: UnixMs) -> PoolTurn {
    PoolTurn { next: Pool { due_at: Some(due), ..pool }, begin: None }
}

#[cfg(test)]
mod tests;
