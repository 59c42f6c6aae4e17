//! `GET /v1/discrepancies`: what nobody can explain, and what somebody has.

use api::payout_router::reconciliation::{DiscrepancyFilter, DiscrepancyPage};
use axum::Json;
use axum::extract::State;
use service::extract::Query;
use service::{Caller, Problem};
use store::Filter;

use super::READ;
use crate::app;
use crate::discrepancy::Discrepancy;

/// How many without a word, and at the most.
const LIMIT: u32 = 50;
const LIMIT_MAX: u32 = 100;

/// Discrepancies, newest first. While one is open nothing is authorised.
#[utoipa::path(
    get, path = "/v1/discrepancies", tag = "reconciliation",
    params(("open" = Option<bool>, Query), ("kept" = Option<bool>, Query), ("after" = Option<String>, Query), ("limit" = Option<u32>, Query)),
    responses((status = 200, body = DiscrepancyPage))
)]
pub(crate) async fn list_discrepancies(
    State(state): State<app::State>,
    caller: Caller,
    Query(filter): Query<DiscrepancyFilter>,
) -> Result<Json<DiscrepancyPage>, Problem> {
    caller.require(READ)?;
    let limit = filter.limit.unwrap_or(LIMIT);
    if !(1..=LIMIT_MAX).contains(&limit) {
        return Err(Problem::bad_request("malformed_query", format!("limit is 1 to {LIMIT_MAX}")));
    }
    let stage = match (filter.kept, filter.open) {
        (Some(true), _) => Some("kept"),
        (_, Some(true)) => Some("open"),
        (_, Some(false)) => Some("resolved"),
        (_, None) => None,
    };
    let stage = stage.map(str::to_owned);
    let filter = Filter { stage, after: filter.after, limit: limit as usize, ..Filter::default() };
    let page = state.store.list::<Discrepancy>(filter).await?;
    let discrepancies = page.items.iter().map(|found| found.record.view()).collect();
    Ok(Json(DiscrepancyPage { halted: state.halt.stands().await?, discrepancies, next: page.next }))
}
