//! The answer that a session thread will give: a future under any runtime, or a plain wait.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures::channel::oneshot;

use crate::error::TokenError;

/// What a session thread owes the caller. Dropping it abandons the answer, not the work.
#[derive(Debug)]
#[must_use = "the token works on in the background, and only the ticket tells how it went"]
pub struct Ticket<T> {
    answer: oneshot::Receiver<Result<T, TokenError>>,
}

impl<T> Ticket<T> {
    /// A ticket and the end that answers it.
    pub(crate) fn new() -> (oneshot::Sender<Result<T, TokenError>>, Self) {
        let (sender, answer) = oneshot::channel();
        (sender, Self { answer })
    }

    /// A ticket that was answered already, by a refusal.
    pub(crate) fn refused(error: TokenError) -> Self {
        let (sender, ticket) = Self::new();
        // The receiving end is in the ticket, so nothing is lost.
        let _ = sender.send(Err(error));
        ticket
    }

    /// Blocks the calling thread until the answer is there; not for use inside an async runtime.
    pub fn wait(self) -> Result<T, TokenError> {
        futures::executor::block_on(self)
    }
}

impl<T> Future for Ticket<T> {
    type Output = Result<T, TokenError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        // A sender dropped without an answer belongs to a thread that ended.
        Pin::new(&mut self.answer).poll(context).map(|answer| answer.unwrap_or(Err(TokenError::Closed)))
    }
}
