//! Following a peer's feed: pull, apply, commit together with the cursor.
//!
//! What an event changes and the place up to which the feed was read are stored in one transaction, so an event is
//! applied exactly once however often it is pulled. A failing event stops the feed there until it can be applied:
//! facts have an order.

use std::fmt;
use std::time::Duration;

use store::{Commit, CommitError, Store};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::BoxError;
use crate::client::{Outcome, PeerClient};
use crate::clock::SharedClock;
use crate::metrics::Metrics;
use crate::problem::chain;

const WAIT_MS: u64 = 25_000;
const LIMIT: usize = 200;
/// Events of distinct subjects are committed together, up to this many.
const TOGETHER: usize = 64;
/// How often an event is applied anew at once when a record that it changes is changed by another.
const ATTEMPTS: u32 = 5;
const FIRST_DELAY: Duration = Duration::from_millis(200);
const LAST_DELAY: Duration = Duration::from_secs(10);

/// What a service makes of a peer's events.
pub trait Apply: Send + Sync + 'static {
    /// Adds to the commit what the event changes here; nothing for events that are of no concern. May be called again
    /// for the same event before its commit is made, so it must not do anything itself.
    fn apply(&self, event: &api::Event, commit: Commit) -> impl Future<Output = Result<Commit, BoxError>> + Send;

    /// The peer's database has begun a new life: what was read may be undone. Called before the feed is read from its
    /// beginning; until it succeeds nothing is read.
    fn resync(&self) -> impl Future<Output = Result<(), BoxError>> + Send {
        async { Ok(()) }
    }
}

/// Follows one peer's feed.
pub struct Follower<A> {
    store: Store,
    peer: PeerClient,
    apply: A,
    clock: SharedClock,
    metrics: Metrics,
}

impl<A: Apply> Follower<A> {
    /// Follows the feed of `peer`, keeping its cursor in `store` under the peer's name.
    pub const fn new(store: Store, peer: PeerClient, apply: A, clock: SharedClock, metrics: Metrics) -> Self {
        Self { store, peer, apply, clock, metrics }
    }

    /// The name that the cursor is kept under.
    pub fn reader(&self) -> &str {
        self.peer.peer()
    }

    /// Follows until told to stop. Errors are logged once while they stay the same, and tried again.
    pub async fn run(self, stop: CancellationToken) -> Result<(), BoxError> {
        let mut trouble = Trouble::default();
        // From now on it should be read.
        self.metrics.feed_lag(self.reader(), 0);
        self.metrics.feed_read(self.reader(), self.clock.now());
        while !stop.is_cancelled() {
            let pulled = tokio::select! {
                pulled = self.pull() => pulled,
                () = stop.cancelled() => break,
            };
            match pulled {
                Ok(()) => trouble.over(self.reader()),
                Err(error) => {
                    let delay = trouble.again(self.reader(), &*error);
                    tokio::select! {
                        () = tokio::time::sleep(delay) => {}
                        () = stop.cancelled() => {}
                    }
                }
            }
        }
        Ok(())
    }

    /// One page, from where the store says we are.
    async fn pull(&self) -> Result<(), BoxError> {
        let reader = self.reader();
        let mut after = self.store.cursor(reader).await?;
        let asked = Instant::now();
        let page = loop {
            let call = api::event::events(after.as_deref(), WAIT_MS, LIMIT);
            match self.peer.call_within(&call, Duration::from_millis(WAIT_MS + 10_000)).await {
                Outcome::Done(page) => break page,
                Outcome::Refused(problem) if problem.code == "cursor_gone" && after.is_some() => {
                    tracing::warn!(peer = reader, "the peer's feed has begun anew; reading it from its beginning");
                    self.apply.resync().await?;
                    after = None;
                }
                Outcome::Refused(problem) => return Err(problem.into()),
                Outcome::Unknown(cause) => return Err(cause.into()),
            }
        };
        if page.events.is_empty() && asked.elapsed() < FIRST_DELAY {
            // A peer that is stopping does not let us wait; asking again at once would only keep it from it.
            tokio::time::sleep(FIRST_DELAY).await;
        }
        self.absorb(&page.events).await?;
        if page.events.len() < LIMIT {
            self.metrics.feed_lag(self.reader(), 0);
        }
        self.metrics.feed_read(self.reader(), self.clock.now());
        Ok(())
    }

    /// Applies events in order, as many together as have nothing to do with one another.
    async fn absorb(&self, events: &[api::Event]) -> Result<(), BoxError> {
        let mut rest = events;
        while !rest.is_empty() {
            let (chunk, after) = rest.split_at(distinct(rest));
            if self.together(chunk).await.is_err() {
                for event in chunk {
                    self.alone(event).await?;
                }
            }
            rest = after;
        }
        Ok(())
    }

    async fn alone(&self, event: &api::Event) -> Result<(), BoxError> {
        for _ in 1..ATTEMPTS {
            match self.together(std::slice::from_ref(event)).await {
                Err(error) if is_conflict(&error) => {}
                result => return result,
            }
        }
        self.together(std::slice::from_ref(event)).await
    }

    async fn together(&self, events: &[api::Event]) -> Result<(), BoxError> {
        let Some(last) = events.last() else { return Ok(()) };
        let now = self.clock.now();
        let mut commit = Commit::new(now);
        for event in events {
            commit = self.apply.apply(event, commit).await?;
        }
        self.store.commit(commit.cursor(self.reader(), &last.cursor)).await?;
        self.metrics.feed_lag(self.reader(), now.ms_since(last.at));
        Ok(())
    }
}

/// How many of the first events have different subjects.
fn distinct(events: &[api::Event]) -> usize {
    let seen = |index: usize| events[..index].iter().any(|earlier| earlier.subject == events[index].subject);
    let within = events.len().min(TOGETHER);
    (1..within).find(|&index| seen(index)).unwrap_or(within)
}

fn is_conflict(error: &BoxError) -> bool {
    matches!(error.downcast_ref::<CommitError>(), Some(CommitError::Conflict { .. }))
}

/// How long a trouble lasts, and what was last said about it.
#[derive(Debug, Default)]
struct Trouble {
    said: String,
    delay: Option<Duration>,
}

impl Trouble {
    fn over(&mut self, peer: &str) {
        if self.delay.take().is_some() {
            tracing::info!(peer, "following the feed again");
            self.said.clear();
        }
    }

    fn again(&mut self, peer: &str, error: &(dyn std::error::Error + 'static)) -> Duration {
        let text = chain(error);
        if text != self.said {
            tracing::warn!(peer, error = text, "the feed cannot be followed; trying again");
            self.said = text;
        }
        let delay = self.delay.map_or(FIRST_DELAY, |delay| LAST_DELAY.min(delay * 2));
        self.delay = Some(delay);
        delay
    }
}

impl<A> fmt::Debug for Follower<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Follower({})", self.peer.peer())
    }
}
