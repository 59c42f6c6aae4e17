//! `GET /v1/payouts/{reference}`: how far a payout has come.

use api::payout_router::PayoutView;
use axum::Json;
use axum::extract::State;
use primitives::MerchantRef;
use service::Problem;
use service::extract::Path;

use crate::app;
use crate::caller::Reader;
use crate::find::{Found, find};

/// How far a payout has come, by the merchant's reference or by the payout's id; the operator knows ids alone.
#[utoipa::path(
    get, path = "/v1/payouts/{reference}", tag = "payouts",
    params(("reference" = MerchantRef, Path, description = "The merchant's reference or the payout's id.")),
    security(("api_key" = []), ("call_token" = [])),
    responses(
        (status = 200, body = PayoutView),
        (status = 404, body = api::Problem, content_type = "application/problem+json", description = "`unknown_payout`"),
        (status = 503, body = api::Problem, content_type = "application/problem+json",
            description = "`router_unavailable`: whether there is one is not known"),
    )
)]
pub(crate) async fn get_payout(
    State(state): State<app::State>,
    reader: Reader,
    Path(name): Path<MerchantRef>,
) -> Result<Json<PayoutView>, Problem> {
    Ok(Json(match find(&state, &reader, &name).await? {
        Found::Mirrored(found) => found.record.view,
        Found::AtRouter(view) => *view,
    }))
}
