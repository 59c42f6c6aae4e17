//! Transactions that wait for a block.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::Arc;

use primitives::{TxId, UnixMs};
use tron_tx::proto::Transaction;

use super::Chain;
use crate::admitted::Admitted;
use crate::execution;
use crate::refusal::Refusal;
use crate::state::State;

/// How long a transaction may wait (java-tron `Args.pendingTransactionTimeout`).
const WAIT_MS: u64 = 60_000;
/// Ids that are remembered, and for how long (java-tron `Manager.transactionIdCache`).
const SEEN_MAX: usize = 100_000;
const SEEN_MS: u64 = 3_600_000;

/// The waiting transactions and the state on top of the head that they lead to.
#[derive(Debug)]
pub(super) struct Pool {
    pub(super) state: State,
    waiting: BTreeMap<u64, Waiting>,
    places: HashMap<TxId, u64>,
    next: u64,
    /// Ids that answer DUP, made before anything is checked.
    seen: HashSet<TxId>,
    seen_since: VecDeque<(TxId, UnixMs)>,
}

#[derive(Debug)]
struct Waiting {
    admitted: Arc<Admitted>,
    since: UnixMs,
}

impl Pool {
    pub(super) fn new(state: State) -> Self {
        Self {
            state,
            waiting: BTreeMap::new(),
            places: HashMap::new(),
            next: 0,
            seen: HashSet::new(),
            seen_since: VecDeque::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    pub(super) fn in_order(&self) -> impl Iterator<Item = &Arc<Admitted>> {
        self.waiting.values().map(|waiting| &waiting.admitted)
    }

    pub(super) fn get(&self, id: &TxId) -> Option<&Arc<Admitted>> {
        self.places.get(id).and_then(|place| self.waiting.get(place)).map(|waiting| &waiting.admitted)
    }

    pub(super) fn add(&mut self, admitted: Arc<Admitted>, since: UnixMs) {
        self.places.insert(admitted.id, self.next);
        self.waiting.insert(self.next, Waiting { admitted, since });
        self.next += 1;
    }

    /// True if it was waiting.
    pub(super) fn remove(&mut self, id: &TxId) -> bool {
        self.places.remove(id).and_then(|place| self.waiting.remove(&place)).is_some()
    }

    /// Drops what has waited too long.
    pub(super) fn drop_stale(&mut self, now: UnixMs) {
        let stale: Vec<TxId> = self
            .waiting
            .values()
            .filter(|waiting| now.ms_since(waiting.since) > WAIT_MS)
            .map(|waiting| waiting.admitted.id)
            .collect();
        for id in stale {
            self.remove(&id);
        }
    }

    /// Notes an id; false if it is known already.
    pub(super) fn note(&mut self, id: TxId, now: UnixMs) -> bool {
        while let Some((old, since)) = self.seen_since.front()
            && (self.seen_since.len() >= SEEN_MAX || now.ms_since(*since) > SEEN_MS)
        {
            self.seen.remove(old);
            self.seen_since.pop_front();
        }
        let fresh = self.seen.insert(id);
        if fresh {
            self.seen_since.push_back((id, now));
        }
        fresh
    }

    /// Forgets an id, so that it is taken in again.
    pub(super) fn forget(&mut self, id: &TxId) {
        if self.seen.remove(id) {
            self.seen_since.retain(|(other, _)| other != id);
        }
    }
}

impl Chain {
    /// A waiting transaction.
    pub fn pending(&self, id: &TxId) -> Option<&Transaction> {
        self.pool.get(id).map(|admitted| &admitted.transaction)
    }

    /// Ids of all waiting transactions, in order of arrival.
    pub fn pending_ids(&self) -> Vec<TxId> {
        self.pool.in_order().map(|admitted| admitted.id).collect()
    }

    /// Loses a waiting transaction, as a node may; it is taken in again if somebody sends it again. False if it was not
    /// waiting.
    pub fn drop_pending(&mut self, id: &TxId) -> bool {
        let was_waiting = self.pool.remove(id);
        if was_waiting {
            self.pool.forget(id);
            self.restack_pool();
        }
        was_waiting
    }

    /// Executes a transaction on top of what waits already.
    pub(super) fn stack(&mut self, admitted: &Admitted) -> Result<(), Refusal> {
        let time = self.next_slot();
        let producer = self.producer_at(time, 0).address();
        let mut state = self.pool.state.clone();
        let block_ids = |number| self.block(number).map(|block| block.id);
        execution::execute(&mut state, &self.context(&block_ids, time, producer), admitted)?;
        self.pool.state = state;
        Ok(())
    }

    /// Puts what waits on top of the head anew, dropping what no longer fits there.
    pub(super) fn restack_pool(&mut self) {
        self.pool.state = self.head_state().clone();
        let waiting: Vec<Arc<Admitted>> = self.pool.in_order().cloned().collect();
        for admitted in waiting {
            let stacked = self.place(&admitted).and_then(|()| self.stack(&admitted));
            if let Err(reason) = stacked {
                tracing::debug!(txid = %admitted.id, ?reason, "no longer waits");
                self.pool.remove(&admitted.id);
            }
        }
    }
}
