//! `GET /v1/audit`

use api::wallet_manager::audit::AuditPage;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use service::extract::Query;
use service::{Caller, Problem};
use signing_core::serve::AuditRecords;
use utoipa::IntoParams;

use super::may_read;
use crate::app;

/// Which records.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    /// Those after this number; from the first without it.
    #[serde(default)]
    after: u64,
    /// How many at most, from 1 to 1000.
    #[serde(default = "super::usual_page")]
    #[param(minimum = 1, maximum = 1000)]
    limit: usize,
}

/// Records of the audit log in order, each exactly as it was hashed. Needs the scope `audit:read`.
#[utoipa::path(
    get,
    path = "/v1/audit",
    params(Which),
    responses((status = 200, body = AuditPage)),
    security(("call_token" = [])),
    tag = "audit",
)]
pub(super) async fn audit(
    State(state): State<app::State>,
    caller: Caller,
    Query(Which { after, limit }): Query<Which>,
) -> Result<Json<AuditPage>, Problem> {
    may_read(&caller, "audit:read")?;
    state.worker.by(&caller).ask(AuditRecords { after, limit }).await.map(Json)
}
