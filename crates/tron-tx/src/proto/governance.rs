//! Witnesses, votes and proposals.

use super::IntMapEntry;

message! {
    /// One vote: a witness and how many TRON Power it gets.
    Vote = "VoteWitnessContract.Vote" {
        1 vote_address: address,
        2 vote_count: int64,
    }
}

message! {
    /// Replaces all of an account's votes.
    VoteWitnessContract = "VoteWitnessContract" {
        1 owner_address: address,
        2 votes: [Vote],
        3 support: bool,
    }
}

message! {
    /// A vote on tokens that was never put to use.
    VoteAssetContract = "VoteAssetContract" {
        1 owner_address: address,
        2 vote_address: [address],
        3 support: bool,
        5 count: int32,
    }
}

message! {
    /// Becomes a witness candidate.
    WitnessCreateContract = "WitnessCreateContract" {
        1 owner_address: address,
        2 url: text,
    }
}

message! {
    /// Changes a witness's address on the web.
    WitnessUpdateContract = "WitnessUpdateContract" {
        1 owner_address: address,
        12 update_url: text,
    }
}

message! {
    /// Sets the share, in per cent, that a witness keeps of its rewards.
    UpdateBrokerageContract = "UpdateBrokerageContract" {
        1 owner_address: address,
        2 brokerage: int32,
    }
}

message! {
    /// Proposes chain parameters: a map from parameter number to value, kept in the order of the wire.
    ProposalCreateContract = "ProposalCreateContract" {
        1 owner_address: address,
        2 parameters: entries IntMapEntry,
    }
}

message! {
    /// Approves a proposal or takes the approval back.
    ProposalApproveContract = "ProposalApproveContract" {
        1 owner_address: address,
        2 proposal_id: int64,
        3 is_add_approval: bool,
    }
}

message! {
    /// Withdraws a proposal.
    ProposalDeleteContract = "ProposalDeleteContract" {
        1 owner_address: address,
        2 proposal_id: int64,
    }
}
