//! Where rows are kept. A back end knows rows and transactions; what a commit means is not its business.

mod memory;
mod sqlite;

pub(crate) use memory::Memory;
pub(crate) use sqlite::Sqlite;

use primitives::UnixMs;

use crate::commit::{OutboxRow, Write, Written};
use crate::error::{CommitError, StoreError};
use crate::event::EventRow;
use crate::hold::HoldRow;
use crate::list::RowFilter;
use crate::row::{NewRow, RowHead, StoredRow};
use crate::schedule::Schedule;

/// Short for what every row operation gives.
pub(crate) type Stored<T> = Result<T, StoreError>;

/// Row operations within one transaction, which sees its own writes.
pub(crate) trait Transaction: Send {
    /// What is needed of a row to change it. On PostgreSQL this locks the row.
    fn head(&mut self, noun: &'static str, id: &str) -> impl Future<Output = Stored<Option<RowHead>>> + Send;
    /// The id of the record that has this name.
    fn key_holder(
        &mut self,
        noun: &'static str,
        key: &str,
        value: &str,
    ) -> impl Future<Output = Stored<Option<String>>> + Send;
    /// Stores version 1 and gives the insertion sequence.
    fn insert(&mut self, row: &NewRow, schedule: Schedule) -> impl Future<Output = Stored<i64>> + Send;
    /// Stores a later version in place.
    fn replace(
        &mut self,
        seq: i64,
        row: &NewRow,
        version: u64,
        schedule: Schedule,
    ) -> impl Future<Output = Stored<()>> + Send;
    /// Changes when a row is due and whose it is, nothing else.
    fn reschedule(
        &mut self,
        noun: &'static str,
        seq: i64,
        schedule: Schedule,
    ) -> impl Future<Output = Stored<()>> + Send;
    /// Gives a row a name that is free.
    fn put_key(
        &mut self,
        noun: &'static str,
        key: &str,
        value: &str,
        seq: i64,
    ) -> impl Future<Output = Stored<()>> + Send;
    /// Adds labels to a row; one listed twice counts once.
    fn put_tags(
        &mut self,
        noun: &'static str,
        seq: i64,
        tags: &[(&'static str, String)],
    ) -> impl Future<Output = Stored<()>> + Send;
    /// Takes all labels off a row.
    fn drop_tags(&mut self, noun: &'static str, seq: i64) -> impl Future<Output = Stored<()>> + Send;
    /// Gives up to `limit` rows that are due at `now`, the longest due first, and schedules them as claimed.
    fn claim(
        &mut self,
        noun: &'static str,
        now: UnixMs,
        until: UnixMs,
        limit: usize,
    ) -> impl Future<Output = Stored<Vec<StoredRow>>> + Send;
    /// The sum of a scope over the rows that count at `now`.
    fn held(&mut self, scope: &str, now: UnixMs) -> impl Future<Output = Stored<i64>> + Send;
    /// One holder's row, counting or not.
    fn hold(&mut self, scope: &str, holder: &str) -> impl Future<Output = Stored<Option<HoldRow>>> + Send;
    /// Removes the rows of a scope that no longer count. The caller stores the new total.
    fn expire_holds(&mut self, scope: &str, now: UnixMs) -> impl Future<Output = Stored<()>> + Send;
    /// Stores one holder's row, or removes it.
    fn put_hold(&mut self, scope: &str, holder: &str, row: Option<&HoldRow>)
    -> impl Future<Output = Stored<()>> + Send;
    /// Stores the sum of a scope over all its rows.
    fn put_total(&mut self, scope: &str, total: i64) -> impl Future<Output = Stored<()>> + Send;
    /// Stores how far a peer's feed was read.
    fn put_cursor(&mut self, reader: &str, cursor: &str) -> impl Future<Output = Stored<()>> + Send;
    /// Appends to the outbox.
    fn append_event(&mut self, event: &OutboxRow, at: UnixMs) -> impl Future<Output = Stored<()>> + Send;
    /// Counts a probe and gives the count.
    fn count_probe(&mut self) -> impl Future<Output = Stored<u64>> + Send;
}

/// A back end: reads of what is committed, and one way to write.
pub(crate) trait Backend: Send + Sync {
    /// One row by id.
    fn get(&self, noun: &'static str, id: &str) -> impl Future<Output = Stored<Option<StoredRow>>> + Send;
    /// One row by a name.
    fn find(
        &self,
        noun: &'static str,
        key: &str,
        value: &str,
    ) -> impl Future<Output = Stored<Option<StoredRow>>> + Send;
    /// Rows, newest first.
    fn list(&self, noun: &'static str, filter: &RowFilter) -> impl Future<Output = Stored<Vec<StoredRow>>> + Send;
    /// How many rows are in each stage, by name.
    fn count_by_stage(&self, noun: &'static str) -> impl Future<Output = Stored<Vec<(String, u64)>>> + Send;
    /// The earliest time at which a claim finds a row.
    fn next_due(&self, noun: &'static str) -> impl Future<Output = Stored<Option<UnixMs>>> + Send;
    /// The sum of a scope over the rows that count at `now`.
    fn held(&self, scope: &str, now: UnixMs) -> impl Future<Output = Stored<i64>> + Send;
    /// The rows of a scope, by holder.
    fn holds(&self, scope: &str) -> impl Future<Output = Stored<Vec<HoldRow>>> + Send;
    /// How far a peer's feed was read.
    fn cursor(&self, reader: &str) -> impl Future<Output = Stored<Option<String>>> + Send;
    /// Events after a position, in order.
    fn events(&self, after: i64, limit: usize) -> impl Future<Output = Stored<Vec<EventRow>>> + Send;
    /// The position of the newest event, 0 if none.
    fn head_position(&self) -> impl Future<Output = Stored<i64>> + Send;
    /// How many probes were counted.
    fn probes(&self) -> impl Future<Output = Stored<u64>> + Send;
    /// Does it in a transaction of its own or of several, and answers when it is durable.
    fn write(&self, write: Write) -> impl Future<Output = Result<Written, CommitError>> + Send;
    /// Finishes what was accepted and lets go of the files.
    fn close(&self) -> impl Future<Output = ()> + Send;
}
