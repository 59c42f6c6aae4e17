//! `PUT /v1/keys/{name}/retire`

use api::wallet_manager::key::{KeyView, RetireRequest};
use axum::Json;
use axum::extract::State;
use primitives::WalletId;
use service::extract::{Body, Path};
use service::{Caller, Problem};
use signing_core::serve::RetireKey;

use crate::app;

/// Retires a key for ever, as two operators decided: it signs nothing any more and is still listed; it stays in the token.
/// Needs the scope `wallets:write`, and their signatures.
#[utoipa::path(
    put,
    path = "/v1/keys/{name}/retire",
    params(("name" = String, Path, description = "The key's name; a wallet's key has the wallet's.")),
    request_body = RetireRequest,
    responses(
        (status = 200, body = KeyView),
        (status = 403, body = api::Problem, content_type = "application/problem+json",
            description = "What the decision lacks, as for `PUT /v1/keys/{name}`; ceremony_key"),
        (status = 404, body = api::Problem, content_type = "application/problem+json", description = "unknown_key"),
        (status = 409, body = api::Problem, content_type = "application/problem+json",
            description = "ceremony_used, key_not_made, key_needed"),
    ),
    security(("call_token" = [])),
    tag = "keys",
)]
pub(super) async fn retire_key(
    State(state): State<app::State>,
    caller: Caller,
    Path(name): Path<WalletId>,
    Body(request): Body<RetireRequest>,
) -> Result<Json<KeyView>, Problem> {
    caller.require("wallets:write")?;
    state.worker.by(&caller).ask(RetireKey { name, ceremony: request.ceremony }).await.map(Json)
}
