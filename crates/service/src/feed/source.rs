//! Where a service's own feed is read: its store, or another process of its that keeps one.

use futures::future::BoxFuture;
use http::StatusCode;
use store::{EventPage, FeedError, Store};
use tokio::sync::watch;

use crate::Problem;

/// Something that keeps a feed.
pub trait FeedSource: Send + Sync + 'static {
    /// Up to `limit` events after a cursor, from the beginning without one.
    fn events<'a>(&'a self, after: Option<&'a str>, limit: usize) -> BoxFuture<'a, Result<EventPage, Problem>>;

    /// A number that moves whenever there may be more events, for long polls to wait on.
    fn changes(&self) -> watch::Receiver<u64>;
}

impl FeedSource for Store {
    fn events<'a>(&'a self, after: Option<&'a str>, limit: usize) -> BoxFuture<'a, Result<EventPage, Problem>> {
        Box::pin(async move { Ok(self.events(after, limit).await?) })
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.changes()
    }
}

/// A cursor that is not ours is the reader's affair; the rest is the store's.
impl From<FeedError> for Problem {
    fn from(error: FeedError) -> Self {
        match error {
            FeedError::Gone => Self::new(
                StatusCode::GONE,
                "cursor_gone",
                "The cursor is of an earlier life of this service's database; start again from the beginning.",
            ),
            FeedError::Malformed => Self::bad_request("malformed_query", "after is not a cursor of this feed."),
            FeedError::Store(error) => error.into(),
        }
    }
}
