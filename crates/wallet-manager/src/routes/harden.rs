//! `PUT /v1/decisions/{txid}`, `PUT /v1/wallets/{id}/share`, `PUT /v1/wallets/{id}/hardening/outcome`

use api::wallet_manager::decision::{DecisionRequest, HardeningOutcome, ShareRequest};
use api::wallet_manager::{SignatureView, WalletView};
use axum::Json;
use axum::extract::State;
use primitives::{TxId, WalletId};
use service::extract::{Body, Path};
use service::{Caller, Problem};
use signing_core::serve::{CarryOut, Hardened, Share};

use crate::app;

/// Signs what two operators decided: an update of an account's permissions, or a spending. Needs the scope `operator`,
/// and their signatures.
#[utoipa::path(
    put,
    path = "/v1/decisions/{txid}",
    params(("txid" = String, Path, description = "SHA-256 of raw_data, hexadecimal.")),
    request_body = DecisionRequest,
    responses(
        (status = 200, body = SignatureView),
        (status = 403, body = api::Problem, content_type = "application/problem+json",
            description = "The code is the rule that stands against it, such as `permission_update` or `anchor_stale`."),
        (status = 409, body = api::Problem, content_type = "application/problem+json",
            description = "wallet_in_flight (member `until`); txid_taken; attempt_taken (members `txid`, `raw_data`)"),
        (status = 422, body = api::Problem, content_type = "application/problem+json", description = "other_txid"),
    ),
    security(("call_token" = [])),
    tag = "decisions",
)]
pub(super) async fn put_decision(
    State(state): State<app::State>,
    caller: Caller,
    Path(txid): Path<TxId>,
    Body(request): Body<DecisionRequest>,
) -> Result<Json<SignatureView>, Problem> {
    caller.require("operator")?;
    state.worker.by(&caller).ask(CarryOut(txid, request)).await.map(Json)
}

/// Has a wallet sign for a shared account, from the account's update on, which another signer makes. Needs the scope
/// `operator`, and two operators' signatures.
#[utoipa::path(
    put,
    path = "/v1/wallets/{id}/share",
    params(("id" = String, Path, description = "The wallet's name.")),
    request_body = ShareRequest,
    responses(
        (status = 200, body = WalletView),
        (status = 403, body = api::Problem, content_type = "application/problem+json",
            description = "The code is the rule that stands against it, such as `active_key`."),
        (status = 404, body = api::Problem, content_type = "application/problem+json", description = "unknown_wallet"),
        (status = 409, body = api::Problem, content_type = "application/problem+json", description = "wallet_used"),
        (status = 422, body = api::Problem, content_type = "application/problem+json", description = "own_account"),
    ),
    security(("call_token" = [])),
    tag = "decisions",
)]
pub(super) async fn put_share(
    State(state): State<app::State>,
    caller: Caller,
    Path(id): Path<WalletId>,
    Body(request): Body<ShareRequest>,
) -> Result<Json<WalletView>, Problem> {
    caller.require("operator")?;
    state.worker.by(&caller).ask(Share(id, request)).await.map(Json)
}

/// Takes tron-client's word on what became of a wallet's update: from a success on it signs under permission 2, after
/// anything else it is as it was. Needs the scope `operator`.
#[utoipa::path(
    put,
    path = "/v1/wallets/{id}/hardening/outcome",
    params(("id" = String, Path, description = "The wallet's name.")),
    request_body = HardeningOutcome,
    responses(
        (status = 200, body = WalletView),
        (status = 403, body = api::Problem, content_type = "application/problem+json",
            description = "finality_signature"),
        (status = 404, body = api::Problem, content_type = "application/problem+json", description = "unknown_wallet"),
        (status = 409, body = api::Problem, content_type = "application/problem+json", description = "not_hardening"),
        (status = 422, body = api::Problem, content_type = "application/problem+json", description = "other_update"),
    ),
    security(("call_token" = [])),
    tag = "decisions",
)]
pub(super) async fn put_outcome(
    State(state): State<app::State>,
    caller: Caller,
    Path(id): Path<WalletId>,
    Body(outcome): Body<HardeningOutcome>,
) -> Result<Json<WalletView>, Problem> {
    caller.require("operator")?;
    state.worker.by(&caller).ask(Hardened(id, outcome)).await.map(Json)
}
