//! Nodes: several may serve one chain, each with its own faults, so that a client's failover can be tested.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use primitives::{Address, TxId, UnixMs};

use crate::chain::{At, Chain, Snapshot, View};
use crate::faults::FaultPlan;
use crate::params::ChainParams;

/// What all nodes of a devnet share.
#[derive(Debug)]
pub struct Shared {
    chain: RwLock<Chain>,
    /// Where USDT is, if it was deployed.
    usdt: Option<Address>,
    /// Whether `estimateenergy` is on; java-tron's default is off.
    estimates: bool,
    /// The time, given from outside so that tests can hold it.
    clock: fn() -> UnixMs,
}

impl Shared {
    /// A devnet around `chain`.
    pub fn new(chain: Chain, usdt: Option<Address>, estimates: bool, clock: fn() -> UnixMs) -> Arc<Self> {
        Arc::new(Self { chain: RwLock::new(chain), usdt, estimates, clock })
    }

    /// The chain, to be looked at.
    pub fn chain(&self) -> RwLockReadGuard<'_, Chain> {
        // A panic while writing is a bug that the request has already shown; the next one sees what is there.
        self.chain.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The chain, to be changed.
    pub fn chain_mut(&self) -> RwLockWriteGuard<'_, Chain> {
        self.chain.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The time.
    pub fn now(&self) -> UnixMs {
        (self.clock)()
    }

    /// Where USDT is.
    pub const fn usdt(&self) -> Option<Address> {
        self.usdt
    }
}

/// What a stale node still shows.
#[derive(Debug)]
struct Frozen {
    pending: Snapshot,
    head: Snapshot,
    solid: Snapshot,
}

/// One face of the devnet: what a client reaches at one port.
#[derive(Debug)]
pub struct Node {
    shared: Arc<Shared>,
    faults: Mutex<FaultPlan>,
    frozen: RwLock<Option<Frozen>>,
    /// Transactions that this node answers with DUP for ever.
    swallowed: Mutex<HashSet<TxId>>,
}

impl Node {
    /// A node without faults.
    pub fn new(shared: Arc<Shared>) -> Arc<Self> {
        Arc::new(Self { shared, faults: Mutex::default(), frozen: RwLock::default(), swallowed: Mutex::default() })
    }

    /// What it shares with its siblings.
    pub fn shared(&self) -> &Shared {
        &self.shared
    }

    /// The chain, to be looked at as it is, stale or not.
    pub fn chain(&self) -> RwLockReadGuard<'_, Chain> {
        self.shared.chain()
    }

    /// The chain, to be changed.
    pub fn chain_mut(&self) -> RwLockWriteGuard<'_, Chain> {
        self.shared.chain_mut()
    }

    /// The faults that stand.
    pub fn faults(&self) -> MutexGuard<'_, FaultPlan> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at the chain as this node sees it: frozen while it is stale.
    pub fn view<R>(&self, at: At, look: impl FnOnce(View<'_>) -> R) -> R {
        let chain = self.chain();
        let frozen = self.frozen.read().unwrap_or_else(PoisonError::into_inner);
        let snapshot = frozen.as_ref().map(|frozen| match at {
            At::Pending => &frozen.pending,
            At::Head => &frozen.head,
            At::Solid => &frozen.solid,
        });
        look(snapshot.map_or_else(|| chain.view(at), |snapshot| chain.view_of(snapshot)))
    }

    /// Freezes what this node shows, or thaws it.
    pub fn set_stale(&self, stale: bool) {
        let chain = self.chain();
        let frozen = stale.then(|| Frozen {
            pending: chain.snapshot(At::Pending),
            head: chain.snapshot(At::Head),
            solid: chain.snapshot(At::Solid),
        });
        *self.frozen.write().unwrap_or_else(PoisonError::into_inner) = frozen;
    }

    /// Whether `txid` is answered with DUP although it was lost.
    pub fn swallows(&self, txid: &TxId) -> bool {
        self.swallowed.lock().unwrap_or_else(PoisonError::into_inner).contains(txid)
    }

    /// Answers `txid` with DUP from now on.
    pub fn swallow(&self, txid: TxId) {
        self.swallowed.lock().unwrap_or_else(PoisonError::into_inner).insert(txid);
    }

    /// Fees and limits.
    pub fn parameters(&self) -> ChainParams {
        self.chain().config().params.clone()
    }

    /// Whether `estimateenergy` is on.
    pub fn estimates(&self) -> bool {
        self.shared.estimates
    }
}
