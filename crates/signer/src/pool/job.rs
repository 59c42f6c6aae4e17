//! A request on its way through the pool. Whoever answers first, the session or the watch, is the one that is heard.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::channel::oneshot;

use crate::circuit::{Errand, Fault};
use crate::error::TokenError;
use crate::seat::Seat;
use crate::ticket::Ticket;

/// What a session does for a request.
pub(super) type Work = Box<dyn FnOnce(&mut Seat) -> Reply + Send>;

/// Answers a request without doing it.
pub(super) type Refuse = Box<dyn FnOnce(TokenError) + Send>;

/// A request that waits.
pub(super) struct Job {
    pub(super) errand: Errand,
    /// How long a session may take.
    pub(super) limit: Duration,
    pub(super) work: Work,
    pub(super) refuse: Refuse,
}

/// What came of the work, before the caller is told.
pub(super) struct Reply {
    pub(super) outcome: Result<(), Fault>,
    /// Tells the caller, unless somebody has.
    pub(super) deliver: Box<dyn FnOnce() + Send>,
}

impl Job {
    /// A request and the ticket for its answer.
    pub(super) fn new<T, F>(errand: Errand, limit: Duration, work: F) -> (Self, Ticket<T>)
    where
        T: Send + 'static,
        F: FnOnce(&mut Seat) -> Result<T, TokenError> + Send + 'static,
    {
        let (sender, ticket) = Ticket::new();
        let answer = Answer::new(sender);
        let refusal = answer.clone();
        let work: Work = Box::new(move |seat| {
            let result = work(seat);
            Reply {
                outcome: result.as_ref().map(drop).map_err(Fault::from),
                deliver: Box::new(move || answer.give(result)),
            }
        });
        let refuse: Refuse = Box::new(move |error| refusal.give(Err(error)));
        (Self { errand, limit, work, refuse }, ticket)
    }
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job").field("errand", &self.errand).finish_non_exhaustive()
    }
}

type Sender<T> = oneshot::Sender<Result<T, TokenError>>;

/// The end that answers a ticket, once.
struct Answer<T>(Arc<Mutex<Option<Sender<T>>>>);

impl<T> Answer<T> {
    fn new(sender: Sender<T>) -> Self {
        Self(Arc::new(Mutex::new(Some(sender))))
    }

    fn give(&self, result: Result<T, TokenError>) {
        if let Some(sender) = self.0.lock().unwrap_or_else(PoisonError::into_inner).take() {
            // A caller that has gone is no failure.
            let _ = sender.send(result);
        }
    }
}

impl<T> Clone for Answer<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}
