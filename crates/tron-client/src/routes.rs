//! The endpoints, one a file.

mod account;
mod account_permissions;
mod anchor;
mod block_transaction;
mod chain;
mod chain_parameters;
mod confirmation;
mod constant_call;
mod finality;
mod get_submission;
mod put_submission;
mod put_wallet;

use service::{Caller, Problem};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::Shared;

/// All endpoints of this service's own.
pub fn all() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(chain::get_chain))
        .routes(routes!(confirmation::get_confirmation))
        .routes(routes!(anchor::get_latest_anchor))
        .routes(routes!(chain_parameters::get_chain_parameters))
        .routes(routes!(account::get_account))
        .routes(routes!(account_permissions::get_account_permissions))
        .routes(routes!(constant_call::post_constant_call))
        .routes(routes!(put_submission::put_submission, get_submission::get_submission))
        .routes(routes!(finality::get_finality))
        .routes(routes!(put_wallet::put_wallet))
        .routes(routes!(block_transaction::get_block_transaction))
}

/// The scope for reading the chain; the operator may read everything.
fn reader(caller: &Caller) -> Result<(), Problem> {
    if caller.may("operator") { Ok(()) } else { caller.require("chain:read") }
}
