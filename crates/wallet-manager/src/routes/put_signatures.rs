//! `PUT /v1/signatures`

use api::wallet_manager::batch::{BATCH_MAX, SignatureBatch, SignatureItem, SignatureOutcome, SignatureOutcomes};
use axum::Json;
use axum::extract::State;
use service::extract::Body;
use service::{Caller, Problem};
use signing_core::serve::Sign;

use crate::app;

/// Signs up to 256 transactions, each as `PUT /v1/signatures/{txid}` does and with an outcome of its own; one commit
/// registers all of them. Needs the scope `signatures:write`.
#[utoipa::path(
    put,
    path = "/v1/signatures",
    request_body = SignatureBatch,
    responses(
        (status = 200, body = SignatureOutcomes,
            description = "An outcome for each item, in order: `signed`, or the `problem` that it would have had alone."),
        (status = 422, body = api::Problem, content_type = "application/problem+json", description = "batch_too_long"),
        (status = 503, body = api::Problem, content_type = "application/problem+json",
            description = "worker_unavailable: the same batch may be sent again"),
    ),
    security(("call_token" = [])),
    tag = "signatures",
)]
pub(super) async fn put_signatures(
    State(state): State<app::State>,
    caller: Caller,
    Body(batch): Body<SignatureBatch>,
) -> Result<Json<SignatureOutcomes>, Problem> {
    caller.require("signatures:write")?;
    let count = batch.items.len();
    if count > BATCH_MAX {
        return Err(Problem::unprocessable("batch_too_long", format!("{BATCH_MAX} transactions are the most.")));
    }
    let asked = batch.items.into_iter().map(|SignatureItem { txid, request }| (txid, request)).collect();
    let outcomes = state.worker.by(&caller).ask(Sign(asked)).await?;
    if outcomes.len() != count {
        return Err(Problem::internal("the worker left a request out"));
    }
    let outcomes = outcomes.into_iter().map(|outcome| match outcome {
        Ok(signed) => SignatureOutcome::Signed(signed),
        Err(problem) => SignatureOutcome::Problem((*problem).clone()),
    });
    Ok(Json(SignatureOutcomes { outcomes: outcomes.collect() }))
}
