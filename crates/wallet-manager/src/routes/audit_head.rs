//! `GET /v1/audit/head`

use api::wallet_manager::audit::AuditHead;
use axum::Json;
use axum::extract::State;
use service::{Caller, Problem};
use signing_core::serve::AuditPlace;

use super::may_read;
use crate::app;

/// Where the audit log stands, what vouches for it, and what is wrong with it. Needs the scope `audit:read`.
#[utoipa::path(
    get,
    path = "/v1/audit/head",
    responses((status = 200, body = AuditHead)),
    security(("call_token" = [])),
    tag = "audit",
)]
pub(super) async fn audit_head(State(state): State<app::State>, caller: Caller) -> Result<Json<AuditHead>, Problem> {
    may_read(&caller, "audit:read")?;
    state.worker.by(&caller).ask(AuditPlace).await.map(Json)
}
