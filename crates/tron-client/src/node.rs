//! One TRON node over HTTP: asked within its provider's budget, believed only when its answer is one.

pub mod answer;
pub mod budget;
pub mod question;
pub mod standing;

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use prometheus::Histogram;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use service::BoxError;
use service::clock::SharedClock;

pub use answer::NodeFault;
pub use budget::Budget;
pub use question::Question;
pub use standing::{NodeChain, Report, Standing};

/// The header that carries a provider's key (TronGrid).
const API_KEY: HeaderName = HeaderName::from_static("tron-pro-api-key");
/// A hundred blocks of the protocol's 2 MB, in hexadecimal and with their rendering, would not fit; ten do.
const ANSWER_MAX: usize = 128 << 20;
/// A connection to a machine that is there takes less.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How a node is reached.
#[derive(Clone)]
pub struct Access {
    /// Its name in the configuration.
    pub name: Arc<str>,
    /// `http://host:port` or `https://host`, no path.
    pub url: String,
    /// The socket file through which its host is reached, in place of a network.
    pub via: Option<PathBuf>,
    /// The provider's key, sent with every request.
    pub api_key: Option<HeaderValue>,
    /// Whether somebody else runs it than the first node, so that its word confirms ours.
    pub independent: bool,
    /// What its provider allows; nodes of one provider share it.
    pub budget: Arc<Mutex<Budget>>,
    /// How long an answer is waited for.
    pub timeout: Duration,
}

/// One node and what we think of it.
pub struct Node {
    access: Access,
    client: reqwest::Client,
    clock: SharedClock,
    standing: Mutex<Standing>,
    took: OnceLock<Histogram>,
}

impl Node {
    /// A node that was not asked yet. Installs ring as the process's TLS provider.
    pub fn new(access: Access, clock: SharedClock) -> Result<Self, BoxError> {
        // Refused only if one is installed already, which then serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(key) = &access.api_key {
            headers.insert(API_KEY, key.clone());
        }
        let mut builder = reqwest::Client::builder()
            .default_headers(headers)
            .timeout(access.timeout)
            .connect_timeout(CONNECT_TIMEOUT.min(access.timeout))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy();
        if access.url.starts_with("http://") {
            // Nothing to verify: the system's certificates are not even loaded.
            builder = builder.tls_certs_only([]);
        }
        if let Some(path) = &access.via {
            builder = builder.unix_socket(path.as_path());
        }
        let client = builder.build()?;
        Ok(Self { access, client, clock, standing: Mutex::default(), took: OnceLock::new() })
    }

    /// Its name in the configuration.
    pub const fn name(&self) -> &Arc<str> {
        &self.access.name
    }

    /// Whether somebody else runs it than the first node.
    pub const fn is_independent(&self) -> bool {
        self.access.independent
    }

    /// What we think of it.
    pub fn standing(&self) -> MutexGuard<'_, Standing> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on it is shown here how long requests take, answered or not. Only the first such place is used.
    pub fn timed(&self, took: Histogram) {
        drop(self.took.set(took));
    }

    /// Takes note of a fault.
    pub fn failed(&self, fault: &NodeFault) {
        tracing::debug!(node = %self.name(), %fault, "a node failed");
        self.standing().fail(fault, Instant::now());
    }

    /// Takes note of a usable answer.
    pub fn succeeded(&self) {
        let now = self.clock.now();
        self.standing().succeed(now);
    }

    /// Asks, after waiting for the budget. What comes back is an answer of the node, not yet read; the standing is
    /// left to the caller, who knows whether the answer makes sense.
    pub async fn ask(&self, question: &Question) -> Result<Bytes, NodeFault> {
        let place = {
            let mut budget = self.access.budget.lock().unwrap_or_else(PoisonError::into_inner);
            budget.take(Instant::now())
        };
        tokio::time::sleep_until(place.into()).await;
        let _timer = self.took.get().map(Histogram::start_timer);
        let url = format!("{}{}", self.access.url, question.path);
        let sent = self.client.post(url).body(question.body.clone()).send();
        let mut response = sent.await.map_err(|error| self.of_transport(&error))?;
        let status = response.status().as_u16();
        let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let length = response.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or_default();
        let mut body = BytesMut::with_capacity(length.min(ANSWER_MAX));
        while let Some(chunk) = response.chunk().await.map_err(|error| self.of_transport(&error))? {
            if body.len() + chunk.len() > ANSWER_MAX {
                return Err(NodeFault::TooLarge(ANSWER_MAX));
            }
            body.extend_from_slice(&chunk);
        }
        answer::check(status, retry_after.as_deref(), &body)?;
        Ok(body.freeze())
    }

    /// The URL is left out of every text: it may carry a key.
    fn of_transport(&self, error: &reqwest::Error) -> NodeFault {
        if error.is_timeout() {
            return NodeFault::Late(self.access.timeout);
        }
        let mut innermost: &dyn std::error::Error = error;
        while let Some(source) = innermost.source() {
            innermost = source;
        }
        NodeFault::Unreachable(innermost.to_string())
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Node").field("name", self.name()).field("standing", &*self.standing()).finish_non_exhaustive()
    }
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access")
            .field("name", &self.name)
            .field("independent", &self.independent)
            .finish_non_exhaustive()
    }
}
