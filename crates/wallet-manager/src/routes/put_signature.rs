//! `PUT /v1/signatures/{txid}`

use api::wallet_manager::{SignatureRequest, SignatureView};
use axum::Json;
use axum::extract::State;
use primitives::TxId;
use service::extract::{Body, Path};
use service::{Caller, Problem};
use signing_core::serve::Sign;

use crate::app;

/// Signs a transaction; the same request has the same signature for ever. Needs the scope `signatures:write`.
#[utoipa::path(
    put,
    path = "/v1/signatures/{txid}",
    params(("txid" = String, Path, description = "SHA-256 of raw_data, hexadecimal.")),
    request_body = SignatureRequest,
    responses(
        (status = 200, body = SignatureView),
        (status = 403, body = api::Problem, content_type = "application/problem+json",
            description = "The code is the rule that stands against it, such as `recipient` or `anchor_stale`."),
        (status = 409, body = api::Problem, content_type = "application/problem+json",
            description = "txid_taken; attempt_taken (members `txid`, `raw_data`); attempt_void"),
        (status = 422, body = api::Problem, content_type = "application/problem+json", description = "other_txid"),
        (status = 503, body = api::Problem, content_type = "application/problem+json", description =
            "worker_unavailable; token_unavailable, or the token's failure; attempt_withheld (member `rule`): registered, and the rules have changed since"),
    ),
    security(("call_token" = [])),
    tag = "signatures",
)]
pub(super) async fn put_signature(
    State(state): State<app::State>,
    caller: Caller,
    Path(txid): Path<TxId>,
    Body(request): Body<SignatureRequest>,
) -> Result<Json<SignatureView>, Problem> {
    caller.require("signatures:write")?;
    let outcome = state.worker.by(&caller).ask(Sign(vec![(txid, request)])).await?.pop();
    outcome.unwrap_or_else(|| Err(Problem::internal("the worker left a request out"))).map(Json)
}
