//! One file: a writer that commits in groups, and readers apart.

mod batch;
mod open;
mod rows;
mod several;
mod sql;
mod writer;
mod writes;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::sync::Arc;

use primitives::{LogHead, LogPosition, UnixMs};
use sqlx::sqlite::{SqlitePool, SqliteRow};
use sqlx::{FromRow, Row};
use tokio::sync::{mpsc, oneshot};

use self::sql::Statements;
use self::writer::Message;
use super::{Backend, Stored};
use crate::commit::{Answer, Write};
use crate::error::StoreError;
use crate::event::EventRow;
use crate::hold::HoldRow;
use crate::list::RowFilter;
use crate::log::LogRecord;
use crate::row::{RawRow, StoredRow};

/// A store in a file.
#[derive(Debug)]
pub(crate) struct Sqlite {
    readers: SqlitePool,
    writer: mpsc::Sender<Message>,
    statements: Arc<Statements>,
}

impl Backend for Sqlite {
    async fn get(&self, noun: &'static str, id: &str) -> Stored<Option<StoredRow>> {
        let sql = self.statements.of(noun)?.get.clone();
        sqlx::query_as(sql).bind(id).fetch_optional(&self.readers).await.map_err(failed)
    }

    async fn get_each(&self, noun: &'static str, ids: &[String]) -> Stored<Vec<StoredRow>> {
        let sql = self.statements.of(noun)?.get_each.clone();
        let ids = serde_json::json!(ids).to_string();
        sqlx::query_as(sql).bind(ids).fetch_all(&self.readers).await.map_err(failed)
    }

    async fn find(&self, noun: &'static str, key: &str, value: &str) -> Stored<Option<StoredRow>> {
        let sql = self.statements.of(noun)?.find.clone();
        let found = sqlx::query_as(sql).bind(noun).bind(key).bind(value);
        found.fetch_optional(&self.readers).await.map_err(failed)
    }

    async fn list(&self, noun: &'static str, filter: &RowFilter) -> Stored<Vec<StoredRow>> {
        let statements = self.statements.of(noun)?;
        let limit = i64::try_from(filter.limit).unwrap_or(i64::MAX);
        let (tag, value) = filter.tag.as_ref().map(|(tag, value)| (tag.as_str(), value.as_str())).unzip();
        let sql = match (&filter.stage, tag) {
            (None, None) => &statements.list,
            (Some(_), None) => &statements.list_stage,
            (None, Some(_)) => &statements.list_tag,
            (Some(_), Some(_)) => &statements.list_stage_tag,
        };
        let rows = sqlx::query_as(sql.clone()).bind(filter.before).bind(limit);
        let rows = rows.bind(filter.stage.as_deref()).bind(noun).bind(tag).bind(value);
        rows.fetch_all(&self.readers).await.map_err(failed)
    }

    async fn count_by_stage(&self, noun: &'static str) -> Stored<Vec<(String, u64)>> {
        let sql = self.statements.of(noun)?.count.clone();
        let counts: Vec<(String, i64)> = sqlx::query_as(sql).fetch_all(&self.readers).await.map_err(failed)?;
        Ok(counts.into_iter().map(|(stage, count)| (stage, count.cast_unsigned())).collect())
    }

    async fn oldest(&self, noun: &'static str, stage: &str) -> Stored<Option<StoredRow>> {
        let sql = self.statements.of(noun)?.oldest.clone();
        sqlx::query_as(sql).bind(stage).fetch_optional(&self.readers).await.map_err(failed)
    }

    async fn next_due(&self, noun: &'static str) -> Stored<Option<UnixMs>> {
        let sql = self.statements.of(noun)?.next_due.clone();
        let next: Option<i64> = sqlx::query_scalar(sql).fetch_optional(&self.readers).await.map_err(failed)?;
        Ok(next.and_then(UnixMs::from_i64))
    }

    async fn held(&self, scope: &str, now: UnixMs) -> Stored<i64> {
        let sum = sqlx::query_scalar(sql::HELD).bind(scope).bind(now.to_i64());
        sum.fetch_one(&self.readers).await.map_err(failed)
    }

    async fn holds(&self, scope: &str) -> Stored<Vec<HoldRow>> {
        sqlx::query_as(sql::HOLDS).bind(scope).fetch_all(&self.readers).await.map_err(failed)
    }

    async fn cursor(&self, reader: &str) -> Stored<Option<String>> {
        sqlx::query_scalar(sql::CURSOR).bind(reader).fetch_optional(&self.readers).await.map_err(failed)
    }

    async fn events(&self, after: i64, limit: usize) -> Stored<Vec<EventRow>> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        sqlx::query_as(sql::EVENTS).bind(after).bind(limit).fetch_all(&self.readers).await.map_err(failed)
    }

    async fn head_position(&self) -> Stored<i64> {
        sqlx::query_scalar(sql::HEAD_POSITION).fetch_one(&self.readers).await.map_err(failed)
    }

    async fn log(&self, after: u64, limit: usize) -> Stored<Vec<LogRecord>> {
        // Beyond what SQLite counts there is nothing.
        let after = i64::try_from(after).unwrap_or(i64::MAX);
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        sqlx::query_as(sql::LOG).bind(after).bind(limit).fetch_all(&self.readers).await.map_err(failed)
    }

    async fn log_of(&self, kinds: &[&'static str], after: u64, limit: usize) -> Stored<Vec<LogRecord>> {
        let after = i64::try_from(after).unwrap_or(i64::MAX);
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let kinds = serde_json::json!(kinds).to_string();
        let records = sqlx::query_as(sql::LOG_OF).bind(after).bind(limit).bind(kinds);
        records.fetch_all(&self.readers).await.map_err(failed)
    }

    async fn count_log(&self, kinds: &[&'static str]) -> Stored<u64> {
        let kinds = serde_json::json!(kinds).to_string();
        let count: i64 =
            sqlx::query_scalar(sql::COUNT_LOG).bind(kinds).fetch_one(&self.readers).await.map_err(failed)?;
        Ok(count.cast_unsigned())
    }

    async fn raw_rows(&self, noun: &'static str, after: i64, limit: usize) -> Stored<Vec<RawRow>> {
        let sql = self.statements.of(noun)?.states.clone();
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        sqlx::query_as(sql).bind(after).bind(limit).fetch_all(&self.readers).await.map_err(failed)
    }

    async fn raw_row(&self, noun: &'static str, id: &str) -> Stored<Option<RawRow>> {
        let sql = self.statements.of(noun)?.state.clone();
        sqlx::query_as(sql).bind(id).fetch_optional(&self.readers).await.map_err(failed)
    }

    async fn raw_each(&self, noun: &'static str, ids: &[String]) -> Stored<Vec<RawRow>> {
        let sql = self.statements.of(noun)?.state_each.clone();
        let ids = serde_json::json!(ids).to_string();
        sqlx::query_as(sql).bind(ids).fetch_all(&self.readers).await.map_err(failed)
    }

    async fn all_holds(&self, after: (&str, &str), limit: usize) -> Stored<Vec<(String, HoldRow)>> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = sqlx::query(sql::ALL_HOLDS).bind(after.0).bind(after.1).bind(limit);
        let rows: Vec<SqliteRow> = rows.fetch_all(&self.readers).await.map_err(failed)?;
        let shares = rows.iter().map(|row| {
            let until: Option<i64> = row.try_get(3)?;
            let until = until.and_then(UnixMs::from_i64);
            Ok((row.try_get(0)?, HoldRow { holder: row.try_get(1)?, amount: row.try_get(2)?, until }))
        });
        shares.collect::<sqlx::Result<_>>().map_err(failed)
    }

    async fn unbalanced(&self) -> Stored<Vec<String>> {
        sqlx::query_scalar(sql::UNBALANCED).fetch_all(&self.readers).await.map_err(failed)
    }

    async fn log_position(&self) -> Stored<LogPosition> {
        let row = sqlx::query(sql::LOG_POSITION).fetch_optional(&self.readers).await.map_err(failed)?;
        row.map_or(Ok(LogPosition::EMPTY), |row| position(&row)).map_err(failed)
    }

    async fn probes(&self) -> Stored<u64> {
        let count: Option<i64> = sqlx::query_scalar(sql::PROBES).fetch_optional(&self.readers).await.map_err(failed)?;
        Ok(count.unwrap_or_default().cast_unsigned())
    }

    async fn write(&self, writes: Vec<Write>) -> Stored<Vec<Answer>> {
        let (answer, answered) = oneshot::channel();
        let asked = Message::Write { writes, answer };
        self.writer.send(asked).await.map_err(|_| StoreError::Closed)?;
        answered.await.map_err(|_| StoreError::Closed)
    }

    async fn close(&self) {
        // The readers first: the last connection to leave folds the log into the file.
        self.readers.close().await;
        let (done, closed) = oneshot::channel();
        if self.writer.send(Message::Close { done }).await.is_ok() {
            // An error means that another handle closed it first.
            let _: Result<(), oneshot::error::RecvError> = closed.await;
        }
    }
}

/// What a failure of the database is to our callers.
pub(crate) fn failed(error: sqlx::Error) -> StoreError {
    match error {
        sqlx::Error::PoolClosed => StoreError::Closed,
        other if code(&other).as_deref() == Some(FULL) => StoreError::Full,
        other => StoreError::Database(Arc::new(other)),
    }
}

/// SQLITE_FULL (sqlite.org/rescode.html): no room on the disk, or the file at its page limit.
const FULL: &str = "13";
/// SQLITE_TOOBIG: a text longer than SQLite takes.
const TOO_BIG: &str = "18";

fn code(error: &sqlx::Error) -> Option<Cow<'_, str>> {
    error.as_database_error().and_then(sqlx::error::DatabaseError::code)
}

impl FromRow<'_, SqliteRow> for StoredRow {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        let version: i64 = row.try_get(2)?;
        Ok(Self { seq: row.try_get(0)?, id: row.try_get(1)?, version: version.cast_unsigned(), body: row.try_get(3)? })
    }
}

impl FromRow<'_, SqliteRow> for RawRow {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        let version: i64 = row.try_get(2)?;
        let text =
            |column: usize| row.try_get::<&[u8], _>(column).map(|text| String::from_utf8_lossy(text).into_owned());
        let version = version.cast_unsigned();
        Ok(Self { seq: row.try_get(0)?, id: text(1)?, version, stage: text(3)?, body: text(4)? })
    }
}

/// A place in the log, from the columns `seq, head`. Nothing is appended to what is no head.
fn position(row: &SqliteRow) -> sqlx::Result<LogPosition> {
    let (seq, head): (i64, &str) = (row.try_get(0)?, row.try_get(1)?);
    let head = head.parse().map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
    Ok(LogPosition { seq: seq.cast_unsigned(), head })
}

impl FromRow<'_, SqliteRow> for LogRecord {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        let (seq, at): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
        let text =
            |column: usize| row.try_get::<&[u8], _>(column).map(|text| String::from_utf8_lossy(text).into_owned());
        // A row that somebody has spoilt is read for what it is worth, so that a verifier can say which one it is: it
        // has no time, text or head that the chain would lead to.
        let head = text(5)?.parse().unwrap_or(LogHead::EMPTY);
        let position = LogPosition { seq: seq.cast_unsigned(), head };
        Ok(Self { position, at: UnixMs(at.cast_unsigned()), kind: text(2)?, body: text(3)?, changes: text(4)? })
    }
}

impl FromRow<'_, SqliteRow> for HoldRow {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        let until: Option<i64> = row.try_get(2)?;
        Ok(Self { holder: row.try_get(0)?, amount: row.try_get(1)?, until: until.and_then(UnixMs::from_i64) })
    }
}

impl FromRow<'_, SqliteRow> for EventRow {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        let version: i64 = row.try_get(3)?;
        let at: i64 = row.try_get(4)?;
        Ok(Self {
            position: row.try_get(0)?,
            kind: row.try_get(1)?,
            subject: row.try_get(2)?,
            version: version.cast_unsigned(),
            at: UnixMs::from_i64(at).unwrap_or_default(),
            data: row.try_get(5)?,
        })
    }
}
