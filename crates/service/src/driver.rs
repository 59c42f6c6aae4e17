//! The one loop behind all background work: take what is due, gather facts, decide, commit.
//!
//! A [`Machine`] says how records of one noun move. One turn of a record is
//!
//! 1. **gather**: read what the decision needs, and send again the commands that the *committed* state entitles to,
//!    each idempotent by an id that the state determines. A command's answer is thus a fact of a later turn and never
//!    known only to memory: wherever the process dies, the next turn does the same again.
//! 2. **plan**: decide, without IO; the result is the next state and what is to be stored with it.
//! 3. **commit**: all of it in one transaction, on the version that was read. If somebody else was faster nothing is
//!    stored, and the record comes up again.
//!
//! An effect that must come after a commit is therefore done by the *next* turn: plan a state that says so and is due
//! at once. Nothing waits for a tick: commits and wakes rouse the loop.
//!
//! A turn that fails is tried again after 0.5, 1, 2 … 30 seconds, from memory; a process that dies meanwhile leaves a
//! claim that ends by itself. A turn that panics is parked until its record is changed by somebody else or the process
//! starts anew; a row that cannot be read is parked until it can be, and keeps no other.

mod agenda;
mod lateness;
mod pump;
#[cfg(test)]
mod tests;
mod turn;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use primitives::UnixMs;
use store::{Commit, CommitError, Hold, NewEvent, Record, Store, Versioned};
use tokio_util::sync::CancellationToken;

use crate::BoxError;
use crate::clock::SharedClock;
use crate::metrics::Metrics;

/// How records of one noun move.
pub trait Machine: Send + Sync + 'static {
    /// What moves.
    type Record: Record;
    /// What a decision is made from.
    type Facts: Send;

    /// Gathers the facts for one turn, sending again whatever the committed state entitles to. An error, such as an
    /// unknown outcome that the plan can make nothing of, ends the turn, which is tried again later.
    fn gather(
        &self,
        read: &Versioned<Self::Record>,
        now: UnixMs,
    ) -> impl Future<Output = Result<Self::Facts, BoxError>> + Send;

    /// Decides. No IO; a panic parks the record.
    fn plan(&self, read: &Versioned<Self::Record>, facts: Self::Facts, now: UnixMs) -> Plan<Self::Record>;

    /// Another plan for when the store refuses the first: a sum is exceeded ([`CommitError::Exceeded`]) or a unique
    /// name is taken ([`CommitError::KeyTaken`]). Without one the turn has failed and is tried again later.
    fn refused(&self, read: &Versioned<Self::Record>, why: &CommitError, now: UnixMs) -> Option<Plan<Self::Record>> {
        let _ = (read, why, now);
        None
    }

    /// A turn has changed the record into `next`. For what is measured: nothing else may depend on it, as a process may
    /// die before it.
    fn committed(&self, read: &Versioned<Self::Record>, next: &Self::Record, now: UnixMs) {
        let _ = (read, next, now);
    }
}

/// What a turn decided: the next state, and what is stored in the same transaction.
#[derive(Clone, Debug)]
#[must_use]
pub struct Plan<R> {
    next: R,
    commit: Commit,
}

impl<R: Record> Plan<R> {
    /// The record becomes this. An equal record only goes back to sleep until its due time, keeping its version; it
    /// must then be due later than now, or the turn counts as failed, since it would repeat itself without end.
    pub const fn to(next: R, now: UnixMs) -> Self {
        Self { next, commit: Commit::new(now) }
    }

    /// Tells the feed's readers; `version` is `read.next_version()` where the record changes.
    pub fn event(self, event: NewEvent) -> Self {
        self.also(|commit| commit.event(event))
    }

    /// Takes a share of a sum.
    pub fn hold(self, hold: Hold) -> Self {
        self.also(|commit| commit.hold(hold))
    }

    /// Gives a share back, at once or from `until` on.
    pub fn release(self, scope: impl Into<String>, holder: impl Into<String>, until: Option<UnixMs>) -> Self {
        self.also(|commit| commit.release(scope, holder, until))
    }

    /// Makes another record due now.
    pub fn wake<Other: Record>(self, id: impl Into<String>) -> Self {
        self.also(|commit| commit.wake::<Other>(id))
    }

    /// Adds whatever else a commit can hold, such as other records. Not the record itself.
    pub fn also(mut self, add: impl FnOnce(Commit) -> Commit) -> Self {
        self.commit = add(self.commit);
        self
    }

    /// The state that was decided on.
    pub const fn next(&self) -> &R {
        &self.next
    }

    /// The whole as one commit on what was read: for tests of machines, and for handlers that use a machine's plans.
    pub fn into_commit(self, read: &Versioned<R>) -> Commit {
        self.commit.update(read, &self.next)
    }
}

/// How a driver paces itself.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Turns at once.
    pub concurrency: usize,
    /// A turn that takes longer has failed. Must be well below the lease.
    pub turn_timeout: Duration,
    /// How long a claim keeps others off; a record claimed by a process that died waits so long.
    pub lease: Duration,
    /// The first delay after a failure; doubled after each.
    pub first_delay: Duration,
    /// The longest delay after a failure. Must be below the lease.
    pub last_delay: Duration,
    /// The store is looked at so often even if nothing in this process has changed it.
    pub idle: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            concurrency: 64,
            turn_timeout: Duration::from_secs(30),
            lease: Duration::from_mins(1),
            first_delay: Duration::from_millis(500),
            last_delay: Duration::from_secs(30),
            idle: Duration::from_secs(15),
        }
    }
}

/// Moves all records of one noun, until it is told to stop.
pub struct Driver<M> {
    store: Store,
    machine: Arc<M>,
    clock: SharedClock,
    metrics: Metrics,
    options: Options,
}

impl<M: Machine> Driver<M> {
    /// A driver of this machine's records in this store.
    pub fn new(store: Store, machine: M, clock: SharedClock, metrics: Metrics, options: Options) -> Self {
        Self { store, machine: Arc::new(machine), clock, metrics, options }
    }

    /// The noun whose records it moves.
    pub const fn noun(&self) -> &'static str {
        <M::Record as Record>::NOUN
    }

    /// Runs until told to stop, then finishes the turns that are under way. Never ends by itself.
    pub async fn run(self, stop: CancellationToken) -> Result<(), BoxError> {
        pump::Pump::new(self).run(stop).await;
        Ok(())
    }
}

impl<M> fmt::Debug for Driver<M>
where
    M: Machine,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Driver({})", self.noun())
    }
}
