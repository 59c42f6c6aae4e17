//! `GET /v1/settings`, `PUT /v1/settings/adoption`

use api::wallet_manager::settings::{AdoptRequest, SettingsView};
use axum::Json;
use axum::extract::State;
use service::extract::Body;
use service::{Caller, Problem};
use signing_core::serve::{AdoptSettings, Settings};

use super::may_read;
use crate::app;

/// The settings that carry trust, as they were pinned: under others the signer does not start. Needs the scope
/// `wallets:read`.
#[utoipa::path(
    get,
    path = "/v1/settings",
    responses(
        (status = 200, body = SettingsView),
        (status = 404, body = api::Problem, content_type = "application/problem+json",
            description = "not_pinned: the token was never opened"),
    ),
    security(("call_token" = [])),
    tag = "settings",
)]
pub(super) async fn settings(State(state): State<app::State>, caller: Caller) -> Result<Json<SettingsView>, Problem> {
    may_read(&caller, "wallets:read")?;
    let pinned = state.worker.by(&caller).ask(Settings).await?;
    pinned.map(Json).ok_or_else(|| Problem::not_found("not_pinned", "The signer has not opened its token yet."))
}

/// Lets the signer be started under the settings that two operators name by their hash. Needs the scope `operator`, and
/// their signatures.
#[utoipa::path(
    put,
    path = "/v1/settings/adoption",
    request_body = AdoptRequest,
    responses(
        (status = 200, body = SettingsView),
        (status = 403, body = api::Problem, content_type = "application/problem+json",
            description = "The code is the rule that stands against it, such as `authority_signature`."),
    ),
    security(("call_token" = [])),
    tag = "settings",
)]
pub(super) async fn put_adoption(
    State(state): State<app::State>,
    caller: Caller,
    Body(request): Body<AdoptRequest>,
) -> Result<Json<SettingsView>, Problem> {
    caller.require("operator")?;
    state.worker.by(&caller).ask(AdoptSettings(request)).await.map(Json)
}
