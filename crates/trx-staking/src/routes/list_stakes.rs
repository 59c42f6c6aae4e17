//! `GET /v1/stakes`: all of them, a page at a time.

use api::trx_staking::{StakeFilter, StakePage, StakeRequest, StakeStage};
use axum::Json;
use axum::extract::State;
use service::extract::Query;
use service::{Caller, Problem};

use super::may_read;
use crate::app;
use crate::operation;

/// A page of stakes, newest first. Needs the scope `staking:read`.
#[utoipa::path(
    get, path = "/v1/stakes", tag = "stakes",
    params(
        ("stage" = Option<StakeStage>, Query, description = "Only those that have come so far."),
        ("after" = Option<String>, Query, description = "Where the page before ended, its `next`."),
        ("limit" = Option<u32>, Query, description = "How many at most; 100 if nothing is said, 1,000 at most."),
    ),
    responses(
        (status = 200, body = StakePage),
        (status = 400, body = api::Problem, content_type = "application/problem+json",
            description = "`malformed_query`, `malformed_cursor`"),
    ),
    security(("call_token" = [])),
)]
pub(crate) async fn list_stakes(
    State(state): State<app::State>,
    caller: Caller,
    Query(filter): Query<StakeFilter>,
) -> Result<Json<StakePage>, Problem> {
    may_read(&caller)?;
    let (stakes, next) = operation::list::<StakeRequest>(&state.store, filter).await?;
    Ok(Json(StakePage { stakes, next }))
}
