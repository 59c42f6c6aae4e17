//! `GET /v1/audit/heads`: where wallet-manager's audit log stood, as it was told at the time.

use api::wallet_manager::audit::{KeptHeads, PAGE_MAX};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use service::extract::Query;
use service::{Caller, Problem};
use store::Filter;

use crate::app;
use crate::kept_head::HeadRow;

/// How many without a word.
const LIMIT: usize = 100;
/// Lets a caller read what was kept of the audit log.
const AUDIT: &str = "audit:read";

/// Which heads to list.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Place {
    #[serde(default)]
    after: Option<String>,
    #[serde(default)]
    limit: Option<usize>,
}

/// The heads that came with registrations and bars, newest first. Needs the scope `audit:read`; the operator may too.
#[utoipa::path(
    get, path = "/v1/audit/heads", tag = "reconciliation",
    params(("after" = Option<String>, Query), ("limit" = Option<usize>, Query, minimum = 1, maximum = 1000)),
    responses((status = 200, body = KeptHeads))
)]
pub(crate) async fn audit_heads(
    State(state): State<app::State>,
    caller: Caller,
    Query(place): Query<Place>,
) -> Result<Json<KeptHeads>, Problem> {
    if !caller.may("operator") {
        caller.require(AUDIT)?;
    }
    let limit = place.limit.unwrap_or(LIMIT);
    if !(1..=PAGE_MAX).contains(&limit) {
        return Err(Problem::bad_request("malformed_query", format!("limit is 1 to {PAGE_MAX}")));
    }
    let page = state.store.list::<HeadRow>(Filter { after: place.after, limit, ..Filter::default() }).await?;
    let heads = page.items.into_iter().map(|kept| kept.record.0).collect();
    Ok(Json(KeptHeads { heads, next: page.next }))
}
