//! `PUT /v1/wallets/{id}`

use api::wallet_manager::{WalletRequest, WalletView};
use axum::Json;
use axum::extract::State;
use primitives::WalletId;
use service::extract::{Body, Path};
use service::{Caller, Problem};

use crate::app;

/// Makes a wallet as two operators decided, its key born in the token; the same decision again gives the same wallet for
/// ever. Needs the scope `wallets:write`, and their signatures.
#[utoipa::path(
    put,
    path = "/v1/wallets/{id}",
    params(("id" = String, Path, description = "The wallet's name.")),
    request_body = WalletRequest,
    responses(
        (status = 200, body = WalletView),
        (status = 403, body = api::Problem, content_type = "application/problem+json",
            description = "The code says what the decision lacks, as for `PUT /v1/keys/{name}`: ceremony_required, …"),
        (status = 409, body = api::Problem, content_type = "application/problem+json",
            description = "ceremony_used, key_exists"),
        (status = 422, body = api::Problem, content_type = "application/problem+json", description = "other_class"),
        (status = 503, body = api::Problem, content_type = "application/problem+json", description = "token_unavailable"),
    ),
    security(("call_token" = [])),
    tag = "wallets",
)]
pub(super) async fn put_wallet(
    State(state): State<app::State>,
    caller: Caller,
    Path(id): Path<WalletId>,
    Body(request): Body<WalletRequest>,
) -> Result<Json<WalletView>, Problem> {
    caller.require("wallets:write")?;
    state.worker.by(&caller).wallet(id, request).await.map(Json)
}
