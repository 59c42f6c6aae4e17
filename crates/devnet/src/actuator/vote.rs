//! VoteWitnessContract (java-tron `VoteWitnessActuator`): a new vote replaces all, and counts from the next maintenance.

use primitives::Address;
use tron_tx::proto::VoteWitnessContract;

use super::{Effects, address, existing, rewards};
use crate::resource::limits::TRX;
use crate::state::State;

const MAX_VOTES: usize = 30;

pub(super) fn validate(state: &State, contract: &VoteWitnessContract) -> Result<(), String> {
    let owner = Address::from_bytes21(&contract.owner_address).map_err(|_| "Invalid address")?;
    if contract.votes.is_empty() {
        return Err("VoteNumber must more than 0".to_owned());
    }
    if contract.votes.len() > MAX_VOTES {
        return Err(format!("VoteNumber more than maxVoteNumber {MAX_VOTES}"));
    }
    let mut sum = 0i64;
    for vote in &contract.votes {
        let candidate = Address::from_bytes21(&vote.vote_address).map_err(|_| "Invalid vote address!")?;
        if vote.vote_count <= 0 {
            return Err("vote count must be greater than 0".to_owned());
        }
        existing(state, &vote.vote_address, "not exists")?;
        if !state.witnesses.contains_key(&candidate) {
            return Err(format!("Witness[{}] not exists", candidate.to_hex21()));
        }
        sum = sum.checked_add(vote.vote_count).ok_or("long overflow")?;
    }
    existing(state, &contract.owner_address, "not exists")?;
    let sum = sum.checked_mul(TRX).ok_or("long overflow")?;
    let power = state.account(&owner).map_or(0, crate::state::Account::tron_power);
    if sum > power {
        return Err(format!("The total number of votes[{sum}] is greater than the tronPower[{power}]"));
    }
    Ok(())
}

pub(super) fn execute(state: &mut State, contract: &VoteWitnessContract) -> Effects {
    let owner = address(&contract.owner_address);
    rewards::settle(state, owner);
    let votes = contract.votes.iter().map(|vote| (address(&vote.vote_address), vote.vote_count)).collect();
    state.change(owner, |account| account.votes = votes);
    Effects::default()
}
