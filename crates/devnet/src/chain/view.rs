//! Reading the chain at one of its ends.

use primitives::{Address, BlockId, TxId, UnixMs};
use tron_tx::proto::{
    Account, DelegatedResource, DelegatedResourceAccountIndex, Transaction, TransactionInfo, Witness,
};

use super::{Chain, StoredBlock, account_message};
use crate::actuator::{Scene, delegate, rewards, unfreeze};
use crate::resource::{limits, recovery, slot_of};
use crate::state::{Contract, Delegation, PerResource, StakedResource, State};

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
        self.block_by_number(self.top).unwrap_or_else(|| self.chain.head())
    }

    /// The block with a number.
    pub fn block_by_number(&self, number: u64) -> Option<&'a StoredBlock> {
        if number > self.top { None } else { self.chain.block(number) }
    }

    /// The block with an id.
    pub fn block_by_id(&self, id: &BlockId) -> Option<&'a StoredBlock> {
        self.chain.by_id.get(id).and_then(|number| self.block_by_number(*number))
    }

    /// The block that has a transaction, and its place there.
    fn place(&self, id: &TxId) -> Option<(&'a StoredBlock, usize)> {
        let (number, at) = self.chain.included.get(id)?;
        self.block_by_number(*number).map(|block| (block, *at))
    }

    /// An included transaction, with `ret` as it stands in the block.
    pub fn transaction(&self, id: &TxId) -> Option<&'a Transaction> {
        self.place(id).and_then(|(block, at)| block.block.transactions.get(at))
    }

    /// What an included transaction did.
    pub fn transaction_info(&self, id: &TxId) -> Option<&'a TransactionInfo> {
        self.place(id).and_then(|(block, at)| block.infos.get(at))
    }

    /// What the transactions of a block did; empty for an unknown block.
    pub fn infos_of_block(&self, number: u64) -> &'a [TransactionInfo] {
        self.block_by_number(number).map_or(&[], |block| block.infos.as_slice())
    }

    /// The slot of 3 s that this view's head is in.
    fn slot(&self) -> i64 {
        slot_of(self.state.totals.head_time, self.chain.config.timestamp)
    }

    fn scene(&self) -> Scene<'a> {
        Scene::new(self.state, &self.chain.config.params, self.chain.config.timestamp)
    }

    /// The account as `getaccount` shows it: use of resources decayed to this view's head, slots turned into
    /// milliseconds, three `frozenV2` entries, implicit permissions spelt out.
    pub fn account(&self, address: &Address) -> Option<Account> {
        let account = self.state.account(address)?;
        Some(account_message::message(self.state, account, self.slot(), self.chain.config.timestamp))
    }

    /// Limits and use of an account's resources.
    pub fn resources(&self, address: &Address) -> Option<ResourceUse> {
        let account = self.state.account(address)?;
        let (rules, slot) = (&self.chain.config.params, self.slot());
        let weight = self.state.totals.weight;
        Some(ResourceUse {
            free_net_used: recovery::plain(account.free_net_usage, 0, account.free_net_slot, slot),
            free_net_limit: rules.free_net_limit,
            net_used: recovery::recovered(&account.usage.bandwidth, slot),
            net_limit: limits::of(account, StakedResource::Bandwidth, self.state, rules),
            energy_used: recovery::recovered(&account.usage.energy, slot),
            energy_limit: limits::of(account, StakedResource::Energy, self.state, rules),
            total_net_limit: rules.total_net_limit,
            total_net_weight: weight.bandwidth,
            total_energy_limit: rules.total_energy_limit,
            total_energy_weight: weight.energy,
            tron_power_used: account.votes.iter().map(|(_, count)| count).sum(),
            tron_power_limit: account.tron_power() / limits::TRX,
        })
    }

    /// The contract at an address.
    pub fn contract(&self, address: &Address) -> Option<&'a Contract> {
        self.state.contract(address).map(AsRef::as_ref)
    }

    /// What `from` lends `to` (`getdelegatedresourcev2`), unlocked part first; empty parts left out.
    pub fn delegated_resource(&self, from: &Address, to: &Address) -> Vec<DelegatedResource> {
        let parts = [false, true].map(|locked| self.state.delegations.get(&(*from, *to, locked)));
        let message = |part: &Delegation| DelegatedResource {
            from: from.to_bytes21().to_vec(),
            to: to.to_bytes21().to_vec(),
            frozen_balance_for_bandwidth: part.amount.bandwidth,
            frozen_balance_for_energy: part.amount.energy,
            expire_time_for_bandwidth: part.expires_at.bandwidth.to_i64(),
            expire_time_for_energy: part.expires_at.energy.to_i64(),
        };
        parts.into_iter().flatten().map(message).collect()
    }

    /// With whom an account shares resources (`getdelegatedresourceaccountindexv2`).
    pub fn delegation_index(&self, address: &Address) -> DelegatedResourceAccountIndex {
        let all = Address::ZERO..=Address::from_evm([0xff; 20]);
        let (first, last) = (*all.start(), *all.end());
        let givers = self.state.givers.range((*address, first)..=(*address, last)).map(|((_, from), ())| from);
        let lent = self.state.delegations.range((*address, first, false)..=(*address, last, true));
        let mut receivers: Vec<Address> = lent.map(|((_, to, _), _)| *to).collect();
        receivers.dedup();
        DelegatedResourceAccountIndex {
            account: address.to_bytes21().to_vec(),
            from_accounts: givers.map(|from| from.to_bytes21().to_vec()).collect(),
            to_accounts: receivers.iter().map(|to| to.to_bytes21().to_vec()).collect(),
            timestamp: 0,
        }
    }

    /// Sun that an account could delegate now; 0 when under 1 TRX.
    pub fn can_delegate(&self, owner: &Address, resource: StakedResource) -> i64 {
        let sun = delegate::available(self.state, self.scene(), owner, resource);
        if sun < limits::TRX { 0 } else { sun }
    }

    /// How many more unfreeze requests an account may make, of 32.
    pub fn available_unfreeze_count(&self, owner: &Address) -> i64 {
        let now = self.state.totals.head_time;
        let under_way = self.state.account(owner).map_or(0, |account| unfreeze::under_way(account, now));
        i64::try_from(unfreeze::MAX_UNFREEZING.saturating_sub(under_way)).unwrap_or(0)
    }

    /// Sun of unfreezings that are over at `time`.
    pub fn withdrawable_unfreeze(&self, owner: &Address, time: UnixMs) -> i64 {
        let Some(account) = self.state.account(owner) else { return 0 };
        account.unfreezing.iter().filter(|entry| entry.expires_at <= time).map(|entry| entry.amount).sum()
    }

    /// Rewards that an account could withdraw, sun.
    pub fn reward(&self, address: &Address) -> i64 {
        rewards::due(self.state, *address)
    }

    /// Percent that a witness keeps from its voters; 20 for others, the protocol's default.
    pub fn brokerage(&self, address: &Address) -> i64 {
        self.state.witnesses.get(address).map_or(20, |witness| witness.brokerage)
    }

    /// All witnesses, most votes first.
    pub fn witnesses(&self) -> Vec<Witness> {
        let mut ranked: Vec<_> = self.state.witnesses.values().collect();
        ranked.sort_by_key(|witness| std::cmp::Reverse((witness.votes, witness.address)));
        let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        ranked
            .into_iter()
            .map(|witness| Witness {
                address: witness.address.to_bytes21().to_vec(),
                vote_count: witness.votes,
                url: witness.url.clone(),
                total_produced: number(witness.produced),
                total_missed: number(witness.missed),
                latest_block_num: number(witness.latest_block),
                latest_slot_num: number(witness.latest_slot),
                is_jobs: true,
                ..Witness::default()
            })
            .collect()
    }

    /// When maintenance is next due.
    pub const fn next_maintenance(&self) -> UnixMs {
        self.state.totals.next_maintenance
    }

    /// Sun burned since genesis.
    pub const fn burned(&self) -> i64 {
        self.state.totals.burned
    }

    /// The network's stake in whole TRX.
    pub const fn total_weight(&self) -> PerResource<i64> {
        self.state.totals.weight
    }
}
