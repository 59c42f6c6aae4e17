//! The routes that are for whoever runs the service: health, metrics, the OpenAPI document.

use axum::Router;
use axum::response::IntoResponse;
use axum::routing::get;
use http::header::CONTENT_TYPE;
use utoipa::openapi::OpenApi;

use crate::health::Health;
use crate::metrics::{self, Metrics};

/// Open to anybody who can reach the port: they tell nothing that is secret.
pub(super) const PATHS: [&str; 5] = ["/health", "/health/live", "/health/ready", "/metrics", "/openapi.json"];

pub(super) fn routes(health: Health, metrics: Metrics, document: &OpenApi) -> Router {
    let document = document.to_json().expect("the document is made of strings and maps");
    let (live, ready) = (health.clone(), health.clone());
    Router::new()
        .route("/health", get(move || health.overview()))
        .route("/health/live", get(async move || live.live()))
        .route("/health/ready", get(move || ready.ready()))
        .route(
            "/metrics",
            get(async move || ([(CONTENT_TYPE, metrics::MEDIA_TYPE)], metrics.whole_text().await).into_response()),
        )
        .route("/openapi.json", get(async move || ([(CONTENT_TYPE, "application/json")], document).into_response()))
}
