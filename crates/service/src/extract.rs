//! What handlers take: axum's extractors, with problem documents for what does not fit.

use std::fmt;

use axum::extract::rejection::{BytesRejection, JsonRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use http::StatusCode;
use http::request::Parts;
use serde::de::DeserializeOwned;

use crate::Problem;

/// A JSON body. Refuses other content types (415 `unsupported_media_type`) and what does not parse (400
/// `malformed_body`, with the path to the member that is wrong). Types should deny unknown fields.
#[derive(Clone, Debug)]
pub struct Body<T>(pub T);

/// Parameters in the path; 400 `malformed_path`.
#[derive(Clone, Debug)]
pub struct Path<T>(pub T);

/// Parameters in the query; 400 `malformed_query`. Types should deny unknown fields.
#[derive(Clone, Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let result = axum::Json::<T>::from_request(request, state).await;
        result.map(|axum::Json(value)| Self(value)).map_err(|rejection| body_problem(&rejection))
    }
}

fn body_problem(rejection: &JsonRejection) -> Problem {
    match rejection {
        JsonRejection::MissingJsonContentType(_) => Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "Send the body as content-type: application/json.",
        ),
        JsonRejection::BytesRejection(BytesRejection::FailedToBufferBody(inner))
            if inner.status() == StatusCode::PAYLOAD_TOO_LARGE =>
        {
            too_large()
        }
        // The outer sentences are the library's; the innermost has the path and what is wrong there.
        JsonRejection::JsonDataError(inner) => malformed_body(innermost(inner)),
        JsonRejection::JsonSyntaxError(inner) => malformed_body(innermost(inner)),
        other => malformed_body(other.body_text()),
    }
}

fn malformed_body(detail: impl fmt::Display) -> Problem {
    Problem::bad_request("malformed_body", detail.to_string())
}

/// 413 `body_too_large`.
pub(crate) fn too_large() -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "The request's body is over this service's limit.")
}

/// The error that carries the path: serde's, below the wrappers of axum.
fn innermost(error: &dyn std::error::Error) -> String {
    let mut error = error;
    let mut text = error.to_string();
    while let Some(source) = error.source() {
        let inner = source.to_string();
        // The error with the path ends in its own cause; going below it would lose the path.
        if text.ends_with(&inner) && !text.starts_with("Failed to ") {
            break;
        }
        (error, text) = (source, inner);
    }
    text
}

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match axum::extract::Path::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(rejection) if rejection.status().is_server_error() => Err(Problem::internal(rejection)),
            Err(rejection) => Err(Problem::bad_request("malformed_path", rejection.body_text())),
        }
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match axum::extract::Query::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Query(value)) => Ok(Self(value)),
            Err(rejection) => Err(Problem::bad_request("malformed_query", innermost(&rejection))),
        }
    }
}
