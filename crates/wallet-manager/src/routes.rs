//! What this service answers, one endpoint a file.

mod allowed_attempt;
mod audit;
mod audit_checkpoints;
mod audit_head;
mod audit_rows;
mod freeze;
mod get_signature;
mod harden;
mod intent;
mod keys;
mod policy;
mod put_signature;
mod put_signatures;
mod put_wallet;
mod retire_key;
mod settings;
mod token;
mod void_attempt;
mod wallet;
mod wallets;

use service::{Caller, Problem};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::State;

/// All routes.
pub(crate) fn all() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(token::token))
        .routes(routes!(policy::policy))
        .routes(routes!(wallets::wallets))
        .routes(routes!(wallet::wallet, put_wallet::put_wallet))
        .routes(routes!(keys::keys))
        .routes(routes!(keys::key, keys::put_key))
        .routes(routes!(retire_key::retire_key))
        .routes(routes!(put_signatures::put_signatures))
        .routes(routes!(put_signature::put_signature, get_signature::get_signature))
        .routes(routes!(intent::intent))
        .routes(routes!(void_attempt::void_attempt))
        .routes(routes!(allowed_attempt::put_allowed))
        .routes(routes!(audit::audit))
        .routes(routes!(audit_head::audit_head))
        .routes(routes!(audit_checkpoints::audit_checkpoints))
        .routes(routes!(audit_rows::audit_rows))
        .routes(routes!(freeze::freezes, freeze::put_freeze))
        .routes(routes!(freeze::put_thaw))
        .routes(routes!(settings::settings))
        .routes(routes!(settings::put_adoption))
        .routes(routes!(harden::put_decision))
        .routes(routes!(harden::put_share))
        .routes(routes!(harden::put_outcome))
}

/// How many things a page has unless its reader says.
const fn usual_page() -> usize {
    100
}

/// Refuses a caller that has neither the scope nor the operator's, which may read everything.
fn may_read(caller: &Caller, scope: &str) -> Result<(), Problem> {
    if caller.may("operator") { Ok(()) } else { caller.require(scope) }
}
