//! `GET /v1/events`: what was committed after a cursor, waiting for the next if there is none.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::{Extension, Json};
use serde::Deserialize;
use tokio_util::sync::CancellationToken;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::FeedSource;
use crate::extract::Query;
use crate::{Caller, Problem};

/// The longest wait, milliseconds.
const MAX_WAIT_MS: u64 = 30_000;
const DEFAULT_LIMIT: usize = 100;
const MAX_LIMIT: usize = 500;
/// How many pages are searched for what the caller may see before an empty one is answered, from which it goes on.
const MAX_SEARCHED: usize = 64;

/// What the feed's endpoint needs.
#[derive(Clone)]
pub struct Feed {
    source: Arc<dyn FeedSource>,
    draining: CancellationToken,
}

impl Feed {
    /// The feed of this source; long polls return when `draining` is told.
    pub fn new(source: Arc<dyn FeedSource>, draining: CancellationToken) -> Self {
        Self { source, draining }
    }
}

impl fmt::Debug for Feed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Feed").field("draining", &self.draining).finish_non_exhaustive()
    }
}

/// Left among a request's extensions by an [`Authenticator`](crate::auth::Authenticator): the caller sees those events
/// alone whose data has this member with this text, and needs no scope to see them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Only {
    /// The member's name.
    pub member: &'static str,
    /// Its value.
    pub value: String,
}

impl Only {
    fn shows(&self, event: &store::Event) -> bool {
        event.data.get(self.member).and_then(|value| value.as_str()) == Some(self.value.as_str())
    }
}

impl Feed {
    /// The next events that the caller may see, and whether there may be more of which none was looked at. The page's
    /// `next` is past all that were, so that nothing is skipped and nothing is searched twice.
    async fn page(
        &self,
        after: Option<&str>,
        limit: usize,
        only: Option<&Only>,
    ) -> Result<(store::EventPage, bool), Problem> {
        let Some(only) = only else { return Ok((self.source.events(after, limit).await?, false)) };
        let mut page = self.source.events(after, MAX_LIMIT).await?;
        let more = !page.events.is_empty();
        page.events.retain(|event| only.shows(event));
        if page.events.len() > limit {
            page.events.truncate(limit);
            page.next = page.events.last().map_or(page.next, |event| event.cursor.clone());
        }
        Ok((page, more))
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
    only: Option<Extension<Only>>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Json<api::EventPage>, Problem> {
    let only = only.map(|Extension(only)| only);
    if only.is_none() {
        caller.require("read")?;
    }
    let limit = asked.limit.unwrap_or(DEFAULT_LIMIT);
    if asked.wait_ms > MAX_WAIT_MS || !(1..=MAX_LIMIT).contains(&limit) {
        return Err(Problem::bad_request("malformed_query", "wait_ms is at most 30000, limit is 1 to 500."));
    }
    let wait = tokio::time::sleep(Duration::from_millis(asked.wait_ms));
    tokio::pin!(wait);
    let mut changes = feed.source.changes();
    let mut after = asked.after;
    let mut searched = 0;
    loop {
        // Marked as seen before reading: a commit in between wakes us again.
        changes.borrow_and_update();
        let (page, more) = feed.page(after.as_deref(), limit, only.as_ref()).await?;
        searched += 1;
        if !page.events.is_empty() || searched == MAX_SEARCHED || (asked.wait_ms == 0 && !more) {
            return Ok(Json(wire(page)));
        }
        if more {
            after = Some(page.next);
            continue;
        }
        let over = tokio::select! {
            () = &mut wait => true,
            () = feed.draining.cancelled() => true,
            changed = changes.changed() => changed.is_err(),
        };
        if over {
            return Ok(Json(wire(page)));
        }
        searched = 0;
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
