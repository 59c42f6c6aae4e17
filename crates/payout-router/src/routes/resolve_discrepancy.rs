//! `PUT /v1/discrepancies/{id}/resolution`: two operators' word on what nobody could explain.

use api::payout_router::reconciliation::{DiscrepancyView, Resolution, ResolveRequest};
use axum::Json;
use axum::extract::State;
use primitives::statement::Action;
use service::extract::{Body, Path};
use service::{Caller, Problem};
use store::{Commit, CommitError};

use super::REVIEW;
use crate::discrepancy::Discrepancy;
use crate::{app, stray};

/// How many operators it takes: once none is open, payouts go on.
const OPERATORS: usize = 2;

/// Explains a discrepancy as two operators have decided, for ever and on the feed. Once none is open, payouts are authorised again; what wallet-manager
/// stopped for it two operators lift there.
#[utoipa::path(
    put, path = "/v1/discrepancies/{id}/resolution", tag = "reconciliation",
    params(("id" = String, Path, description = "The txid, or `audit-` and a number.")),
    request_body = ResolveRequest,
    responses(
        (status = 200, body = DiscrepancyView),
        (status = 404, body = api::Problem, content_type = "application/problem+json",
            description = "`unknown_discrepancy`"),
        (status = 409, body = api::Problem, content_type = "application/problem+json",
            description = "`resolved`: it has another note already; `recovering`: the plane was restored, and this is a payment \
                that `/v1/recovery/decisions` decides on; `busy`: it is changing, ask again"),
        (status = 403, body = api::Problem, content_type = "application/problem+json",
            description = "The code is the rule that stands against the decision, such as `authority_signature`."),
    )
)]
pub(crate) async fn resolve_discrepancy(
    State(state): State<app::State>,
    caller: Caller,
    Path(id): Path<String>,
    Body(request): Body<ResolveRequest>,
) -> Result<Json<DiscrepancyView>, Problem> {
    caller.require(REVIEW)?;
    let now = state.clock.now();
    let agreed = state.council.agreed(&request.ceremony, OPERATORS, now)?;
    let note = match &agreed.statement.action {
        Action::Explain { discrepancy, note } if *discrepancy == id => note,
        _ => return Err(Problem::forbidden("decision", "The operators decided on something else.")),
    };
    let unknown = || Problem::not_found("unknown_discrepancy", "There is no discrepancy of this name.");
    let found = state.store.get::<Discrepancy>(&id).await?.ok_or_else(unknown)?;
    if let Some(resolution) = &found.record.resolution {
        let same = resolution.note == *note;
        let other = || Problem::conflict("resolved", "It was explained already, by another note.");
        return if same { Ok(Json(found.record.view())) } else { Err(other()) };
    }
    if found.record.payment().is_some() && state.recoveries.stands().await? {
        let detail = "The plane was restored: say by `lucid recover` which payout it has paid.";
        return Err(Problem::conflict("recovering", detail));
    }
    let by = agreed.operators.join(", ");
    let resolution = Resolution { by: by.clone(), note: note.clone(), at: now };
    let (next, commit) = Discrepancy::resolved(&found, resolution, false, Commit::new(now));
    let commit = match found.record.payment() {
        Some(payment) => stray::released(commit, payment, &id),
        None => commit,
    };
    match state.store.commit(commit).await {
        Ok(()) => {
            tracing::warn!(discrepancy = id, by, note, "explained by operators");
            Ok(Json(next.view()))
        }
        Err(CommitError::Conflict { .. }) => Err(Problem::conflict("busy", "It is changing; ask again.")),
        Err(error) => Err(Problem::internal(error)),
    }
}
