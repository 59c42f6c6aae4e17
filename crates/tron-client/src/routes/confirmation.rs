//! `GET /v1/chain/confirmation`.

use api::tron_client::{BlockConfirmation, ConfirmationView};
use axum::Json;
use axum::extract::State;
use service::{Caller, Problem};

use crate::app::Shared;
use crate::nodes::Confirmation;

/// Whether a second node has the newest block that two nodes should have, of those that were read: one of another owner
/// where there is one. It is asked now. Needs the scope `chain:read`.
#[utoipa::path(
    get,
    path = "/v1/chain/confirmation",
    responses(
        (status = 200, body = ConfirmationView),
        (status = 503, body = api::Problem, content_type = "application/problem+json", description = "no_node"),
    ),
    security(("call_token" = [])),
    tag = "chain",
)]
pub(super) async fn get_confirmation(
    State(shared): State<Shared>,
    caller: Caller,
) -> Result<Json<ConfirmationView>, Problem> {
    super::reader(&caller)?;
    let unread = || Problem::unavailable("no_node", "no block was read yet");
    let last = shared.ledger.extent().ok_or_else(unread)?.last;
    let shared_block = match shared.nodes.shared(last.number) {
        Some(number) => shared.ledger.block(number).await?,
        None => None,
    };
    let Some(block) = shared_block else {
        return Ok(Json(ConfirmationView { block: last, confirmation: BlockConfirmation::Unavailable }));
    };
    let confirmation = match shared.nodes.agree(block).await {
        Confirmation::OneOwner | Confirmation::NotConfigured => BlockConfirmation::OneNode,
        Confirmation::Confirmed => BlockConfirmation::Confirmed,
        Confirmation::Unavailable => BlockConfirmation::Unavailable,
        Confirmation::Disagrees => BlockConfirmation::Disagrees,
    };
    Ok(Json(ConfirmationView { block, confirmation }))
}
