//! The loop itself: keeps as many turns going as there are due records and places for them.

use std::panic::resume_unwind;
use std::time::Duration;

use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use primitives::UnixMs;
use store::{Record, StoreError, Unreadable, Versioned};
use tokio::task::JoinError;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument;

use std::sync::Arc;

use super::agenda::{Agenda, News};
use super::lateness::Lateness;
use super::turn::Ended;
use super::{Driver, Machine};
use crate::problem::chain;
use crate::request_id::RequestId;

/// How long to leave a store alone that failed.
const STORE_DELAY: Duration = Duration::from_secs(1);

type Turn<R> = BoxFuture<'static, (Versioned<R>, Ended)>;

pub(super) struct Pump<M: Machine> {
    driver: Arc<Driver<M>>,
    agenda: Agenda<M::Record>,
    turns: FuturesUnordered<Turn<M::Record>>,
    /// Since when a due row has waited for a place, at most.
    backlog: Option<UnixMs>,
    lateness: Arc<Lateness>,
}

impl<M: Machine> Pump<M> {
    pub(super) fn new(driver: Driver<M>) -> Self {
        let agenda = Agenda::new(driver.options.first_delay, driver.options.last_delay);
        let lateness = Arc::new(Lateness::new(driver.clock.now(), driver.options.idle));
        driver.metrics.drives(driver.noun(), &Ended::LABELS);
        let (shown, clock) = (lateness.clone(), driver.clock.clone());
        driver.metrics.late(driver.noun(), move || shown.at(clock.now()));
        Self { driver: Arc::new(driver), agenda, turns: FuturesUnordered::new(), backlog: None, lateness }
    }

    pub(super) async fn run(mut self, stop: CancellationToken) {
        let mut changes = self.driver.store.changes();
        // Whether the store may hold something due that we have not claimed.
        let mut look = true;
        let mut next_due: Option<UnixMs> = None;
        while !stop.is_cancelled() {
            let now = self.driver.clock.now();
            self.retry(now);
            let free = self.free();
            look |= next_due.is_some_and(|due| due <= now);
            // A few places at a time: each claim is a write of the store.
            if look && free >= (self.driver.options.concurrency / 4).max(1) {
                changes.borrow_and_update();
                match self.claim(free).await {
                    Ok(due) => (look, next_due) = (due.is_some_and(|due| due <= self.driver.clock.now()), due),
                    Err(error) => {
                        tracing::warn!(noun = self.driver.noun(), error = chain(&error), "the store cannot be read");
                        self.backlog.get_or_insert(now);
                        self.comes_round(now);
                        tokio::select! {
                            () = tokio::time::sleep(STORE_DELAY) => {}
                            () = stop.cancelled() => {}
                        }
                        continue;
                    }
                }
                if look && self.free() > 0 {
                    continue;
                }
            }
            if !look {
                self.backlog = None;
            }
            self.comes_round(now);
            // What is due and has no place yet waits for an ending turn, not for a time that has come.
            let sleep = self.sleep(next_due.filter(|_| !look));
            tokio::select! {
                () = stop.cancelled() => {}
                Some((read, ended)) = self.turns.next() => self.end(read, ended),
                changed = changes.changed(), if !look => look |= changed.is_ok(),
                () = tokio::time::sleep(sleep) => look = true,
            }
        }
        while let Some((read, ended)) = self.turns.next().await {
            self.driver.metrics.turn(self.driver.noun(), ended.label());
            self.agenda.end(read, ended, self.driver.clock.now());
        }
    }

    fn free(&self) -> usize {
        self.driver.options.concurrency.saturating_sub(self.turns.len())
    }

    /// Starts turns for what is due; the time when the next is.
    async fn claim(&mut self, free: usize) -> Result<Option<UnixMs>, StoreError> {
        let Driver { store, clock, options, .. } = &*self.driver;
        let (store, now) = (store.clone(), clock.now());
        let next = store.next_due::<M::Record>(now).await?;
        if next.is_none_or(|due| due > now) {
            return Ok(next);
        }
        let lease_ms = u64::try_from(options.lease.as_millis()).unwrap_or(u64::MAX);
        let claimed = store.claim::<M::Record>(now, lease_ms, free).await?;
        // What is left waits behind the last of these.
        self.backlog = claimed.records.last().map(|read| read.record.due_at().map_or(now, |due| due.min(now)));
        for Unreadable { id, why } in claimed.unreadable {
            if self.agenda.cannot_read(id) {
                tracing::error!(noun = self.driver.noun(), cause = chain(&why), "a row cannot be read; parked");
            }
        }
        for read in claimed.records {
            if let Some(read) = self.agenda.take(read) {
                self.start(read);
            }
        }
        self.driver.metrics.parked(self.driver.noun(), self.agenda.parked());
        store.next_due::<M::Record>(now).await
    }

    /// Says who has waited longest, for a place or for a turn that succeeds.
    fn comes_round(&self, now: UnixMs) {
        self.lateness.comes_round(now, self.backlog.into_iter().chain(self.agenda.failing_since()).min());
    }

    fn retry(&mut self, now: UnixMs) {
        while self.free() > 0
            && let Some(read) = self.agenda.retry(now)
        {
            self.start(read);
        }
    }

    fn start(&mut self, read: Versioned<M::Record>) {
        let driver = self.driver.clone();
        // A turn's calls carry an id of their own, as a request's do.
        let request_id = RequestId::fresh();
        let span = tracing::info_span!("turn", noun = driver.noun(), id = read.record.id(), %request_id);
        let turn = async move {
            let ended = driver.turn(&read).await;
            (read, ended)
        };
        // A task of its own, which ends with the pump. A turn that is polled by the pump alone stands still while the
        // pump waits for the store, and may hold just the connection that the pump waits for.
        let task = AbortOnDropHandle::new(tokio::spawn(request_id.scope(turn).instrument(span)));
        self.turns.push(Box::pin(async move {
            match task.await.map_err(JoinError::try_into_panic) {
                Ok(turned) => turned,
                Err(Ok(panic)) => resume_unwind(panic),
                // Only the end of the runtime cancels a task that somebody waits for.
                Err(Err(_)) => std::future::pending().await,
            }
        }));
    }

    fn end(&mut self, read: Versioned<M::Record>, ended: Ended) {
        let noun = self.driver.noun();
        self.driver.metrics.turn(noun, ended.label());
        let panicked = matches!(ended, Ended::Panicked(_));
        let (id, stage) = (read.record.id(), read.record.stage());
        let (later, news) = self.agenda.end(read, ended, self.driver.clock.now());
        match news {
            News::Failing(cause) if panicked => tracing::error!(noun, id, stage, cause, "a turn panicked; parked"),
            News::Failing(cause) => tracing::warn!(noun, id, stage, cause, "a turn failed; trying again"),
            News::Recovered => tracing::info!(noun, id, stage, "a turn succeeded after failures"),
            News::None => {}
        }
        self.driver.metrics.parked(noun, self.agenda.parked());
        if let Some(later) = later {
            self.start(later);
        }
    }

    /// Until something is due, or until it is time to look anyway.
    fn sleep(&self, next_due: Option<UnixMs>) -> Duration {
        let now = self.driver.clock.now();
        // While all places are taken, only an ending turn matters, and retries need a place as well.
        if self.free() == 0 {
            return self.driver.options.idle;
        }
        let next = next_due.into_iter().chain(self.agenda.next_retry()).min();
        let until = next.map_or(Duration::MAX, |at| Duration::from_millis(at.ms_since(now)));
        until.min(self.driver.options.idle)
    }
}
