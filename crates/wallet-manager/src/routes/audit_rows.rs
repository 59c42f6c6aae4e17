//! `GET /v1/audit/rows`

use api::wallet_manager::audit::AuditRowPage;
use axum::Json;
use axum::extract::State;
use service::extract::Query;
use service::{Caller, Problem};
use signing_core::serve::AuditRows;

use super::audit_checkpoints::Which;
use super::may_read;
use crate::app;

/// What lies in the tables beside the audit log, hashed as the log's records say that they left it. Needs
/// the scope `audit:read`.
#[utoipa::path(
    get,
    path = "/v1/audit/rows",
    params(Which),
    responses(
        (status = 200, body = AuditRowPage),
        (status = 400, body = api::Problem, content_type = "application/problem+json", description = "malformed_cursor"),
    ),
    security(("call_token" = [])),
    tag = "audit",
)]
pub(super) async fn audit_rows(
    State(state): State<app::State>,
    caller: Caller,
    Query(Which { after, limit }): Query<Which>,
) -> Result<Json<AuditRowPage>, Problem> {
    may_read(&caller, "audit:read")?;
    state.worker.by(&caller).ask(AuditRows { after, limit }).await.map(Json)
}
