//! `GET /v1/submissions/{txid}/finality`.

use api::tron_client::{SubmissionStage, SubmissionView};
use axum::Json;
use axum::extract::State;
use primitives::statement::{Fate, Finality, Signed};
use primitives::{BlockId, TxId};
use service::extract::Path;
use service::{Caller, Problem};

use crate::app::Shared;
use crate::submission::Submission;

/// Named, because the document's macro looks into the parameters of a generic type.
type SignedFinality = Signed<Finality>;

/// The signed word on what became of a transaction for ever. Needs the scope `chain:read`.
#[utoipa::path(
    get,
    path = "/v1/submissions/{txid}/finality",
    params(("txid" = TxId, Path)),
    responses(
        (status = 200, body = SignedFinality),
        (status = 404, body = api::Problem, content_type = "application/problem+json", description = "unknown_submission"),
        (status = 409, body = api::Problem, content_type = "application/problem+json", description = "not_final: it may still be included, or move"),
    ),
    security(("call_token" = [])),
    tag = "submissions",
)]
pub(super) async fn get_finality(
    State(shared): State<Shared>,
    caller: Caller,
    Path(txid): Path<TxId>,
) -> Result<Json<Signed<Finality>>, Problem> {
    super::reader(&caller)?;
    let found = shared.ledger.store().get::<Submission>(&txid.to_string()).await?;
    let submission = found.ok_or_else(|| Problem::not_found("unknown_submission", "It was never brought here."))?;
    let (fate, block) = fate(&submission.record.view())
        .ok_or_else(|| Problem::conflict("not_final", "It may still be included, or move."))?;
    Ok(Json(Signed::sign(Finality { chain_id: shared.chain_id, txid, fate, block }, &shared.authority)))
}

fn fate(view: &SubmissionView) -> Option<(Fate, BlockId)> {
    match view.stage {
        SubmissionStage::Solid => {
            let fate = if view.receipt.as_ref()?.contract_ret == "SUCCESS" { Fate::Succeeded } else { Fate::Failed };
            Some((fate, view.block?.id))
        }
        SubmissionStage::Dead => Some((Fate::Dead, view.absent_through?.id)),
        SubmissionStage::Watched | SubmissionStage::Pending | SubmissionStage::Included => None,
    }
}
