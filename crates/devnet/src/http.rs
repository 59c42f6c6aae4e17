//! The node's HTTP interface (java-tron 4.8 `FullNodeHttpApiService`, `SolidityNodeHttpApiService`): `/wallet/*` at the
//! head, `/walletsolidity/*` at the solid block, and the devnet's own `/devnet/*`.
//!
//! One endpoint family a file; [`endpoint`] has the table. Refusals are HTTP 200 with `Error`, as the real node's are.

#![expect(clippy::unnecessary_wraps, reason = "every endpoint has the signature that the table demands")]

mod accounts;
mod answer;
mod ask;
mod blocks;
mod broadcast;
mod builders;
mod calls;
mod contracts;
mod control;
mod delegations;
mod deploy;
mod endpoint;
mod network;
mod numbers;
mod params;
mod pending;
mod prices;
mod rewards;
mod transactions;
mod weight;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header, request::Parts};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use self::answer::NodeError;
use self::ask::Ask;
use self::endpoint::Endpoint;
use self::params::Params;
use crate::chain::At;
use crate::faults::{Kind, Point};
use crate::node::Node;

/// The largest body that is read: eight times the largest transaction, in hexadecimal twice over.
const BODY_MAX: usize = 4 * 1024 * 1024;

/// What java-tron answers when its own rate limiter refuses, with HTTP 200 (`RateLimiterServlet`).
const OVERLOADED: &str = "class java.lang.IllegalAccessException : lack of computing resources";

/// Everything that a client may ask of `node`.
pub fn router(node: Arc<Node>) -> Router {
    Router::new().nest("/devnet", control::router()).fallback(protocol).with_state(node)
}

/// Finds the endpoint, lets faults strike, and answers.
async fn protocol(State(node): State<Arc<Node>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path().to_owned();
    let Some((at, endpoint)) = route(&path) else { return StatusCode::NOT_FOUND.into_response() };
    let refused = node.faults().take(Point::Refusal, &path);
    let answer = match refused {
        Some(fault) => refusal(fault.fault, fault.text),
        None => answer(&node, endpoint, at, &parts, body).await,
    };
    let late = node.faults().take(Point::Delay, &path);
    if let Some(ms) = late.and_then(|fault| fault.ms) {
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }
    answer
}

/// The endpoint of a path; a slash at the end is taken off, as a servlet container does.
fn route(path: &str) -> Option<(At, &'static Endpoint)> {
    let path = path.trim_matches('/');
    let (service, name) = path.split_once('/')?;
    match service {
        "wallet" => endpoint::find(name, false).map(|found| (At::Pending, found)),
        "walletsolidity" => endpoint::find(name, true).map(|found| (At::Solid, found)),
        _ => None,
    }
}

async fn answer(node: &Node, endpoint: &Endpoint, at: At, parts: &Parts, body: Body) -> Response {
    let query = parts.uri.query().unwrap_or_default();
    let params = match parts.method {
        Method::GET if endpoint.get => Ok(Params::of_query(query)),
        // The real servlets leave these methods empty: HTTP 200 without a body.
        Method::GET => return StatusCode::OK.into_response(),
        Method::POST => {
            let kind =
                parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
            match to_bytes(body, BODY_MAX).await {
                Ok(bytes) => Params::of_body(query, kind, &bytes),
                Err(_) => return StatusCode::PAYLOAD_TOO_LARGE.into_response(),
            }
        }
        _ => return StatusCode::METHOD_NOT_ALLOWED.into_response(),
    };
    let document = params.and_then(|params| {
        let texts = params.int64_as_text();
        let ask = Ask { node, at, path: parts.uri.path(), params, now: node.shared().now() };
        let found = (endpoint.work)(&ask)?;
        Ok(if texts { numbers::as_text(found) } else { found })
    });
    json_answer(StatusCode::OK, &document.unwrap_or_else(|error: NodeError| error.document()))
}

fn refusal(fault: Kind, text: Option<String>) -> Response {
    match fault {
        Kind::RateLimited => json_answer(StatusCode::TOO_MANY_REQUESTS, &json!({ "Error": "request rate exceeded" })),
        Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        _ => json_answer(StatusCode::OK, &json!({ "Error": text.unwrap_or_else(|| OVERLOADED.to_owned()) })),
    }
}

fn json_answer(status: StatusCode, document: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json; charset=utf-8")], document.to_string()).into_response()
}
