//! `GET /v1/events`: what was committed after a cursor, waiting for the next if there is none.

use std::time::Duration;

use axum::{Extension, Json};
use serde::Deserialize;
use store::{FeedError, Store};
use tokio_util::sync::CancellationToken;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::Query;
use crate::{Caller, Problem};
use http::StatusCode;

/// The longest wait, milliseconds.
const MAX_WAIT_MS: u64 = 30_000;
const DEFAULT_LIMIT: usize = 100;
const MAX_LIMIT: usize = 500;

/// What the feed's endpoint needs.
#[derive(Clone, Debug)]
pub struct Feed {
    store: Store,
    draining: CancellationToken,
}

impl Feed {
    /// The feed of this store; long polls return when `draining` is told.
    pub const fn new(store: Store, draining: CancellationToken) -> Self {
        Self { store, draining }
    }
}

/// The feed's route, for services of any state; [`App`](crate::App) adds it to all.
pub fn routes<S: Clone + Send + Sync + 'static>() -> OpenApiRouter<S> {
    OpenApiRouter::new().routes(routes!(events))
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// Where to go on; the beginning without it.
    after: Option<String>,
    /// How long to wait for the first event, at most 30000 milliseconds; not at all without it.
    #[serde(default)]
    wait_ms: u64,
    /// How many at most, 1 to 500; 100 without it.
    limit: Option<usize>,
}

/// The events after a cursor, oldest first. Needs the scope `read`.
#[utoipa::path(
    get,
    path = "/v1/events",
    params(Asked),
    responses(
        (status = 200, body = api::EventPage),
        (status = 400, body = api::Problem, content_type = "application/problem+json", description = "malformed_query"),
        (status = 410, body = api::Problem, content_type = "application/problem+json", description = "cursor_gone"),
    ),
    security(("call_token" = [])),
    tag = "feed",
)]
async fn events(
    Extension(feed): Extension<Feed>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Json<api::EventPage>, Problem> {
    caller.require("read")?;
    let limit = asked.limit.unwrap_or(DEFAULT_LIMIT);
    if asked.wait_ms > MAX_WAIT_MS || !(1..=MAX_LIMIT).contains(&limit) {
        return Err(Problem::bad_request("malformed_query", "wait_ms is at most 30000, limit is 1 to 500."));
    }
    let wait = tokio::time::sleep(Duration::from_millis(asked.wait_ms));
    tokio::pin!(wait);
    let mut changes = feed.store.changes();
    loop {
        // Marked as seen before reading: a commit in between wakes us again.
        changes.borrow_and_update();
        let page = feed.store.events(asked.after.as_deref(), limit).await.map_err(problem)?;
        if !page.events.is_empty() || asked.wait_ms == 0 {
            return Ok(Json(wire(page)));
        }
        let over = tokio::select! {
            () = &mut wait => true,
            () = feed.draining.cancelled() => true,
            changed = changes.changed() => changed.is_err(),
        };
        if over {
            return Ok(Json(wire(page)));
        }
    }
}

fn wire(page: store::EventPage) -> api::EventPage {
    let store::EventPage { events, next } = page;
    let events = events.into_iter().map(|event| {
        let store::Event { cursor, id, kind, subject, version, at, data } = event;
        api::Event { cursor, id: id.to_string(), kind, subject, version, at, data }
    });
    api::EventPage { events: events.collect(), next }
}

fn problem(error: FeedError) -> Problem {
    match error {
        FeedError::Gone => Problem::new(
            StatusCode::GONE,
            "cursor_gone",
            "The cursor is of an earlier life of this service's database; start again from the beginning.",
        ),
        FeedError::Malformed => Problem::bad_request("malformed_query", "after is not a cursor of this feed."),
        FeedError::Store(error) => error.into(),
    }
}
