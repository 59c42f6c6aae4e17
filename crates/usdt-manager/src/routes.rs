//! The routes, one file an endpoint.

mod get_balance;
mod get_token;
mod get_transfer;
mod put_reservation;
mod put_transfer;
mod release_reservation;
#[cfg(test)]
mod tests;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::State;

/// Lets a caller begin transfers and hold funds.
pub(crate) const WRITE: &str = "transfers:write";
/// Lets a caller read transfers and the feed.
pub(crate) const READ: &str = "transfers:read";
/// Lets a caller read balances.
pub(crate) const BALANCES: &str = "balances:read";

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(put_transfer::put_transfer))
        .routes(routes!(get_transfer::get_transfer))
        .routes(routes!(get_balance::get_balance))
        .routes(routes!(get_token::get_token))
        .routes(routes!(put_reservation::put_reservation))
        .routes(routes!(release_reservation::release_reservation))
}
