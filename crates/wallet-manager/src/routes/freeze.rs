//! `PUT /v1/freeze`, `PUT /v1/freeze/thaw`, `GET /v1/freeze`

use api::wallet_manager::freeze::{FreezeList, FreezeRequest, FreezeView, ThawRequest};
use axum::Json;
use axum::extract::State;
use service::extract::Body;
use service::{Caller, Problem};
use signing_core::serve::{Freezes, PutFreeze, Thaw};

use super::may_read;
use crate::app;

/// Stops all signing at once, until two operators lift it; the same name again is the same stop. Needs the scope
/// `freeze:write`.
#[utoipa::path(
    put,
    path = "/v1/freeze",
    request_body = FreezeRequest,
    responses(
        (status = 200, body = FreezeView),
        (status = 409, body = api::Problem, content_type = "application/problem+json", description = "freeze_lifted"),
        (status = 422, body = api::Problem, content_type = "application/problem+json", description = "malformed_reason"),
    ),
    security(("call_token" = [])),
    tag = "freeze",
)]
pub(super) async fn put_freeze(
    State(state): State<app::State>,
    caller: Caller,
    Body(request): Body<FreezeRequest>,
) -> Result<Json<FreezeView>, Problem> {
    caller.require("freeze:write")?;
    state.worker.by(&caller).ask(PutFreeze { request, by: caller.name.to_string() }).await.map(Json)
}

/// Lifts the stop that two operators name. Needs the scope `operator`, and their signatures.
#[utoipa::path(
    put,
    path = "/v1/freeze/thaw",
    request_body = ThawRequest,
    responses(
        (status = 200, body = FreezeView),
        (status = 403, body = api::Problem, content_type = "application/problem+json",
            description = "The code is the rule that stands against it, such as `authority_signature`."),
        (status = 404, body = api::Problem, content_type = "application/problem+json", description = "unknown_freeze"),
        (status = 409, body = api::Problem, content_type = "application/problem+json",
            description = "recovering: a restore made it, and payout-router has not said that the plane was held against the chain"),
    ),
    security(("call_token" = [])),
    tag = "freeze",
)]
pub(super) async fn put_thaw(
    State(state): State<app::State>,
    caller: Caller,
    Body(request): Body<ThawRequest>,
) -> Result<Json<FreezeView>, Problem> {
    caller.require("operator")?;
    state.worker.by(&caller).ask(Thaw(request)).await.map(Json)
}

/// The stops that hold; nothing is signed while there is one. Needs the scope `wallets:read`.
#[utoipa::path(
    get,
    path = "/v1/freeze",
    responses((status = 200, body = FreezeList)),
    security(("call_token" = [])),
    tag = "freeze",
)]
pub(super) async fn freezes(State(state): State<app::State>, caller: Caller) -> Result<Json<FreezeList>, Problem> {
    may_read(&caller, "wallets:read")?;
    state.worker.by(&caller).ask(Freezes).await.map(Json)
}
