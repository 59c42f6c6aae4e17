//! The id that a request carries through the logs of every service that works on it.

use std::fmt;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use http::{HeaderMap, HeaderName, HeaderValue};

/// The header that carries the id between services and back to the client.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");

tokio::task_local! {
    static CURRENT: RequestId;
}

/// 1 to 64 characters of `[A-Za-z0-9_-]`.
#[derive(Clone, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// The text, if it has the form; what a stranger sends is written to our logs, so nothing else is let in.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=64).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
        fits.then(|| Self(text.into()))
    }

    /// A new one: random per process, counted within it.
    pub fn fresh() -> Self {
        static PROCESS: OnceLock<u64> = OnceLock::new();
        static COUNT: AtomicU64 = AtomicU64::new(0);
        // Without randomness ids of two processes may be alike, which only makes logs harder to read.
        let process = PROCESS.get_or_init(|| getrandom::u64().unwrap_or_default());
        Self(format!("{process:016x}-{}", COUNT.fetch_add(1, Ordering::Relaxed)).into())
    }

    /// The id in these headers, or a new one.
    pub fn of(headers: &HeaderMap) -> Self {
        let sent = headers.get(&HEADER).and_then(|value| value.to_str().ok());
        sent.and_then(Self::parse).unwrap_or_else(Self::fresh)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As a header's value.
    pub fn header(&self) -> HeaderValue {
        HeaderValue::from_str(&self.0).expect("its characters are allowed in a header")
    }

    /// Runs work under this id: calls that it makes carry it on.
    pub async fn scope<F: Future>(self, work: F) -> F::Output {
        CURRENT.scope(self, work).await
    }
}

/// The id that the current task works under, if any.
pub fn current() -> Option<RequestId> {
    CURRENT.try_with(Clone::clone).ok()
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strangers_id_is_taken_only_in_its_form() {
        let mut headers = HeaderMap::new();
        headers.insert(HEADER, HeaderValue::from_static("abc-1_Z"));
        assert_eq!(RequestId::of(&headers).as_str(), "abc-1_Z");
        headers.insert(HEADER, HeaderValue::from_static("a b"));
        assert_ne!(RequestId::of(&headers).as_str(), "a b");
        assert_eq!(RequestId::parse(""), None);
        assert_eq!(RequestId::parse(&"x".repeat(65)), None);
    }

    #[tokio::test]
    async fn the_scope_is_seen_inside_and_only_there() {
        let id = RequestId::parse("r1").unwrap();
        let seen = id.clone().scope(async { current() }).await;
        assert_eq!(seen, Some(id));
        assert_eq!(current(), None);
        assert_ne!(RequestId::fresh(), RequestId::fresh());
    }
}
