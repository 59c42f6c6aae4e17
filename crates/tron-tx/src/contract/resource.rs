//! Stakes and delegations (Stake 2.0).

use primitives::{Address, Resource, Sun};

use super::field;
use crate::decode_error::DecodeError;
use crate::proto;

/// `FreezeBalanceV2Contract`: stakes TRX for a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Freeze {
    /// Whose TRX.
    pub owner: Address,
    /// How much; the chain takes at least 1 TRX.
    pub amount: Sun,
    /// For what.
    pub resource: Resource,
}

impl Freeze {
    pub(super) fn decode(owner: Address, m: &proto::FreezeBalanceV2Contract) -> Result<Self, DecodeError> {
        let amount = field::sun("frozen_balance", m.frozen_balance)?;
        Ok(Self { owner, amount, resource: field::resource("resource", m.resource)? })
    }

    pub(super) fn to_message(&self) -> proto::FreezeBalanceV2Contract {
        proto::FreezeBalanceV2Contract {
            owner_address: self.owner.to_bytes21().into(),
            frozen_balance: self.amount.to_i64(),
            resource: field::resource_code(self.resource),
        }
    }
}

/// `UnfreezeBalanceV2Contract`: begins to take back a stake; it is free after the chain's waiting time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfreeze {
    /// Whose stake.
    pub owner: Address,
    /// How much.
    pub amount: Sun,
    /// Of which resource.
    pub resource: Resource,
}

impl Unfreeze {
    pub(super) fn decode(owner: Address, m: &proto::UnfreezeBalanceV2Contract) -> Result<Self, DecodeError> {
        let amount = field::sun("unfreeze_balance", m.unfreeze_balance)?;
        Ok(Self { owner, amount, resource: field::resource("resource", m.resource)? })
    }

    pub(super) fn to_message(&self) -> proto::UnfreezeBalanceV2Contract {
        proto::UnfreezeBalanceV2Contract {
            owner_address: self.owner.to_bytes21().into(),
            unfreeze_balance: self.amount.to_i64(),
            resource: field::resource_code(self.resource),
        }
    }
}

/// `DelegateResourceContract`: lends the resource of a stake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delegate {
    /// Whose stake.
    pub owner: Address,
    /// Who may use the resource.
    pub receiver: Address,
    /// The stake behind it, in sun; the resource it yields changes with the chain's totals.
    pub amount: Sun,
    /// Which resource.
    pub resource: Resource,
    /// Whether it cannot be taken back for a while.
    pub lock: bool,
    /// For how many blocks of 3 seconds; 0 with a lock means the chain's three days.
    pub lock_period: u64,
}

impl Delegate {
    pub(super) fn decode(owner: Address, m: &proto::DelegateResourceContract) -> Result<Self, DecodeError> {
        Ok(Self {
            owner,
            receiver: field::address("receiver_address", &m.receiver_address)?,
            amount: field::sun("balance", m.balance)?,
            resource: field::resource("resource", m.resource)?,
            lock: m.lock,
            lock_period: field::count("lock_period", m.lock_period)?,
        })
    }

    pub(super) fn to_message(&self) -> proto::DelegateResourceContract {
        proto::DelegateResourceContract {
            owner_address: self.owner.to_bytes21().into(),
            resource: field::resource_code(self.resource),
            balance: self.amount.to_i64(),
            receiver_address: self.receiver.to_bytes21().into(),
            lock: self.lock,
            lock_period: self.lock_period.cast_signed(),
        }
    }
}

/// `UnDelegateResourceContract`: takes a lent resource back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undelegate {
    /// Whose stake.
    pub owner: Address,
    /// Who had the use of it.
    pub receiver: Address,
    /// The stake behind it, in sun.
    pub amount: Sun,
    /// Which resource.
    pub resource: Resource,
}

impl Undelegate {
    pub(super) fn decode(owner: Address, m: &proto::UnDelegateResourceContract) -> Result<Self, DecodeError> {
        let receiver = field::address("receiver_address", &m.receiver_address)?;
        let amount = field::sun("balance", m.balance)?;
        Ok(Self { owner, receiver, amount, resource: field::resource("resource", m.resource)? })
    }

    pub(super) fn to_message(&self) -> proto::UnDelegateResourceContract {
        proto::UnDelegateResourceContract {
            owner_address: self.owner.to_bytes21().into(),
            resource: field::resource_code(self.resource),
            balance: self.amount.to_i64(),
            receiver_address: self.receiver.to_bytes21().into(),
        }
    }
}
