//! The board's state: changed under its lock, by nothing that blocks.

use std::collections::VecDeque;
use std::fmt;
use std::time::{Duration, Instant};

use cryptoki::error::RvError;

use crate::circuit::{Circuit, Entry, Errand, Fault};
use crate::condition::{Cause, Condition, Sessions};
use crate::error::TokenError;
use crate::patience::Patience;
use crate::pool::job::{Job, Refuse};

/// What a thread is at.
#[derive(Debug)]
pub(super) enum Place {
    /// Waiting for work.
    Idle,
    /// In a call to the token.
    Busy(Busy),
    /// In a call that was given up.
    Stuck,
    /// Without a session, because the device had none left.
    Resting {
        /// When to try again.
        until: Instant,
    },
    /// Gone.
    Ended,
}

/// A call to the token that has a deadline.
#[derive(Debug)]
pub(super) struct Busy {
    pub(super) until: Instant,
    pub(super) limit: Duration,
    /// Whom it is for; nobody when a session is opened after a rest, or closed at the end.
    pub(super) request: Option<Request>,
}

/// A request that is being worked on.
pub(super) struct Request {
    pub(super) errand: Errand,
    pub(super) entry: Entry,
    pub(super) refuse: Refuse,
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("errand", &self.errand).field("entry", &self.entry).finish_non_exhaustive()
    }
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) queue: VecDeque<Job>,
    pub(super) places: Vec<Place>,
    pub(super) circuit: Circuit,
    pub(super) closing: bool,
    /// When the watch will look by itself.
    pub(super) next_look: Option<Instant>,
    patience: Patience,
    /// How long the next session that finds the device without one will rest.
    next_rest: Duration,
}

impl State {
    pub(super) fn new(open: impl Iterator<Item = bool>, patience: Patience, now: Instant) -> Self {
        let mut state = Self {
            queue: VecDeque::new(),
            places: Vec::new(),
            circuit: Circuit::new(patience),
            closing: false,
            next_look: None,
            patience,
            next_rest: patience.backoff,
        };
        let until = now + patience.backoff;
        state.places = open.map(|open| if open { Place::Idle } else { Place::Resting { until } }).collect();
        state
    }

    /// Why no session can take work; `None` when one can.
    pub(super) fn nobody(&self, now: Instant) -> Option<TokenError> {
        if self.places.iter().any(|place| matches!(place, Place::Idle | Place::Busy(_))) {
            return None;
        }
        Some(match self.first_rested() {
            Some(until) => {
                TokenError::Suspended { cause: no_session(), retry_in: until.saturating_duration_since(now) }
            }
            None if self.count(|place| matches!(place, Place::Stuck)) > 0 => TokenError::Hung,
            None => TokenError::Closed,
        })
    }

    /// The place of a thread whose session the device had no room for.
    pub(super) fn rest(&mut self, now: Instant) -> Place {
        let until = now + self.next_rest;
        tracing::warn!(rest_ms = self.next_rest.as_millis(), "the token has no session left, one fewer is used");
        self.next_rest = self.next_rest.saturating_mul(2).min(self.patience.longest_backoff);
        Place::Resting { until }
    }

    /// A session could be opened again.
    pub(super) const fn rested(&mut self) {
        self.next_rest = self.patience.backoff;
    }

    /// Writes off every thread whose time is up, and gives what answers their requests.
    pub(super) fn write_off(&mut self, now: Instant) -> Vec<(Option<Request>, Duration)> {
        let mut overdue = Vec::new();
        for place in &mut self.places {
            if matches!(place, Place::Busy(busy) if busy.until <= now)
                && let Place::Busy(busy) = std::mem::replace(place, Place::Stuck)
            {
                if let Some(request) = &busy.request {
                    let fault = Fault::from(&TokenError::TimedOut { limit: busy.limit });
                    self.circuit.report(request.errand, request.entry, &Err(fault), now);
                }
                overdue.push((busy.request, busy.limit));
            }
        }
        overdue
    }

    /// When the first request's time is up.
    pub(super) fn first_deadline(&self) -> Option<Instant> {
        let deadlines = self.places.iter().filter_map(|place| match place {
            Place::Busy(busy) => Some(busy.until),
            _ => None,
        });
        deadlines.min()
    }

    /// Whether no thread will do anything more, unless a call returns that was given up.
    pub(super) fn is_over(&self) -> bool {
        self.places.iter().all(|place| matches!(place, Place::Ended | Place::Stuck))
    }

    pub(super) fn condition(&self, now: Instant) -> Condition {
        let of_circuit = self.circuit.condition(now);
        let sessions = self.count(|place| matches!(place, Place::Stuck));
        match of_circuit {
            Condition::RestartNeeded { .. } => of_circuit,
            _ if sessions > 0 => Condition::Hung { sessions },
            _ => match self.nobody(now) {
                Some(TokenError::Suspended { cause, retry_in }) => Condition::Suspended { cause, retry_in },
                _ => of_circuit,
            },
        }
    }

    pub(super) fn sessions(&self) -> Sessions {
        Sessions {
            serving: self.count(|place| matches!(place, Place::Idle | Place::Busy(_))),
            resting: self.count(|place| matches!(place, Place::Resting { .. })),
            hung: self.count(|place| matches!(place, Place::Stuck)),
        }
    }

    fn first_rested(&self) -> Option<Instant> {
        let rests = self.places.iter().filter_map(|place| match place {
            Place::Resting { until } => Some(*until),
            _ => None,
        });
        rests.min()
    }

    fn count(&self, of: impl Fn(&Place) -> bool) -> usize {
        self.places.iter().filter(|place| of(place)).count()
    }
}

fn no_session() -> Cause {
    Cause { function: "C_OpenSession".to_owned(), rv: RvError::SessionCount }
}
