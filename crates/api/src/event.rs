//! The feed: facts that a service has committed, pulled by whoever needs them.

use primitives::UnixMs;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Call;
use crate::call::query;

/// One committed fact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Event {
    /// Where the feed goes on after this event; opaque.
    pub cursor: String,
    /// The event's own id; a repeated event has the same.
    pub id: String,
    /// What happened, such as `payout.settled`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The id of what it happened to.
    pub subject: String,
    /// The subject's version after it; applying an older one is a no-op.
    pub version: u64,
    /// When it was committed.
    pub at: UnixMs,
    /// The subject as it then was, in the form of its own GET.
    pub data: serde_json::Value,
}

/// A page of the feed, oldest first; empty when nothing came within the wait.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EventPage {
    /// The events.
    pub events: Vec<Event>,
    /// The cursor to ask after next.
    pub next: String,
}

/// Pulls the events after a cursor, waiting up to `wait_ms` (30,000 at most) for the first; no cursor is the beginning.
/// An unknown cursor is refused with 410 `cursor_gone`.
pub fn events(after: Option<&str>, wait_ms: u64, limit: usize) -> Call<EventPage> {
    let parameters = query(&[
        ("after", after.map(str::to_owned)),
        ("wait_ms", Some(wait_ms.to_string())),
        ("limit", Some(limit.to_string())),
    ]);
    Call::get(format!("/v1/events{parameters}"))
}
