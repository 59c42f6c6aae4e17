//! `GET /v1/anchors/latest`.

use axum::Json;
use axum::extract::State;
use primitives::statement::{Anchor, Signed};
use service::{Caller, Problem};

use crate::app::Shared;
use crate::{anchor, problem};

/// Named, because the document's macro looks into the parameters of a generic type.
type SignedAnchor = Signed<Anchor>;

/// The signed anchor of the newest solid block that was read. Needs the scope `chain:read`.
#[utoipa::path(
    get,
    path = "/v1/anchors/latest",
    responses(
        (status = 200, body = SignedAnchor),
        (status = 503, body = api::Problem, content_type = "application/problem+json", description = "no_fresh_anchor"),
    ),
    security(("call_token" = [])),
    tag = "chain",
)]
pub(super) async fn get_latest_anchor(
    State(shared): State<Shared>,
    caller: Caller,
) -> Result<Json<Signed<Anchor>>, Problem> {
    super::reader(&caller)?;
    let scanned = shared.ledger.extent().map(|extent| extent.last);
    let head = shared.nodes.sight().head.map(|block| block.time);
    let block = anchor::anchored(scanned, head, &shared.trust, shared.clock.now()).map_err(problem::no_anchor)?;
    Ok(Json(anchor::sign(shared.chain_id, block, &shared.authority)))
}
