//! `GET /v1/signatures/{txid}`

use api::wallet_manager::RegisteredAttempt;
use axum::Json;
use axum::extract::State;
use primitives::TxId;
use service::extract::Path;
use service::{Caller, Problem};
use signing_core::serve::Registered;

use super::may_read;
use crate::app;

/// The attempt that was registered as this transaction: its signature may be out. Needs the scope `register:read`.
#[utoipa::path(
    get,
    path = "/v1/signatures/{txid}",
    params(("txid" = TxId, Path)),
    responses(
        (status = 200, body = RegisteredAttempt),
        (status = 404, body = api::Problem, content_type = "application/problem+json",
            description = "unknown_signature: none of our keys ever signed this transaction"),
    ),
    security(("call_token" = [])),
    tag = "register",
)]
pub(super) async fn get_signature(
    State(state): State<app::State>,
    caller: Caller,
    Path(txid): Path<TxId>,
) -> Result<Json<RegisteredAttempt>, Problem> {
    may_read(&caller, "register:read")?;
    let found = state.worker.by(&caller).ask(Registered(txid)).await?;
    found.map(Json).ok_or_else(|| Problem::not_found("unknown_signature", format!("The register has no {txid}.")))
}
