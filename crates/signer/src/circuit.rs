//! Whether the device is asked at all: decided from how requests went, with the time as an argument.

use std::time::{Duration, Instant};

use crate::action::Action;
use crate::condition::{Cause, Condition};
use crate::error::TokenError;
use crate::patience::Patience;

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Errand {
    /// A signature with a known key.
    Sign,
    /// A proof that a key is there and signs.
    Prove,
    /// A new key.
    Generate,
    /// A value that the token keeps, read or written.
    Keep,
}

/// How a request came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entry {
    /// The device is believed to work.
    Usual,
    /// The one request that tries whether it works again.
    Trial,
}

/// How a request ended, as far as the circuit cares.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    action: Action,
    cause: Option<Cause>,
}

impl From<&TokenError> for Fault {
    fn from(error: &TokenError) -> Self {
        let cause = match error {
            TokenError::Call { function, rv, .. } => Some(Cause { function: function.clone(), rv: *rv }),
            _ => None,
        };
        Self { action: error.action(), cause }
    }
}

impl Fault {
    /// What the table says to do about it.
    pub(crate) const fn action(&self) -> Action {
        self.action
    }
}

/// The circuit of one token.
#[derive(Debug)]
pub(crate) struct Circuit {
    patience: Patience,
    state: State,
    strikes: u32,
    /// What a person was called for, until the same errand succeeds.
    paged: Option<(Errand, Cause)>,
}

#[derive(Debug, Clone)]
enum State {
    Closed,
    Open { cause: Cause, until: Instant, backoff: Duration },
    Trial { cause: Cause, backoff: Duration },
    Broken { cause: Cause },
}

impl Circuit {
    pub(crate) const fn new(patience: Patience) -> Self {
        Self { patience, state: State::Closed, strikes: 0, paged: None }
    }

    /// Lets a request in, or says why not.
    pub(crate) fn admit(&mut self, now: Instant) -> Result<Entry, TokenError> {
        match self.state.clone() {
            State::Closed => Ok(Entry::Usual),
            State::Broken { cause } => Err(TokenError::RestartNeeded { cause }),
            State::Trial { cause, backoff } => Err(TokenError::Suspended { cause, retry_in: backoff }),
            State::Open { cause, until, .. } if now < until => {
                Err(TokenError::Suspended { cause, retry_in: until.saturating_duration_since(now) })
            }
            State::Open { cause, backoff, .. } => {
                self.state = State::Trial { cause, backoff };
                Ok(Entry::Trial)
            }
        }
    }

    /// Takes note of how an admitted request ended.
    pub(crate) fn report(&mut self, errand: Errand, entry: Entry, outcome: &Result<(), Fault>, now: Instant) {
        match outcome {
            Ok(()) => {
                self.strikes = 0;
                if self.paged.as_ref().is_some_and(|(failed, _)| *failed == errand) {
                    self.paged = None;
                }
            }
            Err(fault) => self.blame(errand, entry, fault, now),
        }
        // A trial that ended tells whether the device answers, whatever it answered.
        if let (Entry::Trial, State::Trial { cause, backoff }) = (entry, &self.state) {
            let answers = outcome.is_ok()
                || outcome.as_ref().is_err_and(|fault| matches!(fault.action, Action::Refuse | Action::PageOperator));
            self.state = if answers { State::Closed } else { self.opened(cause.clone(), Some(*backoff), now) };
        }
    }

    fn blame(&mut self, errand: Errand, entry: Entry, fault: &Fault, now: Instant) {
        let Some(cause) = fault.cause.clone() else { return };
        match fault.action {
            Action::RestartWorker => self.state = State::Broken { cause },
            Action::OpenCircuit => match &self.state {
                State::Closed => self.state = self.opened(cause, None, now),
                State::Trial { backoff, .. } if entry == Entry::Trial => {
                    self.state = self.opened(cause.clone(), Some(*backoff), now);
                    self.strike(cause);
                }
                State::Trial { .. } | State::Open { .. } | State::Broken { .. } => {}
            },
            Action::ReopenSession | Action::Relogin | Action::Probe => self.strike(cause),
            Action::PageOperator => {
                tracing::error!(%cause, "the token needs an operator, and was not asked again");
                self.paged = Some((errand, cause));
            }
            Action::ShrinkPool | Action::LatchPin | Action::Refuse => {}
        }
    }

    /// The request failed although it was repaired and tried again.
    fn strike(&mut self, cause: Cause) {
        self.strikes = self.strikes.saturating_add(1);
        if self.strikes >= self.patience.strikes {
            tracing::error!(%cause, strikes = self.strikes, "the token does not recover and needs a restart");
            self.state = State::Broken { cause };
        }
    }

    fn opened(&self, cause: Cause, last: Option<Duration>, now: Instant) -> State {
        let backoff =
            last.map_or(self.patience.backoff, |last| last.saturating_mul(2)).min(self.patience.longest_backoff);
        tracing::error!(%cause, backoff_ms = backoff.as_millis(), "the token is out of reach");
        State::Open { cause, until: now + backoff, backoff }
    }

    /// The circuit's part of the token's condition.
    pub(crate) fn condition(&self, now: Instant) -> Condition {
        match &self.state {
            State::Broken { cause } => Condition::RestartNeeded { cause: cause.clone() },
            State::Open { cause, until, .. } => {
                Condition::Suspended { cause: cause.clone(), retry_in: until.saturating_duration_since(now) }
            }
            State::Trial { cause, .. } => Condition::Suspended { cause: cause.clone(), retry_in: Duration::ZERO },
            State::Closed => match &self.paged {
                Some((_, cause)) => Condition::OperatorNeeded { cause: cause.clone() },
                None => Condition::Serving,
            },
        }
    }
}

#[cfg(test)]
mod tests;
