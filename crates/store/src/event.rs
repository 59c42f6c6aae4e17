//! What a service tells the others: the outbox's rows and the feed's envelope.

use primitives::UnixMs;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::cursor::feed_cursor;
use crate::error::StoreError;
use crate::incarnation::Incarnation;

/// An event to be written in the transaction of the state that it tells of.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEvent {
    /// What happened, such as `payout.settled`.
    pub kind: &'static str,
    /// The id of the record that it happened to.
    pub subject: String,
    /// The record's version after it.
    pub version: u64,
    /// What a reader needs to know.
    pub data: serde_json::Value,
}

/// An event as the feed serves it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Where the reader stands after this event; opaque.
    pub cursor: String,
    /// The event's own id, the same on every reading: UUIDv5 of incarnation and position.
    pub id: Uuid,
    /// What happened, such as `payout.settled`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The id of the record that it happened to.
    pub subject: String,
    /// The record's version after it.
    pub version: u64,
    /// When it was committed.
    pub at: UnixMs,
    /// What a reader needs to know.
    pub data: serde_json::Value,
}

/// One reading of the feed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventPage {
    /// In commit order; empty when the reader has seen all.
    pub events: Vec<Event>,
    /// What to pass as `after` next time.
    pub next: String,
}

/// An outbox row as the back ends hold it.
#[derive(Debug, Clone)]
pub(crate) struct EventRow {
    pub(crate) position: i64,
    pub(crate) kind: String,
    pub(crate) subject: String,
    pub(crate) version: u64,
    pub(crate) at: UnixMs,
    /// JSON text.
    pub(crate) data: String,
}

impl EventRow {
    pub(crate) fn into_event(self, incarnation: Incarnation) -> Result<Event, StoreError> {
        let data = serde_json::from_str(&self.data).map_err(|source| StoreError::Corrupt {
            noun: "outbox",
            id: self.position.to_string(),
            source,
        })?;
        Ok(Event {
            cursor: feed_cursor(incarnation, self.position),
            id: Uuid::new_v5(&incarnation.0, &self.position.to_be_bytes()),
            kind: self.kind,
            subject: self.subject,
            version: self.version,
            at: self.at,
            data,
        })
    }
}
