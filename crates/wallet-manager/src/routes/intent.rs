//! `GET /v1/intents/{intent}`

use api::wallet_manager::IntentView;
use axum::Json;
use axum::extract::State;
use primitives::IntentId;
use service::extract::Path;
use service::{Caller, Problem};

use super::may_read;
use crate::app;
use signing_core::serve::Intent;

/// The register's word on an intent; no attempts if it has none. Needs the scope `register:read`.
#[utoipa::path(
    get,
    path = "/v1/intents/{intent}",
    params(("intent" = String, Path, description = "The intent.")),
    responses((status = 200, body = IntentView)),
    security(("call_token" = [])),
    tag = "register",
)]
pub(super) async fn intent(
    State(state): State<app::State>,
    caller: Caller,
    Path(intent): Path<IntentId>,
) -> Result<Json<IntentView>, Problem> {
    may_read(&caller, "register:read")?;
    state.worker.by(&caller).ask(Intent(intent)).await.map(Json)
}
