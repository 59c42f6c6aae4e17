//! `PUT /v1/submissions/{txid}`.

use api::tron_client::{SubmissionRequest, SubmissionView};
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use primitives::TxId;
use service::extract::{Body, Path};
use service::{Caller, Problem};

use crate::app::Shared;
use crate::problem;

/// Brings a transaction onto the chain, or watches for it. The same transaction again is answered with how far it has
/// come; signatures for one that was only watched are added. Needs the scope `submissions:write`.
#[utoipa::path(
    put,
    path = "/v1/submissions/{txid}",
    params(("txid" = TxId, Path)),
    request_body = SubmissionRequest,
    responses(
        (status = 202, body = SubmissionView),
        (status = 400, body = api::Problem, content_type = "application/problem+json", description = "malformed_body, malformed_path, malformed_raw_data, malformed_signature, or txid_mismatch"),
        (status = 503, body = api::Problem, content_type = "application/problem+json", description = "not_reading_yet"),
    ),
    security(("call_token" = [])),
    tag = "submissions",
)]
pub(super) async fn put_submission(
    State(shared): State<Shared>,
    caller: Caller,
    Path(txid): Path<TxId>,
    Body(request): Body<SubmissionRequest>,
) -> Result<(StatusCode, Json<SubmissionView>), Problem> {
    caller.require("submissions:write")?;
    let view = shared.ledger.take_in(txid, &request).await.map_err(problem::take_in)?;
    Ok((StatusCode::ACCEPTED, Json(view)))
}
