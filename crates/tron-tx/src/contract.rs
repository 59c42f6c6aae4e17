//! What a transaction does, in typed values.

mod account;
mod field;
mod permission_update;
mod resource;
mod transfer;
mod trigger;

pub use account::{AccountCreate, Vote, VoteWitness};
pub use permission_update::permission_update;
pub use resource::{Delegate, Freeze, Undelegate, Unfreeze};
pub use transfer::{TokenId, TokenTransfer, Transfer};
pub use trigger::Trigger;

use primitives::Address;

use crate::decode_error::DecodeError;
use crate::{ContractType, Payload, proto};

/// The one contract of a transaction.
///
/// The types that a payment plane makes have fields of their own; every other one is an exact message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Contract {
    /// Moves TRX.
    Transfer(Transfer),
    /// Moves a TRC-10 token.
    TokenTransfer(TokenTransfer),
    /// Calls a smart contract: how TRC-20 tokens move.
    Trigger(Trigger),
    /// Activates an account.
    AccountCreate(AccountCreate),
    /// Stakes TRX.
    Freeze(Freeze),
    /// Begins to take back a stake.
    Unfreeze(Unfreeze),
    /// Collects stakes whose waiting time is over, for this owner.
    WithdrawExpireUnfreeze(Address),
    /// Turns every pending unstaking into a stake again, for this owner.
    CancelAllUnfreeze(Address),
    /// Lends a resource.
    Delegate(Delegate),
    /// Takes a lent resource back.
    Undelegate(Undelegate),
    /// Replaces an account's votes.
    VoteWitness(VoteWitness),
    /// Collects rewards, for this owner.
    WithdrawBalance(Address),
    /// Any other contract, with the owner that its message names.
    Other {
        /// The account that acts.
        owner: Address,
        /// The message; its `owner_address` is `owner`.
        payload: Box<Payload>,
    },
}

impl Contract {
    /// Reads a contract's message into typed values; a negative amount or a broken address is an error.
    pub fn from_payload(payload: Payload) -> Result<Self, DecodeError> {
        let owner = field::address("owner_address", payload.owner_address())?;
        Ok(match payload {
            Payload::Transfer(m) => Self::Transfer(Transfer::decode(owner, &m)?),
            Payload::TransferAsset(m) => Self::TokenTransfer(TokenTransfer::decode(owner, &m)?),
            Payload::TriggerSmartContract(m) => Self::Trigger(Trigger::decode(owner, m)?),
            Payload::AccountCreate(m) => Self::AccountCreate(AccountCreate::decode(owner, &m)?),
            Payload::FreezeBalanceV2(m) => Self::Freeze(Freeze::decode(owner, &m)?),
            Payload::UnfreezeBalanceV2(m) => Self::Unfreeze(Unfreeze::decode(owner, &m)?),
            Payload::WithdrawExpireUnfreeze(_) => Self::WithdrawExpireUnfreeze(owner),
            Payload::CancelAllUnfreezeV2(_) => Self::CancelAllUnfreeze(owner),
            Payload::DelegateResource(m) => Self::Delegate(Delegate::decode(owner, &m)?),
            Payload::UnDelegateResource(m) => Self::Undelegate(Undelegate::decode(owner, &m)?),
            Payload::VoteWitness(m) => Self::VoteWitness(VoteWitness::decode(owner, &m)?),
            Payload::WithdrawBalance(_) => Self::WithdrawBalance(owner),
            other => Self::Other { owner, payload: Box::new(other) },
        })
    }

    /// The contract's message.
    pub fn to_payload(&self) -> Payload {
        let owner_address = self.owner().to_bytes21().to_vec();
        match self {
            Self::Transfer(transfer) => transfer.to_message().into(),
            Self::TokenTransfer(transfer) => transfer.to_message().into(),
            Self::Trigger(trigger) => trigger.to_message().into(),
            Self::AccountCreate(create) => create.to_message().into(),
            Self::Freeze(freeze) => freeze.to_message().into(),
            Self::Unfreeze(unfreeze) => unfreeze.to_message().into(),
            Self::WithdrawExpireUnfreeze(_) => proto::WithdrawExpireUnfreezeContract { owner_address }.into(),
            Self::CancelAllUnfreeze(_) => proto::CancelAllUnfreezeV2Contract { owner_address }.into(),
            Self::Delegate(delegate) => delegate.to_message().into(),
            Self::Undelegate(undelegate) => undelegate.to_message().into(),
            Self::VoteWitness(vote) => vote.to_message().into(),
            Self::WithdrawBalance(_) => proto::WithdrawBalanceContract { owner_address }.into(),
            Self::Other { payload, .. } => payload.as_ref().clone(),
        }
    }

    /// The account that acts, and whose permission has to sign.
    pub fn owner(&self) -> Address {
        match self {
            Self::Transfer(transfer) => transfer.owner,
            Self::TokenTransfer(transfer) => transfer.owner,
            Self::Trigger(trigger) => trigger.owner,
            Self::AccountCreate(create) => create.owner,
            Self::Freeze(freeze) => freeze.owner,
            Self::Unfreeze(unfreeze) => unfreeze.owner,
            Self::Delegate(delegate) => delegate.owner,
            Self::Undelegate(undelegate) => undelegate.owner,
            Self::VoteWitness(vote) => vote.owner,
            Self::WithdrawExpireUnfreeze(owner)
            | Self::CancelAllUnfreeze(owner)
            | Self::WithdrawBalance(owner)
            | Self::Other { owner, .. } => *owner,
        }
    }

    /// The protocol's type.
    pub fn contract_type(&self) -> ContractType {
        match self {
            Self::Transfer(_) => ContractType::Transfer,
            Self::TokenTransfer(_) => ContractType::TransferAsset,
            Self::Trigger(_) => ContractType::TriggerSmartContract,
            Self::AccountCreate(_) => ContractType::AccountCreate,
            Self::Freeze(_) => ContractType::FreezeBalanceV2,
            Self::Unfreeze(_) => ContractType::UnfreezeBalanceV2,
            Self::WithdrawExpireUnfreeze(_) => ContractType::WithdrawExpireUnfreeze,
            Self::CancelAllUnfreeze(_) => ContractType::CancelAllUnfreezeV2,
            Self::Delegate(_) => ContractType::DelegateResource,
            Self::Undelegate(_) => ContractType::UnDelegateResource,
            Self::VoteWitness(_) => ContractType::VoteWitness,
            Self::WithdrawBalance(_) => ContractType::WithdrawBalance,
            Self::Other { payload, .. } => payload.contract_type(),
        }
    }
}
