//! `PUT /v1/stakes/{id}`: stake TRX.

use api::trx_staking::{StakeRequest, StakeView};
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use primitives::StakeId;
use service::extract::{Body, Path};
use service::{Caller, Problem};

use super::STAKES;
use crate::app;
use crate::operation;

/// Stakes TRX of a wallet of class energy for a resource. The same id with the same request is the same stake. Needs the scope `stakes:write`.
#[utoipa::path(
    put, path = "/v1/stakes/{id}", tag = "stakes", params(("id" = StakeId, Path)), request_body = StakeRequest,
    responses(
        (status = 202, body = StakeView),
        (status = 422, body = api::Problem, content_type = "application/problem+json",
            description = "`id_taken`, `amount_too_small`"),
    ),
    security(("call_token" = [])),
)]
pub(crate) async fn put_stake(
    State(state): State<app::State>,
    caller: Caller,
    Path(id): Path<StakeId>,
    Body(request): Body<StakeRequest>,
) -> Result<(StatusCode, Json<StakeView>), Problem> {
    caller.require(STAKES)?;
    let view = operation::ask(&state.store, id, request, state.clock.now()).await?;
    Ok((StatusCode::ACCEPTED, Json(view)))
}
