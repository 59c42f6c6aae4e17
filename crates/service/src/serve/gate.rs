//! The one layer around all routes: request id, log, metrics, time limit, caller, body limit, and panics caught.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::FutureExt;
use http::request::Parts;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tracing::Instrument;

use super::operations;
use crate::auth::token::sha256;
use crate::auth::{Authenticator, Refusal};
use crate::config::Server;
use crate::extract::too_large;
use crate::metrics::Metrics;
use crate::problem::Code;
use crate::request_id::{self, RequestId};
use crate::{BoxError, Problem};

/// Who decides about which path, and what every request may cost.
#[derive(Clone)]
pub(super) struct Gate {
    open: Vec<String>,
    guards: Vec<(String, Arc<dyn Authenticator>)>,
    body_limit: usize,
    timeout: Duration,
    metrics: Metrics,
}

impl Gate {
    pub(super) fn new(tokens: Arc<dyn Authenticator>, server: &Server, metrics: Metrics) -> Self {
        metrics.rejects(tokens.reasons());
        Self {
            open: operations::PATHS.map(str::to_owned).to_vec(),
            guards: vec![("/".to_owned(), tokens)],
            body_limit: server.body_limit_bytes,
            timeout: Duration::from_millis(server.request_timeout_ms),
            metrics,
        }
    }

    pub(super) fn open(&mut self, path: &str) {
        self.open.push(path.to_owned());
    }

    pub(super) fn guard(&mut self, prefix: &str, authenticator: Arc<dyn Authenticator>) {
        self.metrics.rejects(authenticator.reasons());
        self.guards.push((prefix.to_owned(), authenticator));
    }

    pub(super) fn around(self, router: Router) -> Router {
        router.layer(middleware::from_fn_with_state(Arc::new(self), pass))
    }

    fn is_open(&self, path: &str) -> bool {
        self.open.iter().any(|open| path == open || (open.ends_with('/') && path.starts_with(open)))
    }

    fn guard_of(&self, path: &str) -> &Arc<dyn Authenticator> {
        let matching = self.guards.iter().filter(|(prefix, _)| path.starts_with(prefix));
        let longest = matching.max_by_key(|(prefix, _)| prefix.len());
        longest.map_or(&self.guards[0].1, |(_, guard)| guard)
    }

    async fn admit(&self, request: Request) -> Result<Request, Problem> {
        let (mut head, body) = request.into_parts();
        let path = head.uri.path().to_owned();
        if self.is_open(&path) {
            let body = self.collect(&head, body).await?;
            return Ok(Request::from_parts(head, Body::from(body)));
        }
        let admission = self.guard_of(&path).admit(&mut head).await?;
        let body = self.collect(&head, body).await?;
        if admission.body_sha256.is_some_and(|hash| hash != sha256(&body)) {
            return Err(Refusal::OtherBody.into());
        }
        tracing::Span::current().record("caller", &*admission.caller.name);
        head.extensions.insert(admission.caller);
        Ok(Request::from_parts(head, Body::from(body)))
    }

    /// The whole body, which is small: what is hashed is what the handler reads.
    async fn collect(&self, head: &Parts, body: Body) -> Result<Bytes, Problem> {
        let declared =
            head.headers.get(http::header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
        if declared.is_some_and(|length: u64| length > self.body_limit as u64) {
            return Err(too_large());
        }
        match Limited::new(body, self.body_limit).collect().await {
            Ok(body) => Ok(body.to_bytes()),
            Err(error) if error.is::<LengthLimitError>() => Err(too_large()),
            Err(_) => Err(Problem::bad_request("malformed_body", "The body ended before its length.")),
        }
    }

    async fn answer(&self, request: Request, next: Next) -> Response {
        let work = async {
            match self.admit(request).await {
                Ok(request) => next.run(request).await,
                Err(problem) => problem.into_response(),
            }
        };
        let limited = tokio::time::timeout(self.timeout, AssertUnwindSafe(work).catch_unwind());
        match limited.await {
            Ok(Ok(response)) => response,
            Ok(Err(panic)) => Problem::internal(panic_text(&*panic)).into_response(),
            Err(_) => Problem::unavailable("timeout", "The service was too slow; the same request may be sent again.")
                .into_response(),
        }
    }
}

/// What a panic said.
pub(crate) fn panic_text(panic: &(dyn std::any::Any + Send)) -> BoxError {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("panic: {}", text.unwrap_or("without a text")).into()
}

async fn pass(State(gate): State<Arc<Gate>>, request: Request, next: Next) -> Response {
    let id = RequestId::of(request.headers());
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    // The pattern, not the path: one label a record would be far too many.
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "unmatched".to_owned(), |path| path.as_str().to_owned());
    let span = tracing::info_span!("request", request_id = %id, %method, path, caller = tracing::field::Empty);
    let started = Instant::now();
    let header = id.header();
    let work = async {
        let mut response = gate.answer(request, next).await;
        let (status, took) = (response.status().as_u16(), started.elapsed());
        gate.metrics.answered(&route, method_label(&method), status, took);
        let code = response.extensions().get::<Code>().map_or("", |code| code.0.as_str());
        if matches!(status, 401 | 403) {
            gate.metrics.rejected(status, code);
        }
        let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        if gate.is_open(&path) || route == "/v1/events" {
            tracing::debug!(status, code, took_ms, "answered");
        } else {
            tracing::info!(status, code, took_ms, "answered");
        }
        response.headers_mut().insert(request_id::HEADER, header);
        response
    };
    id.scope(work.instrument(span)).await
}

/// Methods of strangers' invention share a label.
fn method_label(method: &http::Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "PUT" => "PUT",
        "POST" => "POST",
        "DELETE" => "DELETE",
        "PATCH" => "PATCH",
        _ => "other",
    }
}
