//! The one form of every error that leaves a service: a problem document (RFC 9457).
//!
//! The document is [`api::Problem`]; this is the side that makes one and answers with it. `type` is `about:blank#` and
//! the code, `title` the code in words, `detail` what to know about this occurrence. A client decides by `code`, which
//! never changes its meaning; texts are for people.

use std::fmt;
use std::ops::Deref;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};

use crate::request_id;

/// The media type of problem documents.
pub const MEDIA_TYPE: &str = "application/problem+json";

const TYPE_PREFIX: &str = "about:blank#";

/// A problem document to answer with. Everything in it is meant for the caller's eyes.
///
/// In OpenAPI annotations name the document: `body = api::Problem, content_type = "application/problem+json"`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Problem(Box<api::Problem>);

impl Problem {
    /// A problem of this status and code; a code is lower case with underscores, such as `malformed_body`.
    pub fn new(status: StatusCode, code: &str, detail: impl Into<String>) -> Self {
        Self(Box::new(api::Problem {
            kind: format!("{TYPE_PREFIX}{code}"),
            title: title_of(code),
            status: status.as_u16(),
            detail: detail.into(),
            code: code.to_owned(),
            request_id: request_id::current().map(|id| id.to_string()),
            members: serde_json::Map::new(),
        }))
    }

    /// 400: the request cannot be read.
    pub fn bad_request(code: &str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// 401: who calls is not known.
    pub fn unauthorized(code: &str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, code, detail)
    }

    /// 403: who calls is known and may not.
    pub fn forbidden(code: &str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, code, detail)
    }

    /// 404: there is no such thing.
    pub fn not_found(code: &str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, detail)
    }

    /// 409: what is there stands against it.
    pub fn conflict(code: &str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, detail)
    }

    /// 422: well-formed, and refused for what it asks.
    pub fn unprocessable(code: &str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail)
    }

    /// 503: not now; the same request may be sent again.
    pub fn unavailable(code: &str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, code, detail)
    }

    /// 500: our fault. The cause goes to the log with those below it; the caller gets the request id to ask with.
    pub fn internal(cause: impl Into<crate::BoxError>) -> Self {
        tracing::error!(cause = %chain(&*cause.into()), "internal error");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "The service failed; its log has the cause.")
    }

    /// Names the resource that this is about, a path.
    #[must_use]
    pub fn instance(self, path: impl Into<String>) -> Self {
        self.with("instance", path.into())
    }

    /// Adds a member of this code's own. A value that JSON cannot have is left out.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Serialize) -> Self {
        if let Ok(value) = serde_json::to_value(value) {
            self.0.members.insert(name.to_owned(), value);
        }
        self
    }

    /// The HTTP status.
    pub fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

/// An error and its causes in one line, `a: b: c`.
pub fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        next = cause.source();
    }
    text
}

impl Deref for Problem {
    type Target = api::Problem;

    fn deref(&self) -> &api::Problem {
        &self.0
    }
}

impl From<api::Problem> for Problem {
    fn from(document: api::Problem) -> Self {
        Self(Box::new(document))
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.status, self.code, self.detail)
    }
}

impl std::error::Error for Problem {}

/// The store's failures are ours: a full disk is said, the rest goes to the log.
impl From<store::StoreError> for Problem {
    fn from(error: store::StoreError) -> Self {
        match error {
            store::StoreError::Full => Self::new(
                StatusCode::INSUFFICIENT_STORAGE,
                "storage_full",
                "The service's database has no room left; nothing was changed.",
            ),
            store::StoreError::ListCursor => Self::bad_request("malformed_cursor", "Not a cursor that a page named."),
            other => Self::internal(other),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status_code();
        let body = serde_json::to_vec(&self).expect("strings, numbers and JSON values");
        let mut response = (status, body).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        // So that the layers outside can count refusals by their code.
        response.extensions_mut().insert(Code(self.0.code));
        response
    }
}

/// The code of the problem that a response carries, among the response's extensions.
#[derive(Clone, Debug)]
pub struct Code(pub String);

/// `missing_scope` → `Missing scope`.
fn title_of(code: &str) -> String {
    let mut title = code.replace('_', " ");
    if let Some(first) = title.get_mut(0..1) {
        first.make_ascii_uppercase();
    }
    title
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_is_as_the_rfc_has_it() {
        let problem = Problem::conflict("already_there", "It is.").instance("/v1/x").with("held_by", "me");
        assert_eq!(
            serde_json::to_value(&problem).unwrap(),
            serde_json::json!({
                "type": "about:blank#already_there", "title": "Already there", "status": 409,
                "code": "already_there", "detail": "It is.", "instance": "/v1/x", "held_by": "me",
            })
        );
        assert_eq!(serde_json::from_value::<Problem>(serde_json::to_value(&problem).unwrap()).unwrap(), problem);
        let response = problem.into_response();
        assert_eq!(response.headers()[header::CONTENT_TYPE], MEDIA_TYPE);
    }

    #[test]
    fn an_internal_error_shows_nothing() {
        let problem = Problem::internal("password is swordfish");
        assert!(!serde_json::to_string(&problem).unwrap().contains("swordfish"));
    }
}
