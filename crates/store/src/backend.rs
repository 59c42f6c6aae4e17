//! Where rows are kept. A back end knows rows and transactions; what a commit means is not its business.

mod memory;
mod sqlite;

pub(crate) use memory::Memory;
pub(crate) use sqlite::{Sqlite, failed};

use primitives::{LogPosition, UnixMs};

use crate::commit::{Answer, Facts, Questions, RowWrite, Write};
use crate::error::StoreError;
use crate::event::EventRow;
use crate::hold::HoldRow;
use crate::list::RowFilter;
use crate::log::LogRecord;
use crate::row::{RawRow, StoredRow};

/// Short for what every row operation gives.
pub(crate) type Stored<T> = Result<T, StoreError>;

/// One transaction, which sees its own writes.
pub(crate) trait Transaction: Send {
    /// Reads what a commit depends on.
    fn ask<'a>(&mut self, questions: &Questions<'a>) -> impl Future<Output = Stored<Facts<'a>>> + Send;
    /// Writes in this order.
    fn apply(&mut self, writes: &[RowWrite<'_>]) -> impl Future<Output = Stored<()>> + Send;
    /// Gives up to `limit` rows that are due at `now`, the longest due first, and leaves them scheduled as claimed.
    fn claim(
        &mut self,
        noun: &'static str,
        now: UnixMs,
        until: UnixMs,
        limit: usize,
    ) -> impl Future<Output = Stored<Vec<StoredRow>>> + Send;
    /// Counts a probe and gives the count.
    fn count_probe(&mut self) -> impl Future<Output = Stored<u64>> + Send;
}

/// A back end: reads of what is committed, and one way to write.
pub(crate) trait Backend: Send + Sync {
    /// One row by id.
    fn get(&self, noun: &'static str, id: &str) -> impl Future<Output = Stored<Option<StoredRow>>> + Send;
    /// The rows of these ids that are there.
    fn get_each(&self, noun: &'static str, ids: &[String]) -> impl Future<Output = Stored<Vec<StoredRow>>> + Send;
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
    /// The row of this stage that was inserted first.
    fn oldest(&self, noun: &'static str, stage: &str) -> impl Future<Output = Stored<Option<StoredRow>>> + Send;
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
    /// Records of the log after a number, in order.
    fn log(&self, after: u64, limit: usize) -> impl Future<Output = Stored<Vec<LogRecord>>> + Send;
    /// As `log`, of these kinds only.
    fn log_of(
        &self,
        kinds: &[&'static str],
        after: u64,
        limit: usize,
    ) -> impl Future<Output = Stored<Vec<LogRecord>>> + Send;
    /// How many records of these kinds there are.
    fn count_log(&self, kinds: &[&'static str]) -> impl Future<Output = Stored<u64>> + Send;
    /// Rows after an insertion sequence as they lie there, in its order.
    fn raw_rows(
        &self,
        noun: &'static str,
        after: i64,
        limit: usize,
    ) -> impl Future<Output = Stored<Vec<RawRow>>> + Send;
    /// One row as it lies there.
    fn raw_row(&self, noun: &'static str, id: &str) -> impl Future<Output = Stored<Option<RawRow>>> + Send;
    /// Those of the rows with these ids that are there, in no order.
    fn raw_each(&self, noun: &'static str, ids: &[String]) -> impl Future<Output = Stored<Vec<RawRow>>> + Send;
    /// The shares of all scopes after a scope and holder, in their order, whether they count or not.
    fn all_holds(
        &self,
        after: (&str, &str),
        limit: usize,
    ) -> impl Future<Output = Stored<Vec<(String, HoldRow)>>> + Send;
    /// The scopes whose stored sum is not the sum over their rows.
    fn unbalanced(&self) -> impl Future<Output = Stored<Vec<String>>> + Send;
    /// The log's newest record's place.
    fn log_position(&self) -> impl Future<Output = Stored<LogPosition>> + Send;
    /// How many probes were counted.
    fn probes(&self) -> impl Future<Output = Stored<u64>> + Send;
    /// Does these things in one transaction, which may have others' in it as well, and answers each when it is durable. If
    /// the transaction may have failed by one of them alone, each has one of its own.
    fn write(&self, writes: Vec<Write>) -> impl Future<Output = Stored<Vec<Answer>>> + Send;
    /// Finishes what was accepted and lets go of the files.
    fn close(&self) -> impl Future<Output = ()> + Send;
}
