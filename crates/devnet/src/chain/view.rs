//! Reading the chain at one of its ends.

use primitives::{Address, BlockId, TxId, UnixMs};
use tron_tx::proto::{
    Account, DelegatedResource, DelegatedResourceAccountIndex, Transaction, TransactionInfo, Witness,
};

use super::{Chain, StoredBlock};
use crate::call::{CallError, CallOutcome, ConstantCall};
use crate::state::{Contract, PerResource, StakedResource, State};

/// Which state a question is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    /// The newest block with the waiting transactions on top: what `/wallet` answers from.
    Pending,
    /// The newest block.
    Head,
    /// The newest irreversible block: what `/walletsolidity` answers from.
    Solid,
}

/// The chain as seen at one point; blocks above it do not exist here.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    pub(super) chain: &'a Chain,
    pub(super) state: &'a State,
    pub(super) top: u64,
}

/// Limits and use of an account's resources, decayed to the head (`getaccountresource`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ResourceUse {
    /// Free bandwidth in use.
    pub free_net_used: i64,
    /// Free bandwidth a day.
    pub free_net_limit: i64,
    /// Staked bandwidth in use.
    pub net_used: i64,
    /// Staked bandwidth a day.
    pub net_limit: i64,
    /// Energy in use.
    pub energy_used: i64,
    /// Energy a day.
    pub energy_limit: i64,
    /// The network's bandwidth a day.
    pub total_net_limit: i64,
    /// The network's stake for bandwidth, whole TRX.
    pub total_net_weight: i64,
    /// The network's energy a day.
    pub total_energy_limit: i64,
    /// The network's stake for energy, whole TRX.
    pub total_energy_weight: i64,
    /// Votes cast.
    pub tron_power_used: i64,
    /// Votes available.
    pub tron_power_limit: i64,
}

impl<'a> View<'a> {
    /// The newest block of this view.
    pub fn head(&self) -> &'a StoredBlock {
        todo!()
    }

    /// The block with a number.
    pub fn block_by_number(&self, number: u64) -> Option<&'a StoredBlock> {
        todo!()
    }

    /// The block with an id.
    pub fn block_by_id(&self, id: &BlockId) -> Option<&'a StoredBlock> {
        todo!()
    }

    /// An included transaction, with `ret` as it stands in the block.
    pub fn transaction(&self, id: &TxId) -> Option<&'a Transaction> {
        todo!()
    }

    /// What an included transaction did.
    pub fn transaction_info(&self, id: &TxId) -> Option<&'a TransactionInfo> {
        todo!()
    }

    /// What the transactions of a block did; empty for an unknown block.
    pub fn infos_of_block(&self, number: u64) -> &'a [TransactionInfo] {
        todo!()
    }

    /// The account as `getaccount` shows it: use of resources decayed to this view's head, slots turned into
    /// milliseconds, three `frozenV2` entries, implicit permissions spelt out.
    pub fn account(&self, address: &Address) -> Option<Account> {
        todo!()
    }

    /// Limits and use of an account's resources.
    pub fn resources(&self, address: &Address) -> Option<ResourceUse> {
        todo!()
    }

    /// The contract at an address.
    pub fn contract(&self, address: &Address) -> Option<&'a Contract> {
        todo!()
    }

    /// Runs a call and forgets it.
    pub fn constant_call(&self, call: &ConstantCall) -> Result<CallOutcome, CallError> {
        todo!()
    }

    /// The least energy with which a call succeeds, found as java-tron finds it: by bisection to within 1 TRX.
    pub fn estimate_energy(&self, call: &ConstantCall) -> Result<i64, CallError> {
        todo!()
    }

    /// What `from` lends `to` (`getdelegatedresourcev2`), unlocked part first; empty parts left out.
    pub fn delegated_resource(&self, from: &Address, to: &Address) -> Vec<DelegatedResource> {
        todo!()
    }

    /// With whom an account shares resources (`getdelegatedresourceaccountindexv2`).
    pub fn delegation_index(&self, address: &Address) -> DelegatedResourceAccountIndex {
        todo!()
    }

    /// Sun that an account could delegate now; 0 when under 1 TRX.
    pub fn can_delegate(&self, owner: &Address, resource: StakedResource) -> i64 {
        todo!()
    }

    /// How many more unfreeze requests an account may make, of 32.
    pub fn available_unfreeze_count(&self, owner: &Address) -> i64 {
        todo!()
    }

    /// Sun of unfreezings that are over at `time`.
    pub fn withdrawable_unfreeze(&self, owner: &Address, time: UnixMs) -> i64 {
        todo!()
    }

    /// Rewards that an account could withdraw, sun.
    pub fn reward(&self, address: &Address) -> i64 {
        todo!()
    }

    /// Percent that a witness keeps from its voters; 20 for others, the protocol's default.
    pub fn brokerage(&self, address: &Address) -> i64 {
        todo!()
    }

    /// All witnesses, most votes first.
    pub fn witnesses(&self) -> Vec<Witness> {
        todo!()
    }

    /// When maintenance is next due.
    pub fn next_maintenance(&self) -> UnixMs {
        todo!()
    }

    /// Sun burned since genesis.
    pub fn burned(&self) -> i64 {
        todo!()
    }

    /// The network's stake in whole TRX.
    pub fn total_weight(&self) -> PerResource<i64> {
        todo!()
    }
}
