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

#[cfg(test)]
mod tests {
    use api::tron_client::Receipt;
    use primitives::{BlockRef, UnixMs};

    use super::*;

    fn view(stage: SubmissionStage, contract_ret: Option<&str>) -> SubmissionView {
        let block = |byte| BlockRef { number: 0, id: BlockId::new([byte; 32]), time: UnixMs(1) };
        SubmissionView {
            txid: TxId::new([7; 32]),
            stage,
            expiration: UnixMs(2),
            broadcasts: 1,
            last_answer: None,
            block: Some(block(1)),
            receipt: contract_ret.map(|ret| Receipt { contract_ret: ret.to_owned(), ..Receipt::default() }),
            absent_through: Some(block(2)),
        }
    }

    #[test]
    fn only_what_is_final_has_a_fate() {
        let (solid, dead) = (SubmissionStage::Solid, SubmissionStage::Dead);
        let (its, last) = (BlockId::new([1; 32]), BlockId::new([2; 32]));
        assert_eq!(fate(&view(solid, Some("SUCCESS"))), Some((Fate::Succeeded, its)));
        assert_eq!(fate(&view(solid, Some("REVERT"))), Some((Fate::Failed, its)));
        assert_eq!(fate(&view(solid, None)), None, "without a receipt nothing is known");
        assert_eq!(fate(&view(dead, None)), Some((Fate::Dead, last)));
        for stage in [SubmissionStage::Watched, SubmissionStage::Pending, SubmissionStage::Included] {
            assert_eq!(fate(&view(stage, Some("SUCCESS"))), None);
        }
    }
}
