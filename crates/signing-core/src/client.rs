//! The HTTP process's handle on the worker, whichever worker that is at the moment.

mod line;

use std::sync::{Arc, PoisonError, RwLock};

use service::Problem;
use thiserror::Error;
use tokio::net::UnixStream;
use tokio::sync::{mpsc, watch};

use self::line::Line;
use crate::caller::Caller;
use crate::protocol::{Ask, Asked, News, coding};

/// Why there is no answer.
#[derive(Debug, Error)]
pub enum AskError {
    /// The worker has decided so.
    #[error(transparent)]
    Refused(Problem),
    /// There is no worker at the moment; it was not asked.
    #[error("the signing worker is not running")]
    Absent,
    /// The worker ended before it answered. Whether it has done what was asked is unknown.
    #[error("the signing worker ended before it answered")]
    Lost,
    /// The question does not fit into a message, or the answer cannot be read.
    #[error("a message between the processes is malformed")]
    Malformed(#[source] std::io::Error),
}

/// The handle on the worker. Clones share it.
#[derive(Debug, Clone)]
pub struct Client(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    line: RwLock<Option<Arc<Line>>>,
    changes: watch::Sender<u64>,
}

/// One worker's stay on the line.
#[derive(Debug)]
pub struct Attached {
    /// What this worker tells, commits excepted; ends with the worker.
    pub news: mpsc::UnboundedReceiver<News>,
}

impl Default for Client {
    fn default() -> Self {
        Self(Arc::new(Shared { line: RwLock::default(), changes: watch::Sender::new(0) }))
    }
}

impl Client {
    /// From now on asks the worker at the other end of this stream, until that ends; must be called inside a runtime.
    pub fn attach(&self, stream: UnixStream) -> Attached {
        let (told, news) = mpsc::unbounded_channel();
        let line = Arc::new(Line::open(stream, told, self.0.changes.clone()));
        *self.0.line.write().unwrap_or_else(PoisonError::into_inner) = Some(line);
        // What was committed while nobody was listening.
        self.0.changes.send_modify(|count| *count = count.wrapping_add(1));
        Attached { news }
    }

    /// Asks nobody from now on, and lets the worker know: it answers what is under way, and ends.
    pub fn finish(&self) {
        if let Some(line) = &*self.0.line.read().unwrap_or_else(PoisonError::into_inner) {
            line.finish();
        }
    }

    /// Asks nobody from now on; what is under way is lost.
    pub fn detach(&self) {
        let line = self.0.line.write().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(line) = line {
            line.close();
        }
    }

    /// Asks the worker for nobody else and waits for its answer, for as long as it lives.
    pub async fn ask<A: Ask>(&self, ask: A) -> Result<A::Answer, AskError> {
        self.ask_for(None, ask).await
    }

    /// Asks the worker for somebody, whom its records name, and waits for its answer, for as long as it lives.
    pub async fn ask_for<A: Ask>(&self, caller: Option<Caller>, ask: A) -> Result<A::Answer, AskError> {
        let line = self.0.line.read().unwrap_or_else(PoisonError::into_inner).clone();
        let line = line.ok_or(AskError::Absent)?;
        let request_id = service::request_id::current().map(|id| id.to_string());
        let answer = line.ask(coding::encode(&Asked { request_id, caller, call: ask.into() })).await?;
        let answer: Result<A::Answer, Problem> = coding::decode(&answer).map_err(AskError::Malformed)?;
        answer.map_err(AskError::Refused)
    }

    /// A number that moves whenever the worker may have committed something.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.0.changes.subscribe()
    }
}

#[cfg(test)]
mod tests;
