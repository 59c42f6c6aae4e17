//! The world at one block: accounts, contracts, storage, stake. Persistent maps, so that a copy costs a few pointers
//! and every unsolid block, every pending set and every contract call can keep one of its own.

mod account;
mod contract;
mod delegation;
mod permission;
mod totals;
mod witness;

use std::sync::Arc;

use primitives::Address;
use rpds::RedBlackTreeMapSync;

pub use account::{Account, AccountKind, PerResource, RewardCursor, StakedResource, Unfreezing, Usage, WINDOW_SLOTS};
pub use contract::Contract;
pub use delegation::{Delegation, DelegationKey};
pub use permission::{DEFAULT_ACTIVE_OPERATIONS, Permissions};
pub use totals::Totals;
pub use witness::Witness;

/// A word of contract storage.
pub type Word = [u8; 32];

/// All that transactions read and write.
#[derive(Debug, Clone)]
pub struct State {
    pub(crate) accounts: RedBlackTreeMapSync<Address, Account>,
    pub(crate) contracts: RedBlackTreeMapSync<Address, Arc<Contract>>,
    pub(crate) storage: RedBlackTreeMapSync<(Address, Word), Word>,
    pub(crate) delegations: RedBlackTreeMapSync<DelegationKey, Delegation>,
    /// Receiver and giver of every live delegation, the index in the other direction.
    pub(crate) givers: RedBlackTreeMapSync<(Address, Address), ()>,
    pub(crate) witnesses: RedBlackTreeMapSync<Address, Witness>,
    /// Reward per vote accumulated up to the end of a cycle, scaled by 10^18.
    pub(crate) reward_per_vote: RedBlackTreeMapSync<(Address, u64), u128>,
    pub(crate) totals: Totals,
}

impl State {
    /// A world without anything in it.
    pub fn empty(totals: Totals) -> Self {
        Self {
            accounts: RedBlackTreeMapSync::new_sync(),
            contracts: RedBlackTreeMapSync::new_sync(),
            storage: RedBlackTreeMapSync::new_sync(),
            delegations: RedBlackTreeMapSync::new_sync(),
            givers: RedBlackTreeMapSync::new_sync(),
            witnesses: RedBlackTreeMapSync::new_sync(),
            reward_per_vote: RedBlackTreeMapSync::new_sync(),
            totals,
        }
    }

    /// The account, if it was ever activated.
    pub fn account(&self, address: &Address) -> Option<&Account> {
        self.accounts.get(address)
    }

    /// The contract at an address.
    pub fn contract(&self, address: &Address) -> Option<&Arc<Contract>> {
        self.contracts.get(address)
    }

    /// A slot of a contract's storage; zero where nothing was written.
    pub fn storage(&self, address: Address, slot: Word) -> Word {
        self.storage.get(&(address, slot)).copied().unwrap_or_default()
    }

    pub(crate) fn put(&mut self, account: Account) {
        self.accounts.insert_mut(account.address, account);
    }

    /// Changes an account in place.
    ///
    /// # Panics
    /// If the account does not exist: every caller has validated that it does.
    pub(crate) fn change<R>(&mut self, address: Address, change: impl FnOnce(&mut Account) -> R) -> R {
        let account = self.accounts.get_mut(&address).expect("validated before it was executed: the account exists");
        change(account)
    }

    /// Adds to a balance, making the account if there is none.
    pub(crate) fn credit(&mut self, address: Address, sun: i64) {
        if !self.accounts.contains_key(&address) {
            self.put(Account::new(address, AccountKind::Normal, self.totals.head_time));
        }
        self.change(address, |account| account.balance = account.balance.saturating_add(sun));
    }
}
