//! `GET /v1/chain-parameters`.

use api::tron_client::ChainParameters;
use axum::Json;
use axum::extract::State;
use service::{Caller, Problem};

use crate::app::Shared;
use crate::problem;

/// Prices, limits and the network's stake, at most three seconds old. Needs the scope `chain:read`.
#[utoipa::path(
    get,
    path = "/v1/chain-parameters",
    responses(
        (status = 200, body = ChainParameters),
        (status = 503, body = api::Problem, content_type = "application/problem+json", description = "no_node"),
    ),
    security(("call_token" = [])),
    tag = "chain",
)]
pub(super) async fn get_chain_parameters(
    State(shared): State<Shared>,
    caller: Caller,
) -> Result<Json<ChainParameters>, Problem> {
    super::reader(&caller)?;
    shared.facts.parameters().await.map(Json).map_err(|error| problem::no_node(&error))
}
