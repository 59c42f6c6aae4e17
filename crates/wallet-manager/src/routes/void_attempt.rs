//! `PUT /v1/intents/{intent}/attempts/{attempt}/void`

use axum::Json;
use axum::extract::State;
use primitives::statement::{Signed, Unsigned};
use primitives::{AttemptNo, IntentId};
use serde::Deserialize;
use service::extract::{Body, Path};
use service::{Caller, Problem};
use signing_core::serve::Void;
use utoipa::ToSchema;

use crate::app;

/// Nothing more is to be said than the path does.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

/// Bars an attempt for ever and says so in a signed statement. Needs the scope `intents:void`.
#[utoipa::path(
    put,
    path = "/v1/intents/{intent}/attempts/{attempt}/void",
    params(
        ("intent" = String, Path, description = "The intent."),
        ("attempt" = u32, Path, description = "Which attempt, from 1."),
    ),
    request_body = Nothing,
    responses(
        (status = 200, body = Object, description = "The signed statement `Unsigned`."),
        (status = 409, body = api::Problem, content_type = "application/problem+json",
            description = "already_signed (members `txid`, `raw_data`)"),
        (status = 422, body = api::Problem, content_type = "application/problem+json", description = "no_such_attempt"),
    ),
    security(("call_token" = [])),
    tag = "register",
)]
pub(super) async fn void_attempt(
    State(state): State<app::State>,
    caller: Caller,
    Path((intent, attempt)): Path<(IntentId, AttemptNo)>,
    Body(Nothing {}): Body<Nothing>,
) -> Result<Json<Signed<Unsigned>>, Problem> {
    caller.require("intents:void")?;
    state.worker.by(&caller).ask(Void { intent, attempt }).await.map(Json)
}
