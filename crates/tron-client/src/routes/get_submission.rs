//! `GET /v1/submissions/{txid}`.

use api::tron_client::SubmissionView;
use axum::Json;
use axum::extract::State;
use primitives::TxId;
use service::extract::Path;
use service::{Caller, Problem};

use crate::app::Shared;
use crate::submission::Submission;

/// How far a transaction has come. Needs the scope `chain:read`.
#[utoipa::path(
    get,
    path = "/v1/submissions/{txid}",
    params(("txid" = TxId, Path)),
    responses(
        (status = 200, body = SubmissionView),
        (status = 404, body = api::Problem, content_type = "application/problem+json", description = "unknown_submission: never brought here, which says nothing about the chain"),
    ),
    security(("call_token" = [])),
    tag = "submissions",
)]
pub(super) async fn get_submission(
    State(shared): State<Shared>,
    caller: Caller,
    Path(txid): Path<TxId>,
) -> Result<Json<SubmissionView>, Problem> {
    super::reader(&caller)?;
    let found = shared.ledger.store().get::<Submission>(&txid.to_string()).await?;
    let submission = found.ok_or_else(|| {
        Problem::not_found(
            "unknown_submission",
            "This transaction was never brought here, which says nothing about the chain.",
        )
    })?;
    Ok(Json(submission.record.view()))
}
