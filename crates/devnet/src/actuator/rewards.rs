//! Rewards: who earns for a block, and what voters have earned by a cycle's end (java-tron `MortgageService`).

use primitives::Address;

use crate::params::ChainParams;
use crate::state::{Account, State};

/// Scale of the reward per vote.
const SCALE: u128 = 1_000_000_000_000_000_000;
/// Witnesses that share the standby pay.
const STANDBY: usize = 127;

/// Pays the producer of a block, and the standby witnesses by their votes.
pub(crate) fn pay_block(state: &mut State, rules: &ChainParams, producer: Address) {
    pay(state, producer, rules.witness_pay_per_block);
    let mut ranked: Vec<(i64, Address)> = state.witnesses.values().map(|w| (w.votes, w.address)).collect();
    ranked.sort_by(|a, b| b.cmp(a));
    ranked.truncate(STANDBY);
    let sum: i128 = ranked.iter().map(|(votes, _)| i128::from(*votes)).sum();
    if sum == 0 {
        return;
    }
    for (votes, witness) in ranked {
        let share = i128::from(rules.witness_127_pay_per_block) * i128::from(votes) / sum;
        pay(state, witness, i64::try_from(share).unwrap_or(0));
    }
}

fn pay(state: &mut State, address: Address, sun: i64) {
    let Some(witness) = state.witnesses.get_mut(&address) else { return };
    let kept = sun / 100 * witness.brokerage;
    witness.cycle_reward += sun - kept;
    state.change(address, |account| account.allowance += kept);
}

/// Ends a cycle: what each witness earned is spread over the votes that it had, and votes are counted anew.
pub(crate) fn end_cycle(state: &mut State) {
    let cycle = state.totals.cycle;
    let witnesses: Vec<Address> = state.witnesses.keys().copied().collect();
    for address in &witnesses {
        let before = per_vote(state, *address, cycle.checked_sub(1));
        let Some(witness) = state.witnesses.get_mut(address) else { continue };
        let reward = std::mem::take(&mut witness.cycle_reward);
        let gained = match (u128::try_from(reward), u128::try_from(witness.votes)) {
            (Ok(reward), Ok(votes)) if votes > 0 => reward * SCALE / votes,
            _ => 0,
        };
        state.reward_per_vote.insert_mut((*address, cycle), before + gained);
    }
    count_votes(state, &witnesses);
    state.totals.cycle = cycle + 1;
}

fn count_votes(state: &mut State, witnesses: &[Address]) {
    let mut counted: std::collections::BTreeMap<Address, i64> = witnesses.iter().map(|w| (*w, 0)).collect();
    for (candidate, votes) in state.accounts.values().flat_map(|account| &account.votes) {
        if let Some(count) = counted.get_mut(candidate) {
            *count = count.saturating_add(*votes);
        }
    }
    for (address, votes) in counted {
        if let Some(witness) = state.witnesses.get_mut(&address) {
            witness.votes = votes;
        }
    }
}

fn per_vote(state: &State, witness: Address, cycle: Option<u64>) -> u128 {
    cycle.and_then(|cycle| state.reward_per_vote.get(&(witness, cycle))).copied().unwrap_or(0)
}

/// What votes earned in the cycles `begin..end`.
fn earned(state: &State, votes: &[(Address, i64)], begin: u64, end: u64) -> i64 {
    let sum: u128 = votes
        .iter()
        .map(|(witness, count)| {
            let gained = per_vote(state, *witness, end.checked_sub(1)).saturating_sub(per_vote(
                state,
                *witness,
                begin.checked_sub(1),
            ));
            gained * u128::from(count.unsigned_abs()) / SCALE
        })
        .sum();
    i64::try_from(sum).unwrap_or(i64::MAX)
}

/// What an account could withdraw: its allowance and what is not settled yet.
pub(crate) fn due(state: &State, owner: Address) -> i64 {
    state.account(&owner).map_or(0, |account| account.allowance.saturating_add(unsettled(state, account)))
}

fn unsettled(state: &State, account: &Account) -> i64 {
    let (cursor, cycle) = (&account.rewards, state.totals.cycle);
    let mut begin = cursor.begin;
    let mut reward = 0;
    if begin + 1 == cursor.end && begin < cycle {
        reward = earned(state, &cursor.votes, begin, cursor.end);
        begin += 1;
    }
    if begin < cycle { reward + earned(state, &account.votes, begin, cycle) } else { reward }
}

/// Adds what is not settled to the allowance and notes the votes: the running cycle still earns by them.
pub(crate) fn settle(state: &mut State, owner: Address) {
    let cycle = state.totals.cycle;
    let Some(account) = state.account(&owner) else { return };
    let noted = account.rewards.end == cycle + 1;
    if account.rewards.begin > cycle || (account.rewards.begin == cycle && noted) {
        return;
    }
    let reward = unsettled(state, account);
    state.change(owner, |account| {
        account.allowance += reward;
        account.rewards.begin = cycle;
        account.rewards.end = cycle + 1;
        account.rewards.votes.clone_from(&account.votes);
    });
}
