//! All SQL of the plane: one generic unit of work that every noun of every service is stored by.
//!
//! A noun is a [`Record`]: a JSON body in a table of its own, with a version that a writer must name (compare and
//! swap), a time when it wants attention, names that are unique for ever, and tags to list it by. Whatever changes
//! together is one [`Commit`]: records, sums with a ceiling ([`Hold`]), how far we have read a peer's feed, and the
//! events that tell the others, and records of a hash-chained log ([`LogEntry`]). Nothing of a commit is stored unless all of it is.
//!
//! [`Store::sqlite`] is the embedded back end, [`Store::memory`] its twin for tests; what a commit checks and in which
//! order is written once, in `commit`, and both are held to one conformance suite.

mod backend;
mod commit;
mod cursor;
mod error;
mod event;
mod hold;
mod incarnation;
mod list;
mod log;
mod record;
mod restored;
mod row;
mod schedule;
mod store;

pub use commit::Commit;
pub use error::{CommitError, FeedError, StoreError};
pub use event::{Event, EventPage, NewEvent};
pub use hold::{Hold, HoldRow};
pub use incarnation::Incarnation;
pub use list::{Filter, LIST_LIMIT_MAX, Page};
pub use log::{LogEntry, LogRecord};
pub use record::{Claimed, Record, Unreadable, Versioned};
pub use restored::{Restored, begin_restored, snapshot};
pub use store::{RowStates, Store};

#[cfg(test)]
mod conformance;
