//! `PUT /v1/allowed-attempts`

use api::wallet_manager::attempt::{AllowRequest, AllowedAttempt};
use axum::Json;
use axum::extract::State;
use service::extract::Body;
use service::{Caller, Problem};
use signing_core::serve::Allow;

use crate::app;

/// Allows one attempt more than are signed without a person. Needs the scope `operator`, and an operator's signature.
#[utoipa::path(
    put,
    path = "/v1/allowed-attempts",
    request_body = AllowRequest,
    responses(
        (status = 200, body = AllowedAttempt),
        (status = 403, body = api::Problem, content_type = "application/problem+json",
            description = "The code is the rule that stands against it, such as `authority_signature`."),
    ),
    security(("call_token" = [])),
    tag = "register",
)]
pub(super) async fn put_allowed(
    State(state): State<app::State>,
    caller: Caller,
    Body(request): Body<AllowRequest>,
) -> Result<Json<AllowedAttempt>, Problem> {
    caller.require("operator")?;
    state.worker.by(&caller).ask(Allow(request)).await.map(Json)
}
