//! `POST /v1/constant-calls`.

use api::tron_client::{ConstantCallRequest, ConstantCallView};
use axum::Json;
use axum::extract::State;
use service::extract::Body;
use service::{Caller, Problem};

use crate::app::Shared;
use crate::problem;
use crate::wire::call::Called;

/// Runs a contract at the head without changing anything; a revert is an answer. Needs the scope `chain:read`.
#[utoipa::path(
    post,
    path = "/v1/constant-calls",
    request_body = ConstantCallRequest,
    responses(
        (status = 200, body = ConstantCallView),
        (status = 400, body = api::Problem, content_type = "application/problem+json", description = "malformed_body"),
        (status = 422, body = api::Problem, content_type = "application/problem+json", description = "call_refused: it could not begin, for example because no contract lives there"),
        (status = 503, body = api::Problem, content_type = "application/problem+json", description = "no_node"),
    ),
    security(("call_token" = [])),
    tag = "chain",
)]
pub(super) async fn post_constant_call(
    State(shared): State<Shared>,
    caller: Caller,
    Body(request): Body<ConstantCallRequest>,
) -> Result<Json<ConstantCallView>, Problem> {
    super::reader(&caller)?;
    match shared.facts.constant_call(&request).await {
        Ok(Called::Ran(view)) => Ok(Json(view)),
        Ok(Called::Refused(words)) => Err(Problem::unprocessable("call_refused", words)),
        Err(error) => Err(problem::no_node(&error)),
    }
}
