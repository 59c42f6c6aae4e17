//! `GET /v1/accounts/{address}`.

use api::tron_client::AccountView;
use axum::Json;
use axum::extract::State;
use primitives::Address;
use service::extract::Path;
use service::{Caller, Problem};

use crate::app::Shared;
use crate::problem;

/// An account at the solid block, its resources decayed to the head. Needs the scope `chain:read`.
#[utoipa::path(
    get,
    path = "/v1/accounts/{address}",
    params(("address" = Address, Path, description = "Base58check.")),
    responses(
        (status = 200, body = AccountView),
        (status = 400, body = api::Problem, content_type = "application/problem+json", description = "malformed_path"),
        (status = 503, body = api::Problem, content_type = "application/problem+json", description = "no_node"),
    ),
    security(("call_token" = [])),
    tag = "chain",
)]
pub(super) async fn get_account(
    State(shared): State<Shared>,
    caller: Caller,
    Path(address): Path<Address>,
) -> Result<Json<AccountView>, Problem> {
    super::reader(&caller)?;
    shared.facts.account(address).await.map(Json).map_err(|error| problem::no_node(&error))
}
