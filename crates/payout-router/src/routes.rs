//! The routes, one file an endpoint.

mod attempt_again;
mod audit_heads;
mod cancel_payout;
mod freeze;
mod get_payout;
mod list_discrepancies;
mod list_payouts;
mod list_wallets;
mod put_payout;
mod recover;
mod recovery;
mod resolve_discrepancy;
#[cfg(test)]
mod tests;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::State;

/// Lets a caller make and cancel payouts.
pub(crate) const WRITE: &str = "payouts:write";
/// Lets a person decide what waits for one.
pub(crate) const REVIEW: &str = "payouts:review";
/// Lets a caller read payouts.
pub(crate) const READ: &str = "payouts:read";

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(put_payout::put_payout))
        .routes(routes!(get_payout::get_payout))
        .routes(routes!(list_payouts::list_payouts))
        .routes(routes!(cancel_payout::cancel_payout))
        .routes(routes!(attempt_again::put_attempt_again))
        .routes(routes!(list_wallets::list_wallets))
        .routes(routes!(freeze::get_freeze, freeze::put_freeze))
        .routes(routes!(freeze::thaw))
        .routes(routes!(list_discrepancies::list_discrepancies))
        .routes(routes!(resolve_discrepancy::resolve_discrepancy))
        .routes(routes!(audit_heads::audit_heads))
        .routes(routes!(recovery::get_recovery))
        .routes(routes!(recovery::end_recovery))
        .routes(routes!(recover::recover))
}
