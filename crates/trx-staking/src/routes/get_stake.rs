//! `GET /v1/stakes/{id}`: how far a stake has come.

use api::trx_staking::{StakeRequest, StakeView};
use axum::Json;
use axum::extract::State;
use primitives::StakeId;
use service::extract::Path;
use service::{Caller, Problem};

use super::may_read;
use crate::app;
use crate::operation;

/// How far a stake has come. Needs the scope `staking:read`.
#[utoipa::path(
    get, path = "/v1/stakes/{id}", tag = "stakes", params(("id" = StakeId, Path)),
    responses(
        (status = 200, body = StakeView),
        (status = 404, body = api::Problem, content_type = "application/problem+json",
            description = "`unknown_stake`"),
    ),
    security(("call_token" = [])),
)]
pub(crate) async fn get_stake(
    State(state): State<app::State>,
    caller: Caller,
    Path(id): Path<StakeId>,
) -> Result<Json<StakeView>, Problem> {
    may_read(&caller)?;
    Ok(Json(operation::find::<StakeRequest>(&state.store, id).await?))
}
