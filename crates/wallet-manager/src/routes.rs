//! What this service answers, one endpoint a file.

mod intent;
mod put_signature;
mod put_wallet;
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
        .routes(routes!(wallets::wallets))
        .routes(routes!(wallet::wallet, put_wallet::put_wallet))
        .routes(routes!(put_signature::put_signature))
        .routes(routes!(intent::intent))
        .routes(routes!(void_attempt::void_attempt))
}

/// Refuses a caller that has neither the scope nor the operator's, which may read everything.
fn may_read(caller: &Caller, scope: &str) -> Result<(), Problem> {
    if caller.may("operator") { Ok(()) } else { caller.require(scope) }
}
