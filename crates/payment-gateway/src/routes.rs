//! The routes, one file an endpoint.

mod cancel_payout;
mod get_payout;
mod list_payouts;
mod put_payout;

use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::State;

#[derive(OpenApi)]
#[openapi(modifiers(&ApiKeys))]
struct Document;

/// Says how merchants show who they are.
struct ApiKeys;

impl utoipa::Modify for ApiKeys {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("A merchant's API key, which begins with lk_."))
            .build();
        document.components.get_or_insert_default().add_security_scheme("api_key", SecurityScheme::Http(scheme));
    }
}

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(put_payout::put_payout))
        .routes(routes!(get_payout::get_payout))
        .routes(routes!(list_payouts::list_payouts))
        .routes(routes!(cancel_payout::cancel_payout))
}
