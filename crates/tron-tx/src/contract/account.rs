//! Accounts and their votes.

use primitives::Address;

use super::field;
use crate::decode_error::{DecodeError, FieldFlaw};
use crate::proto;

/// `AccountCreateContract`: activates an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountCreate {
    /// Who pays for it.
    pub owner: Address,
    /// The new account.
    pub account: Address,
    /// What it is to be.
    pub account_type: proto::AccountType,
}

impl AccountCreate {
    pub(super) fn decode(owner: Address, m: &proto::AccountCreateContract) -> Result<Self, DecodeError> {
        let account = field::address("account_address", &m.account_address)?;
        let account_type = proto::AccountType::try_from(m.account_type)
            .map_err(|_| DecodeError::field("type", FieldFlaw::Unknown(m.account_type.into())))?;
        Ok(Self { owner, account, account_type })
    }

    pub(super) fn to_message(&self) -> proto::AccountCreateContract {
        proto::AccountCreateContract {
            owner_address: self.owner.to_bytes21().into(),
            account_address: self.account.to_bytes21().into(),
            account_type: self.account_type.into(),
        }
    }
}

/// A vote for one witness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vote {
    /// The witness.
    pub witness: Address,
    /// How much TRON Power, in whole TRX of stake.
    pub count: u64,
}

/// `VoteWitnessContract`: replaces all of an account's votes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoteWitness {
    /// Whose votes.
    pub owner: Address,
    /// The new votes; the chain takes 1 to 30.
    pub votes: Vec<Vote>,
    /// A field that the chain ignores and some clients set.
    pub support: bool,
}

impl VoteWitness {
    pub(super) fn decode(owner: Address, m: &proto::VoteWitnessContract) -> Result<Self, DecodeError> {
        let votes = m
            .votes
            .iter()
            .map(|vote| {
                let witness = field::address("vote_address", &vote.vote_address)?;
                Ok(Vote { witness, count: field::count("vote_count", vote.vote_count)? })
            })
            .collect::<Result<_, DecodeError>>()?;
        Ok(Self { owner, votes, support: m.support })
    }

    pub(super) fn to_message(&self) -> proto::VoteWitnessContract {
        let vote = |vote: &Vote| proto::Vote {
            vote_address: vote.witness.to_bytes21().into(),
            vote_count: vote.count.cast_signed(),
        };
        proto::VoteWitnessContract {
            owner_address: self.owner.to_bytes21().into(),
            votes: self.votes.iter().map(vote).collect(),
            support: self.support,
        }
    }
}
