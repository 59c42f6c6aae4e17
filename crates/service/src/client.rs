//! Calls to peers: signed, timed, and answered in three ways, of which *unknown* is one.

mod transport;

pub use transport::Transport;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Limited};
use primitives::statement::SignKey;
use serde::de::DeserializeOwned;
use thiserror::Error;

use crate::Problem;
use crate::auth::token::Claims;
use crate::clock::SharedClock;
use crate::metrics::Metrics;
use crate::request_id;

/// The longest answer that is read, bytes.
const MAX_ANSWER_BYTES: usize = 32 * 1024 * 1024;

/// How a call ended.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub enum Outcome<T> {
    /// The peer did it and answered.
    Done(T),
    /// The peer said that it did not and will not, and why.
    Refused(Problem),
    /// Nobody knows whether it was done. Only asking again, with the same id, finds out.
    Unknown(Unknown),
}

/// Why it is not known how a call ended.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Unknown {
    /// No answer in time.
    #[error("no answer within {0:?}")]
    Timeout(Duration),
    /// No connection, or it broke.
    #[error("the connection failed: {0}")]
    Connection(String),
    /// The peer failed, or answered what is no refusal.
    #[error("answered {status} {code}")]
    Status {
        /// The HTTP status.
        status: u16,
        /// The problem's code, if there was one.
        code: String,
    },
    /// The answer is not of the agreed form.
    #[error("the answer cannot be read: {0}")]
    Malformed(String),
}

/// A call that was not done for certain, as an error: what a turn of a machine ends with and is tried again for.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum NotDone {
    /// See [`Outcome::Refused`].
    #[error("{peer} refused: {problem}")]
    Refused {
        /// Who.
        peer: Arc<str>,
        /// Why.
        problem: Problem,
    },
    /// See [`Outcome::Unknown`].
    #[error("{peer}: {cause}")]
    Unknown {
        /// Who.
        peer: Arc<str>,
        /// Why.
        cause: Unknown,
    },
}

impl<T> Outcome<T> {
    /// The same outcome with another answer.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Outcome<U> {
        match self {
            Self::Done(answer) => Outcome::Done(f(answer)),
            Self::Refused(problem) => Outcome::Refused(problem),
            Self::Unknown(cause) => Outcome::Unknown(cause),
        }
    }
}

/// A peer that can be called. Clones share the connections.
#[derive(Clone)]
pub struct PeerClient {
    peer: Arc<str>,
    base: Arc<str>,
    caller: Arc<str>,
    key: SignKey,
    clock: SharedClock,
    timeout: Duration,
    transport: Transport,
    metrics: Option<Metrics>,
    bearer: Option<Arc<str>>,
}

impl PeerClient {
    /// Calls `peer` at `url` as `caller`, which signs with `key`.
    pub fn new(peer: &str, url: &str, caller: &str, key: SignKey, clock: SharedClock, transport: Transport) -> Self {
        Self {
            peer: peer.into(),
            base: url.trim_end_matches('/').into(),
            caller: caller.into(),
            key,
            clock,
            timeout: Duration::from_secs(10),
            transport,
            metrics: None,
            bearer: None,
        }
    }

    /// Waits this long for an answer; 10 seconds if nothing is said.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Shows this credential, such as an API key, in place of a signed token.
    #[must_use]
    pub fn bearer(mut self, credential: &str) -> Self {
        self.bearer = Some(credential.into());
        self
    }

    /// Counts outcomes here.
    #[must_use]
    pub fn metrics(mut self, metrics: Metrics) -> Self {
        metrics.calls(&self.peer);
        self.metrics = Some(metrics);
        self
    }

    /// The peer's name.
    pub fn peer(&self) -> &str {
        &self.peer
    }

    /// Makes a call and tells the three outcomes apart.
    pub async fn call<A: DeserializeOwned>(&self, call: &api::Call<A>) -> Outcome<A> {
        let outcome = self.send(call.method(), call.path(), call.body(), self.timeout).await;
        let outcome = match outcome {
            Outcome::Done(body) => match call.answer(if body.is_empty() { b"null" } else { &body }) {
                Ok(answer) => Outcome::Done(answer),
                Err(error) => Outcome::Unknown(Unknown::Malformed(error.to_string())),
            },
            Outcome::Refused(problem) => Outcome::Refused(problem),
            Outcome::Unknown(cause) => Outcome::Unknown(cause),
        };
        self.count(&outcome);
        outcome
    }

    /// The error that this peer's refusal is where nothing can be made of it.
    pub fn refused(&self, problem: Problem) -> NotDone {
        NotDone::Refused { peer: self.peer.clone(), problem }
    }

    /// The error that an unknown outcome at this peer is.
    pub fn unknown(&self, cause: Unknown) -> NotDone {
        NotDone::Unknown { peer: self.peer.clone(), cause }
    }

    /// Makes a call of which only the answer is of use; a refusal is an error here.
    pub async fn ask<A: DeserializeOwned>(&self, call: &api::Call<A>) -> Result<A, NotDone> {
        match self.call(call).await {
            Outcome::Done(answer) => Ok(answer),
            Outcome::Refused(problem) => Err(self.refused(problem)),
            Outcome::Unknown(cause) => Err(self.unknown(cause)),
        }
    }

    /// [`PeerClient::call`] with another limit of time, as long polls need.
    pub(crate) async fn call_within<A: DeserializeOwned>(&self, call: &api::Call<A>, timeout: Duration) -> Outcome<A> {
        self.clone().timeout(timeout).call(call).await
    }

    async fn send(&self, method: &Method, path: &str, body: Option<&[u8]>, timeout: Duration) -> Outcome<Bytes> {
        let request = match self.request(method, path, body.unwrap_or_default()) {
            Ok(request) => request,
            // Nothing was sent; but a path that is none is our mistake, so it is no refusal by the peer.
            Err(error) => return Outcome::Unknown(Unknown::Malformed(error.to_string())),
        };
        let exchange = async {
            let response = self.transport.send(request).await.map_err(Unknown::Connection)?;
            let (head, body) = response.into_parts();
            let body = Limited::new(body, MAX_ANSWER_BYTES).collect().await;
            let body = body.map_err(|error| Unknown::Connection(error.to_string()))?.to_bytes();
            Ok(Response::from_parts(head, body))
        };
        match tokio::time::timeout(timeout, exchange).await {
            Err(_) => Outcome::Unknown(Unknown::Timeout(timeout)),
            Ok(Err(cause)) => Outcome::Unknown(cause),
            Ok(Ok(response)) => judge(response),
        }
    }

    fn request(&self, method: &Method, path: &str, body: &[u8]) -> Result<Request<Bytes>, http::Error> {
        let credential = self.bearer.as_deref().map_or_else(
            || Claims::of_call(&self.caller, &self.peer, self.clock.now(), method.as_str(), path, body).sign(&self.key),
            str::to_owned,
        );
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
            .header(ACCEPT, "application/json")
            .header(AUTHORIZATION, format!("Bearer {credential}"));
        if let Some(id) = request_id::current() {
            request = request.header(request_id::HEADER, id.header());
        }
        if !body.is_empty() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        request.body(Bytes::copy_from_slice(body))
    }

    fn count<A>(&self, outcome: &Outcome<A>) {
        let Some(metrics) = &self.metrics else { return };
        let name = match outcome {
            Outcome::Done(_) => "done",
            Outcome::Refused(_) => "refused",
            Outcome::Unknown(_) => "unknown",
        };
        metrics.called(&self.peer, name);
    }
}

/// A success is done, a 4xx with a problem document is a refusal, all else is unknown.
fn judge(response: Response<Bytes>) -> Outcome<Bytes> {
    let status = response.status();
    if status.is_success() {
        return Outcome::Done(response.into_body());
    }
    let problem = serde_json::from_slice::<Problem>(response.body()).ok();
    // 408 and 429 are said about the moment, not about the request.
    let of_the_moment = matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS);
    match problem {
        Some(problem) if status.is_client_error() && !of_the_moment => Outcome::Refused(problem),
        problem => {
            let code = problem.map_or_else(String::new, |problem| problem.code.clone());
            Outcome::Unknown(Unknown::Status { status: status.as_u16(), code })
        }
    }
}

impl fmt::Debug for PeerClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PeerClient({} at {} as {})", self.peer, self.base, self.caller)
    }
}

#[cfg(test)]
mod tests;
