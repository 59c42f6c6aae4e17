//! An account: balance, stake, what it used, who may sign for it.

use std::sync::Arc;

use primitives::{Address, UnixMs};

use super::permission::Permissions;

/// The window over which a used resource comes back, in slots of 3 s: one day (java-tron `ResourceProcessor`).
pub const WINDOW_SLOTS: i64 = 28_800;

/// An activated account. Amounts in sun, at least 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Where.
    pub address: Address,
    /// Whether it is a contract.
    pub kind: AccountKind,
    /// Name set by AccountUpdateContract.
    pub name: Vec<u8>,
    /// Free balance.
    pub balance: i64,
    /// When it was activated.
    pub created_at: UnixMs,
    /// When it last sent a transaction.
    pub last_operation_at: UnixMs,
    /// Own stake that is not delegated (`frozenV2`).
    pub frozen: PerResource<i64>,
    /// Own stake that others use.
    pub delegated: PerResource<i64>,
    /// Others' stake that this account uses.
    pub acquired: PerResource<i64>,
    /// Stake on its way out, in the order of the requests.
    pub unfreezing: Vec<Unfreezing>,
    /// Staked bandwidth and energy used.
    pub usage: PerResource<Usage>,
    /// Free bandwidth used at `free_net_slot`.
    pub free_net_usage: i64,
    /// Slot of the last use of free bandwidth.
    pub free_net_slot: i64,
    /// Votes cast, in whole TRX.
    pub votes: Vec<(Address, i64)>,
    /// Where settling rewards has come to.
    pub rewards: RewardCursor,
    /// Settled rewards that were not withdrawn.
    pub allowance: i64,
    /// When rewards were last withdrawn; 0 if never.
    pub last_withdraw_at: UnixMs,
    /// Permissions, where they were set; otherwise the address alone is owner and active.
    pub permissions: Option<Arc<Permissions>>,
}

/// How far an account's rewards are settled (java-tron `DelegationStore`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RewardCursor {
    /// The first cycle that is not settled.
    pub begin: u64,
    /// The cycle after the one that `votes` were noted in; that cycle still earns by them, later ones by the current.
    pub end: u64,
    /// Votes as noted when rewards were last settled.
    pub votes: Vec<(Address, i64)>,
}

/// Who runs an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountKind {
    /// A key.
    Normal,
    /// Code.
    Contract,
}

/// The two resources that stake buys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StakedResource {
    /// Bytes of transactions.
    Bandwidth,
    /// Work of contracts.
    Energy,
}

/// A value for each resource.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PerResource<T> {
    /// For bandwidth.
    pub bandwidth: T,
    /// For energy.
    pub energy: T,
}

impl<T> PerResource<T> {
    /// The value for one resource.
    pub const fn of(&self, resource: StakedResource) -> &T {
        match resource {
            StakedResource::Bandwidth => &self.bandwidth,
            StakedResource::Energy => &self.energy,
        }
    }

    /// The value for one resource, to change it.
    pub const fn of_mut(&mut self, resource: StakedResource) -> &mut T {
        match resource {
            StakedResource::Bandwidth => &mut self.bandwidth,
            StakedResource::Energy => &mut self.energy,
        }
    }
}

/// Use of a staked resource at a moment, and how long the rest of it takes to come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// Units in use at `slot`.
    pub used: i64,
    /// Slot of the last use.
    pub slot: i64,
    /// Recovery window in slots times 1000 (window form V2).
    pub window: i64,
    /// Whether the account ever used the resource: the JSON shows the window only then.
    pub touched: bool,
}

impl Default for Usage {
    fn default() -> Self {
        Self { used: 0, slot: 0, window: WINDOW_SLOTS * 1000, touched: false }
    }
}

/// One request to take stake out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unfreezing {
    /// What it was staked for.
    pub resource: StakedResource,
    /// Sun.
    pub amount: i64,
    /// When it may be withdrawn.
    pub expires_at: UnixMs,
}

impl Account {
    /// A fresh account without a balance.
    pub fn new(address: Address, kind: AccountKind, now: UnixMs) -> Self {
        Self {
            address,
            kind,
            name: Vec::new(),
            balance: 0,
            created_at: now,
            last_operation_at: UnixMs(0),
            frozen: PerResource::default(),
            delegated: PerResource::default(),
            acquired: PerResource::default(),
            unfreezing: Vec::new(),
            usage: PerResource::default(),
            free_net_usage: 0,
            free_net_slot: 0,
            votes: Vec::new(),
            rewards: RewardCursor::default(),
            allowance: 0,
            last_withdraw_at: UnixMs(0),
            permissions: None,
        }
    }

    /// Stake that counts for a resource: own that is not lent, and what others lent (java-tron `getAllFrozenBalanceFor…`).
    pub const fn usable_stake(&self, resource: StakedResource) -> i64 {
        self.frozen.of(resource).saturating_add(*self.acquired.of(resource))
    }

    /// Own stake of one resource, lent or not.
    pub const fn own_stake(&self, resource: StakedResource) -> i64 {
        self.frozen.of(resource).saturating_add(*self.delegated.of(resource))
    }

    /// Own stake of both resources in sun: what votes are counted against (`getTronPower`).
    pub const fn tron_power(&self) -> i64 {
        self.own_stake(StakedResource::Bandwidth).saturating_add(self.own_stake(StakedResource::Energy))
    }
}
