//! The row operations on the writer's connection.

use primitives::UnixMs;
use sqlx::SqliteConnection;

use super::failed;
use super::sql::{self, Statements};
use crate::backend::{Stored, Transaction};
use crate::commit::OutboxRow;
use crate::hold::HoldRow;
use crate::row::{NewRow, RowHead, StoredRow};
use crate::schedule::Schedule;

/// The open transaction of the writer.
pub(super) struct Work<'a> {
    pub(super) connection: &'a mut SqliteConnection,
    pub(super) statements: &'a Statements,
}

/// Runs a statement that gives no rows.
macro_rules! execute {
    ($work:expr, $sql:expr $(, $bind:expr)* $(,)?) => {
        sqlx::query($sql)$(.bind($bind))*.execute(&mut *$work.connection).await.map(drop).map_err(failed)
    };
}

fn ms(at: Option<UnixMs>) -> Option<i64> {
    at.map(UnixMs::to_i64)
}

impl Transaction for Work<'_> {
    async fn head(&mut self, noun: &'static str, id: &str) -> Stored<Option<RowHead>> {
        type Columns = (i64, i64, Option<i64>, Option<i64>, Option<i64>);
        let sql = self.statements.of(noun)?.head.clone();
        let columns: Option<Columns> =
            sqlx::query_as(sql).bind(id).fetch_optional(&mut *self.connection).await.map_err(failed)?;
        Ok(columns.map(|(seq, version, next_at, claimed_until, woken)| RowHead {
            seq,
            version: version.cast_unsigned(),
            schedule: Schedule {
                next_at: next_at.and_then(UnixMs::from_i64),
                claimed_until: claimed_until.and_then(UnixMs::from_i64),
                woken: woken.and_then(UnixMs::from_i64),
            },
        }))
    }

    async fn key_holder(&mut self, noun: &'static str, key: &str, value: &str) -> Stored<Option<String>> {
        let sql = self.statements.of(noun)?.key_holder.clone();
        let holder = sqlx::query_scalar(sql).bind(noun).bind(key).bind(value);
        holder.fetch_optional(&mut *self.connection).await.map_err(failed)
    }

    async fn insert(&mut self, row: &NewRow, schedule: Schedule) -> Stored<i64> {
        let sql = self.statements.of(row.noun)?.insert.clone();
        let seq = sqlx::query_scalar(sql).bind(&row.id).bind(row.stage).bind(ms(schedule.next_at)).bind(&row.body);
        seq.fetch_one(&mut *self.connection).await.map_err(failed)
    }

    async fn replace(&mut self, seq: i64, row: &NewRow, version: u64, schedule: Schedule) -> Stored<()> {
        let Schedule { next_at, claimed_until, woken } = schedule;
        let sql = self.statements.of(row.noun)?.replace.clone();
        let version = version.cast_signed();
        execute!(self, sql, seq, row.stage, version, &row.body, ms(next_at), ms(claimed_until), ms(woken))
    }

    async fn reschedule(&mut self, noun: &'static str, seq: i64, schedule: Schedule) -> Stored<()> {
        let Schedule { next_at, claimed_until, woken } = schedule;
        let sql = self.statements.of(noun)?.reschedule.clone();
        execute!(self, sql, seq, ms(next_at), ms(claimed_until), ms(woken))
    }

    async fn put_key(&mut self, noun: &'static str, key: &str, value: &str, seq: i64) -> Stored<()> {
        execute!(self, sql::PUT_KEY, noun, key, value, seq)
    }

    async fn put_tags(&mut self, noun: &'static str, seq: i64, tags: &[(&'static str, String)]) -> Stored<()> {
        for (name, value) in tags {
            execute!(self, sql::PUT_TAG, noun, *name, value, seq)?;
        }
        Ok(())
    }

    async fn drop_tags(&mut self, noun: &'static str, seq: i64) -> Stored<()> {
        execute!(self, sql::DROP_TAGS, noun, seq)
    }

    async fn claim(&mut self, noun: &'static str, now: UnixMs, until: UnixMs, limit: usize) -> Stored<Vec<StoredRow>> {
        let statements = self.statements.of(noun)?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let due = sqlx::query_as(statements.due.clone()).bind(now.to_i64()).bind(limit);
        let due: Vec<StoredRow> = due.fetch_all(&mut *self.connection).await.map_err(failed)?;
        if !due.is_empty() {
            execute!(self, statements.claim.clone(), until.to_i64(), now.to_i64(), limit)?;
        }
        Ok(due)
    }

    async fn held(&mut self, scope: &str, now: UnixMs) -> Stored<i64> {
        let sum = sqlx::query_scalar(sql::HELD).bind(scope).bind(now.to_i64());
        sum.fetch_one(&mut *self.connection).await.map_err(failed)
    }

    async fn hold(&mut self, scope: &str, holder: &str) -> Stored<Option<HoldRow>> {
        let row = sqlx::query_as(sql::HOLD).bind(scope).bind(holder);
        row.fetch_optional(&mut *self.connection).await.map_err(failed)
    }

    async fn expire_holds(&mut self, scope: &str, now: UnixMs) -> Stored<()> {
        execute!(self, sql::EXPIRE_HOLDS, scope, now.to_i64())
    }

    async fn put_hold(&mut self, scope: &str, holder: &str, row: Option<&HoldRow>) -> Stored<()> {
        match row {
            Some(row) => execute!(self, sql::PUT_HOLD, scope, holder, row.amount, ms(row.until)),
            None => execute!(self, sql::DROP_HOLD, scope, holder),
        }
    }

    async fn put_total(&mut self, scope: &str, total: i64) -> Stored<()> {
        execute!(self, sql::PUT_TOTAL, scope, total)
    }

    async fn put_cursor(&mut self, reader: &str, cursor: &str) -> Stored<()> {
        execute!(self, sql::PUT_CURSOR, reader, cursor)
    }

    async fn append_event(&mut self, event: &OutboxRow, at: UnixMs) -> Stored<()> {
        let version = event.version.cast_signed();
        execute!(self, sql::APPEND_EVENT, event.kind, &event.subject, version, at.to_i64(), &event.data)
    }

    async fn count_probe(&mut self) -> Stored<u64> {
        execute!(self, sql::COUNT_PROBE)?;
        let count: i64 = sqlx::query_scalar(sql::PROBES).fetch_one(&mut *self.connection).await.map_err(failed)?;
        Ok(count.cast_unsigned())
    }
}
