//! The routes, one file an endpoint.

mod get_delegation;
mod get_lease;
mod get_pools;
mod get_stake;
mod list_delegations;
mod list_stakes;
mod put_delegation;
mod put_lease;
mod put_stake;
mod release_lease;

use service::{Caller, Problem};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::State;

/// Lets a caller make and release leases.
pub(crate) const LEASES: &str = "leases:write";
/// Lets a caller stake and lend.
pub(crate) const STAKES: &str = "stakes:write";
/// Lets a caller read everything here.
const READ: &str = "staking:read";

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list_stakes::list_stakes))
        .routes(routes!(put_stake::put_stake, get_stake::get_stake))
        .routes(routes!(list_delegations::list_delegations))
        .routes(routes!(put_delegation::put_delegation, get_delegation::get_delegation))
        .routes(routes!(put_lease::put_lease, get_lease::get_lease))
        .routes(routes!(release_lease::release_lease))
        .routes(routes!(get_pools::get_pools))
}

/// Refuses a caller that has neither the scope nor the operator's, which may read everything.
fn may_read(caller: &Caller) -> Result<(), Problem> {
    if caller.may("operator") { Ok(()) } else { caller.require(READ) }
}
