//! `GET /v1/accounts/{address}/permissions`.

use api::tron_client::AccountPermissions;
use axum::Json;
use axum::extract::State;
use primitives::Address;
use service::extract::Path;
use service::{Caller, Problem};

use crate::app::Shared;
use crate::problem;

/// Who may sign for an account at the solid block. Needs the scope `chain:read`.
#[utoipa::path(
    get,
    path = "/v1/accounts/{address}/permissions",
    params(("address" = Address, Path, description = "Base58check.")),
    responses(
        (status = 200, body = AccountPermissions),
        (status = 400, body = api::Problem, content_type = "application/problem+json", description = "malformed_path"),
        (status = 503, body = api::Problem, content_type = "application/problem+json", description = "no_node"),
    ),
    security(("call_token" = [])),
    tag = "chain",
)]
pub(super) async fn get_account_permissions(
    State(shared): State<Shared>,
    caller: Caller,
    Path(address): Path<Address>,
) -> Result<Json<AccountPermissions>, Problem> {
    super::reader(&caller)?;
    shared.facts.permissions(address).await.map(Json).map_err(|error| problem::no_node(&error))
}
