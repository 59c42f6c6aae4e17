//! `GET /v1/leases/{id}`: what a lease promised.

use api::trx_staking::LeaseView;
use axum::Json;
use axum::extract::State;
use primitives::LeaseId;
use service::extract::Path;
use service::{Caller, Problem};
use store::Record;

use super::may_read;
use crate::app;
use crate::lease::LeaseRow;
use crate::problem::Refused;

/// A lease. Needs the scope `staking:read`.
#[utoipa::path(
    get, path = "/v1/leases/{id}", tag = "leases", params(("id" = LeaseId, Path)),
    responses(
        (status = 200, body = LeaseView),
        (status = 404, body = api::Problem, content_type = "application/problem+json", description = "`unknown_lease`"),
    ),
    security(("call_token" = [])),
)]
pub(crate) async fn get_lease(
    State(state): State<app::State>,
    caller: Caller,
    Path(id): Path<LeaseId>,
) -> Result<Json<LeaseView>, Problem> {
    may_read(&caller)?;
    let found = state.store.get::<LeaseRow>(&id.to_string()).await?.ok_or(Refused::Unknown(LeaseRow::NOUN))?;
    Ok(Json(found.record.0.view()))
}
