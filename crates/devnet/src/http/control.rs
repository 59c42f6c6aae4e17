//! The devnet's own endpoints: faucet, status, faults, blocks on request, the token's owner and a thief at work.
//!
//! Unlike the protocol's endpoints these answer refusals with HTTP 4xx and `{"error": …}`, and faults never strike them.

mod faucet;
mod faults;
mod impersonate;
mod mine;
mod owner_call;
mod status;
mod token;

use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};

use crate::node::Node;

/// The routes below `/devnet`.
pub(super) fn router() -> Router<Arc<Node>> {
    Router::new()
        .route("/faucet", post(faucet::pour))
        .route("/status", get(status::show))
        .route("/faults", get(faults::list).post(faults::add).delete(faults::clear))
        .route("/impersonate", post(impersonate::act))
        .route("/mine", post(mine::mine))
        .route("/token", post(token::act))
}

/// A refusal of a control endpoint; nothing changed.
#[derive(Debug)]
struct ControlError(StatusCode, String);

impl ControlError {
    fn bad(text: &impl ToString) -> Self {
        Self(StatusCode::BAD_REQUEST, text.to_string())
    }
}

impl From<JsonRejection> for ControlError {
    fn from(rejection: JsonRejection) -> Self {
        Self(rejection.status(), rejection.body_text())
    }
}

impl IntoResponse for ControlError {
    fn into_response(self) -> Response {
        (self.0, Json(json!({ "error": self.1 }))).into_response()
    }
}

type Outcome = Result<Json<Value>, ControlError>;
