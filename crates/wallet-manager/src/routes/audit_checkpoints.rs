//! `GET /v1/audit/checkpoints`

use api::wallet_manager::audit::AuditCheckpointPage;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use service::extract::Query;
use service::{Caller, Problem};
use signing_core::serve::AuditCheckpoints;
use utoipa::IntoParams;

use super::may_read;
use crate::app;

/// Which page.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    /// Those after the page that named this as its `next`; the first without it.
    pub(super) after: Option<String>,
    /// How many at most, from 1 to 1000.
    #[serde(default = "super::usual_page")]
    #[param(minimum = 1, maximum = 1000)]
    pub(super) limit: usize,
}

/// Checkpoints of the audit log, each signed by the audit key in the token, newest first. Needs the scope `audit:read`.
#[utoipa::path(
    get,
    path = "/v1/audit/checkpoints",
    params(Which),
    responses(
        (status = 200, body = AuditCheckpointPage),
        (status = 400, body = api::Problem, content_type = "application/problem+json", description = "malformed_cursor"),
    ),
    security(("call_token" = [])),
    tag = "audit",
)]
pub(super) async fn audit_checkpoints(
    State(state): State<app::State>,
    caller: Caller,
    Query(Which { after, limit }): Query<Which>,
) -> Result<Json<AuditCheckpointPage>, Problem> {
    may_read(&caller, "audit:read")?;
    state.worker.by(&caller).ask(AuditCheckpoints { after, limit }).await.map(Json)
}
