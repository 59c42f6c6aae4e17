//! `GET /v1/policy`

use api::wallet_manager::PolicyView;
use axum::Json;
use axum::extract::State;
use service::{Caller, Problem};
use signing_core::serve::Policy;

use super::may_read;
use crate::app;

/// The signing policy in force, who signed it, and what is wrong with its file. Needs the scope `wallets:read`.
#[utoipa::path(
    get,
    path = "/v1/policy",
    responses((status = 200, body = PolicyView)),
    security(("call_token" = [])),
    tag = "policy",
)]
pub(super) async fn policy(State(state): State<app::State>, caller: Caller) -> Result<Json<PolicyView>, Problem> {
    may_read(&caller, "wallets:read")?;
    state.worker.ask(Policy).await.map(Json)
}
