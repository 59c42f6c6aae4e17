//! What the pool's threads share: the queue, what each of them is at, and whether the device is asked at all.

mod state;

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::action::Action;
use crate::circuit::Fault;
use crate::condition::{Condition, Sessions};
use crate::error::TokenError;
use crate::patience::Patience;

use super::job::{Job, Reply, Work};
use state::{Busy, Place, Request, State};

/// What a thread is to do next.
pub(super) enum Turn {
    /// This.
    Work(Work),
    /// Open a session again, having rested.
    Reopen,
    /// Nothing any more.
    End,
}

/// The shared state, and what its changes wake.
#[derive(Debug)]
pub(super) struct Board {
    state: Mutex<State>,
    patience: Patience,
    /// Wakes a thread for queued work.
    work: Condvar,
    /// Wakes resting threads when the pool closes.
    rest: Condvar,
    /// Wakes the watch for an earlier deadline or an end.
    watch: Condvar,
}

impl Board {
    /// A board with a place for each session; those that could not be opened rest.
    pub(super) fn new(open: impl Iterator<Item = bool>, patience: Patience) -> Self {
        Self {
            state: Mutex::new(State::new(open, patience, Instant::now())),
            patience,
            work: Condvar::new(),
            rest: Condvar::new(),
            watch: Condvar::new(),
        }
    }

    /// Queues a request, or refuses it at once when no session can take it.
    pub(super) fn submit(&self, job: Job) {
        let mut state = self.lock();
        if let Some(error) = state.nobody(Instant::now()) {
            drop(state);
            return (job.refuse)(error);
        }
        state.queue.push_back(job);
        drop(state);
        self.work.notify_one();
    }

    /// Waits for what the thread at `place` is to do.
    pub(super) fn next(&self, place: usize) -> Turn {
        let mut state = self.lock();
        loop {
            let now = Instant::now();
            if state.closing && (state.queue.is_empty() || matches!(state.places[place], Place::Resting { .. })) {
                self.occupy(&mut state, place, self.patience.search, None, now);
                return Turn::End;
            }
            if let Place::Resting { until } = state.places[place] {
                if now >= until {
                    self.occupy(&mut state, place, self.patience.search, None, now);
                    return Turn::Reopen;
                }
                let waited = self.rest.wait_timeout(state, until - now);
                state = waited.unwrap_or_else(PoisonError::into_inner).0;
                continue;
            }
            let Some(job) = state.queue.pop_front() else {
                state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            match state.circuit.admit(now) {
                Ok(entry) => {
                    let Job { errand, limit, work, refuse } = job;
                    self.occupy(&mut state, place, limit, Some(Request { errand, entry, refuse }), now);
                    return Turn::Work(work);
                }
                Err(error) => {
                    drop(state);
                    (job.refuse)(error);
                    state = self.lock();
                }
            }
        }
    }

    /// Has the thread at `place` watched while it calls the token.
    fn occupy(&self, state: &mut State, place: usize, limit: Duration, request: Option<Request>, now: Instant) {
        let until = now + limit;
        if state.next_look.is_none_or(|look| until < look) {
            self.watch.notify_one();
        }
        state.places[place] = Place::Busy(Busy { until, limit, request });
    }

    /// The work was done; `false` when it was done too late.
    pub(super) fn finish(&self, place: usize, reply: Reply, open: bool) -> bool {
        let in_time = self.leave(place, &reply.outcome, open);
        (reply.deliver)();
        in_time
    }

    /// Ends what the thread at `place` was at, if it was not written off meanwhile.
    fn leave(&self, place: usize, outcome: &Result<(), Fault>, open: bool) -> bool {
        let mut state = self.lock();
        let now = Instant::now();
        let out_of_sessions = outcome.as_ref().is_err_and(|fault| fault.action() == Action::ShrinkPool);
        let next = if out_of_sessions && !open { state.rest(now) } else { Place::Idle };
        let before = std::mem::replace(&mut state.places[place], next);
        let in_time = matches!(before, Place::Busy(_));
        if let Place::Busy(Busy { request: Some(request), .. }) = before {
            state.circuit.report(request.errand, request.entry, outcome, now);
        } else {
            tracing::warn!("a call to the token returned after it had been given up");
        }
        Self::refuse_stranded(state);
        in_time
    }

    /// The thread at `place` has rested and tried to open its session.
    pub(super) fn reopened(&self, place: usize, error: Option<&TokenError>) {
        let mut state = self.lock();
        if matches!(state.places[place], Place::Stuck) {
            tracing::warn!("the token opened a session after that had been given up");
        }
        state.places[place] = if error.is_some_and(|error| error.action() == Action::ShrinkPool) {
            state.rest(Instant::now())
        } else {
            // Any other error will be met again by the next request, whose repair it is.
            state.rested();
            Place::Idle
        };
        Self::refuse_stranded(state);
    }

    /// The thread at `place` has ended.
    pub(super) fn end(&self, place: usize) {
        let mut state = self.lock();
        state.places[place] = Place::Ended;
        Self::refuse_stranded(state);
        self.watch.notify_one();
    }

    /// The threads from `place` on were never started.
    pub(super) fn end_from(&self, place: usize) {
        let count = self.lock().places.len();
        (place..count).for_each(|place| self.end(place));
    }

    /// Whether the thread at `place` can be joined without waiting for the token.
    pub(super) fn has_ended(&self, place: usize) -> bool {
        matches!(self.lock().places[place], Place::Ended)
    }

    /// Takes no more work; what is queued is done.
    pub(super) fn close(&self) {
        self.lock().closing = true;
        self.work.notify_all();
        self.rest.notify_all();
        self.watch.notify_all();
    }

    /// Answers requests whose call does not return, until the pool has closed and nothing is left to watch.
    pub(super) fn watch(&self) {
        let mut state = self.lock();
        loop {
            let now = Instant::now();
            let overdue = state.write_off(now);
            if !overdue.is_empty() {
                Self::refuse_stranded(state);
                for (request, limit) in overdue {
                    tracing::error!(limit_ms = limit.as_millis(), "a call to the token does not return");
                    if let Some(request) = request {
                        (request.refuse)(TokenError::TimedOut { limit });
                    }
                }
                state = self.lock();
                continue;
            }
            if state.closing && state.is_over() {
                return;
            }
            state.next_look = state.first_deadline();
            state = match state.next_look {
                Some(look) => {
                    let waited = self.watch.wait_timeout(state, look.saturating_duration_since(now));
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
                None => self.watch.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    /// What is wrong with the token, as far as its sessions show.
    pub(super) fn condition(&self) -> Condition {
        self.lock().condition(Instant::now())
    }

    /// The sessions by what they do.
    pub(super) fn sessions(&self) -> Sessions {
        self.lock().sessions()
    }

    /// Refuses what is queued when no session is left to do it.
    fn refuse_stranded(mut state: MutexGuard<'_, State>) {
        let now = Instant::now();
        if state.nobody(now).is_none() {
            return;
        }
        let jobs = std::mem::take(&mut state.queue).into_iter();
        let stranded: Vec<_> = jobs.filter_map(|job| Some((job.refuse, state.nobody(now)?))).collect();
        drop(state);
        for (refuse, error) in stranded {
            refuse(error);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
