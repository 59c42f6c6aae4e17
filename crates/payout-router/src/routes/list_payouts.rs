//! `GET /v1/payouts`: payouts, newest first.

use api::payout_router::{PayoutFilter, PayoutPage};
use axum::Json;
use axum::extract::State;
use service::extract::Query;
use service::{Caller, Problem};
use store::Filter;

use super::READ;
use crate::app;
use crate::payout::PayoutRow;

/// How many without a word, and at the most.
const LIMIT: u32 = 50;
const LIMIT_MAX: u32 = 100;

/// Payouts, newest first.
#[utoipa::path(
    get, path = "/v1/payouts", tag = "payouts",
    params(
        ("merchant" = Option<primitives::MerchantId>, Query), ("stage" = Option<api::payout_router::PayoutStage>, Query),
        ("after" = Option<String>, Query), ("limit" = Option<u32>, Query),
    ),
    responses((status = 200, body = PayoutPage))
)]
pub(crate) async fn list_payouts(
    State(state): State<app::State>,
    caller: Caller,
    Query(filter): Query<PayoutFilter>,
) -> Result<Json<PayoutPage>, Problem> {
    caller.require(READ)?;
    let limit = filter.limit.unwrap_or(LIMIT);
    if !(1..=LIMIT_MAX).contains(&limit) {
        return Err(Problem::bad_request("malformed_query", format!("limit is 1 to {LIMIT_MAX}")));
    }
    let page = state
        .store
        .list::<PayoutRow>(Filter {
            stage: filter.stage.map(|stage| stage.name().to_owned()),
            tag: filter.merchant.map(|merchant| ("merchant".to_owned(), merchant.to_string())),
            after: filter.after,
            limit: limit as usize,
        })
        .await?;
    let payouts = page.items.iter().map(|found| found.record.0.view()).collect();
    Ok(Json(PayoutPage { payouts, next: page.next }))
}
