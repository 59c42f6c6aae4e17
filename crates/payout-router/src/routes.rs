//! The routes, one file an endpoint.

mod cancel_payout;
mod get_payout;
mod list_payouts;
mod put_payout;
#[cfg(test)]
mod tests;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::State;

/// Lets a caller make and cancel payouts.
pub(crate) const WRITE: &str = "payouts:write";
/// Lets a caller read payouts.
pub(crate) const READ: &str = "payouts:read";

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(put_payout::put_payout))
        .routes(routes!(get_payout::get_payout))
        .routes(routes!(list_payouts::list_payouts))
        .routes(routes!(cancel_payout::cancel_payout))
}
