//! `PUT /v1/keys/{name}`, `GET /v1/keys/{name}`, `GET /v1/keys`

use api::wallet_manager::key::{KeyList, KeyRequest, KeyView};
use axum::Json;
use axum::extract::State;
use primitives::WalletId;
use service::extract::{Body, Path};
use service::{Caller, Problem};
use signing_core::serve::{Key, Keys};

use super::may_read;
use crate::app;

/// Makes a key in the token as two operators decided: of a wallet's class it is a wallet, of the others the token's one
/// compliance or release key. The same decision again gives the same key for ever. Needs the scope `wallets:write`, and
/// their signatures.
#[utoipa::path(
    put,
    path = "/v1/keys/{name}",
    params(("name" = String, Path, description = "The key's name; a wallet's key has the wallet's.")),
    request_body = KeyRequest,
    responses(
        (status = 200, body = KeyView),
        (status = 403, body = api::Problem, content_type = "application/problem+json",
            description = "The code says what the decision lacks: ceremony_required, ceremony_expired, ceremony_not_yet, \
                           ceremony_operator_unknown, ceremony_operator_twice, ceremony_signature, ceremony_operators, \
                           ceremony_plane, ceremony_chain, ceremony_action, ceremony_name, ceremony_class"),
        (status = 409, body = api::Problem, content_type = "application/problem+json",
            description = "ceremony_used, key_exists, key_class_taken"),
        (status = 422, body = api::Problem, content_type = "application/problem+json",
            description = "other_class, key_class"),
        (status = 503, body = api::Problem, content_type = "application/problem+json",
            description = "token_unavailable, key_unproven"),
    ),
    security(("call_token" = [])),
    tag = "keys",
)]
pub(super) async fn put_key(
    State(state): State<app::State>,
    caller: Caller,
    Path(name): Path<WalletId>,
    Body(request): Body<KeyRequest>,
) -> Result<Json<KeyView>, Problem> {
    caller.require("wallets:write")?;
    state.worker.by(&caller).key(name, request).await.map(Json)
}

/// A key with its manifest, the audit key's word for how it was made. Needs the scope `wallets:read`.
#[utoipa::path(
    get,
    path = "/v1/keys/{name}",
    params(("name" = String, Path, description = "The key's name; a wallet's key has the wallet's.")),
    responses(
        (status = 200, body = KeyView),
        (status = 404, body = api::Problem, content_type = "application/problem+json", description = "unknown_key"),
    ),
    security(("call_token" = [])),
    tag = "keys",
)]
pub(super) async fn key(
    State(state): State<app::State>,
    caller: Caller,
    Path(name): Path<WalletId>,
) -> Result<Json<KeyView>, Problem> {
    may_read(&caller, "wallets:read")?;
    let view = state.worker.by(&caller).ask(Key(name.clone())).await?;
    view.map(Json).ok_or_else(|| Problem::not_found("unknown_key", format!("There is no key {name}.")))
}

/// Every key, retired ones too, and what else the token holds. Needs the scope `wallets:read`.
#[utoipa::path(
    get,
    path = "/v1/keys",
    responses((status = 200, body = KeyList)),
    security(("call_token" = [])),
    tag = "keys",
)]
pub(super) async fn keys(State(state): State<app::State>, caller: Caller) -> Result<Json<KeyList>, Problem> {
    may_read(&caller, "wallets:read")?;
    state.worker.by(&caller).ask(Keys).await.map(Json)
}
