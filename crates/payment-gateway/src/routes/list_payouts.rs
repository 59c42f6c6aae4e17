//! `GET /v1/payouts`: payouts, newest first.

use api::payout_router::{PayoutFilter, PayoutPage};
use axum::Json;
use axum::extract::State;
use service::Problem;
use service::extract::Query;
use store::Filter;

use crate::app;
use crate::caller::Reader;
use crate::payout::PayoutRow;
use crate::problem::another_merchant;

/// How many without a word, and at the most.
const LIMIT: u32 = 50;
const LIMIT_MAX: u32 = 100;

/// Payouts, newest first: a merchant's own; for the operator everybody's, or one merchant's.
#[utoipa::path(
    get, path = "/v1/payouts", tag = "payouts",
    params(
        ("merchant" = Option<primitives::MerchantId>, Query), ("stage" = Option<api::payout_router::PayoutStage>, Query),
        ("after" = Option<String>, Query), ("limit" = Option<u32>, Query),
    ),
    security(("api_key" = []), ("call_token" = [])),
    responses(
        (status = 200, body = PayoutPage),
        (status = 400, body = api::Problem, content_type = "application/problem+json",
            description = "`malformed_query`, `malformed_cursor`"),
        (status = 403, body = api::Problem, content_type = "application/problem+json",
            description = "`another_merchant`"),
    )
)]
pub(crate) async fn list_payouts(
    State(state): State<app::State>,
    reader: Reader,
    Query(filter): Query<PayoutFilter>,
) -> Result<Json<PayoutPage>, Problem> {
    let limit = filter.limit.unwrap_or(LIMIT);
    if !(1..=LIMIT_MAX).contains(&limit) {
        return Err(Problem::bad_request("malformed_query", format!("limit is 1 to {LIMIT_MAX}")));
    }
    if filter.merchant.as_ref().is_some_and(|merchant| !reader.may_see(merchant)) {
        return Err(another_merchant());
    }
    let merchant = match reader {
        Reader::Merchant(own) => Some(own),
        Reader::Operator => filter.merchant,
    };
    let page = state
        .store
        .list::<PayoutRow>(Filter {
            stage: filter.stage.map(|stage| stage.name().to_owned()),
            tag: merchant.map(|merchant| ("merchant".to_owned(), merchant.to_string())),
            after: filter.after,
            limit: limit as usize,
        })
        .await?;
    let payouts = page.items.into_iter().map(|found| found.record.view).collect();
    Ok(Json(PayoutPage { payouts, next: page.next }))
}
