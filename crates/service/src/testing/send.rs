//! Requests that no client of ours would make.

use axum::Router;
use axum::body::{Body, to_bytes};
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Request, StatusCode};
use primitives::UnixMs;
use serde_json::Value;
use tower::ServiceExt;

use super::call_key;
use crate::auth::token::Claims;

/// A request with any body, from a caller with a valid token for just this request.
#[derive(Debug, Clone, Copy)]
pub struct Raw<'a> {
    /// Who calls.
    pub caller: &'a str,
    /// The service that is called.
    pub service: &'a str,
    /// The method.
    pub method: &'a str,
    /// The path and query.
    pub path: &'a str,
    /// What the body is said to be.
    pub content_type: &'a str,
    /// The body.
    pub body: &'a [u8],
}

impl Raw<'_> {
    /// Sends it; gives the status and the JSON of the answer, null if it is none.
    pub async fn send(self, router: Router, now: UnixMs) -> (StatusCode, Value) {
        let claims = Claims::of_call(self.caller, self.service, now, self.method, self.path, self.body);
        let request = Request::builder()
            .method(self.method)
            .uri(self.path)
            .header(CONTENT_TYPE, self.content_type)
            .header(AUTHORIZATION, format!("Bearer {}", claims.sign(&call_key(self.caller))))
            .body(Body::from(self.body.to_vec()))
            .expect("a request");
        let response = router.oneshot(request).await.unwrap_or_else(|never| match never {});
        let status = response.status();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap_or_default();
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }
}
