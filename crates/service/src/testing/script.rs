//! A peer that says what it is told to and remembers what it was asked.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde::Serialize;
use serde_json::Value;

use crate::Problem;

/// The longest body that is read, bytes.
const BODY_MAX: usize = 1024 * 1024;

type Line = Box<dyn Fn(&Value) -> (StatusCode, Value) + Send + Sync>;

/// A peer in process without a gate: each path answers as it was last told to, anything else is 503.
#[derive(Clone, Default)]
pub struct Script(Arc<Mutex<Lines>>);

#[derive(Default)]
struct Lines {
    lines: Vec<(String, Line)>,
    asked: Vec<(String, Value)>,
}

impl Script {
    /// A peer with nothing to say.
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers requests such as `PUT /v1/things/` with this from now on; the longest beginning that fits decides.
    pub fn answer(&self, request: &str, answer: &impl Serialize) {
        let answer = serde_json::to_value(answer).expect("an answer in JSON");
        self.on(request, move |_| (StatusCode::OK, answer.clone()));
    }

    /// Refuses such requests from now on.
    pub fn refuse(&self, request: &str, problem: &Problem) {
        let (status, answer) = (problem.status_code(), serde_json::to_value(&**problem).expect("a problem in JSON"));
        self.on(request, move |_| (status, answer.clone()));
    }

    /// Answers such requests with what this makes of their bodies.
    pub fn on(&self, request: &str, line: impl Fn(&Value) -> (StatusCode, Value) + Send + Sync + 'static) {
        let mut script = self.lines();
        script.lines.retain(|(known, _)| known != request);
        script.lines.push((request.to_owned(), Box::new(line)));
    }

    /// How often something that begins like this was asked.
    pub fn count(&self, request: &str) -> usize {
        self.lines().asked.iter().filter(|(asked, _)| asked.starts_with(request)).count()
    }

    /// The bodies of what was asked and begins like this, oldest first.
    pub fn bodies(&self, request: &str) -> Vec<Value> {
        let script = self.lines();
        script.asked.iter().filter(|(asked, _)| asked.starts_with(request)).map(|(_, body)| body.clone()).collect()
    }

    /// The peer.
    pub fn router(&self) -> Router {
        let script = self.clone();
        Router::new().fallback(move |request: Request| {
            let script = script.clone();
            async move { script.say(request).await }
        })
    }

    async fn say(&self, request: Request) -> Response {
        let asked = format!("{} {}", request.method(), request.uri());
        let body = to_bytes(request.into_body(), BODY_MAX).await.unwrap_or_default();
        let body: Value = serde_json::from_slice(&body).unwrap_or_default();
        let mut script = self.lines();
        let fits = script.lines.iter().filter(|(request, _)| asked.starts_with(request.as_str()));
        let (status, answer) = match fits.max_by_key(|(request, _)| request.len()) {
            Some((_, line)) => line(&body),
            None => (StatusCode::SERVICE_UNAVAILABLE, Value::Null),
        };
        script.asked.push((asked, body));
        (status, [(CONTENT_TYPE, "application/json")], Body::from(answer.to_string())).into_response()
    }

    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let script = self.lines();
        let requests: Vec<&str> = script.lines.iter().map(|(request, _)| request.as_str()).collect();
        f.debug_struct("Script").field("answers", &requests).field("asked", &script.asked.len()).finish()
    }
}
