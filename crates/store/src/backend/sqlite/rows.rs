//! A transaction on the writer's connection.

use primitives::UnixMs;
use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow, Row, SqliteConnection};

use super::batch::{Batch, Bind};
use super::failed;
use super::position;
use super::sql::{self, Statements};
use crate::backend::{Stored, Transaction};
use crate::commit::{Facts, Questions, RowWrite, Sum};
use crate::row::{RowHead, StoredRow};
use crate::schedule::Schedule;

/// The open transaction of the writer.
#[derive(Debug)]
pub(super) struct Work<'a> {
    pub(super) connection: &'a mut SqliteConnection,
    pub(super) statements: &'a Statements,
}

impl Transaction for Work<'_> {
    async fn ask<'a>(&mut self, questions: &Questions<'a>) -> Stored<Facts<'a>> {
        let Questions { heads, keys, scopes, shares, tip } = questions;
        let mut batch = Batch::new(self.connection);
        for (noun, id) in heads {
            batch.push(self.statements.of(noun)?.head.as_str(), &[(*id).into()]).await?;
        }
        for (noun, key, value) in keys {
            batch.push(sql::KEY_HOLDER, &[(*noun).into(), (*key).into(), (*value).into()]).await?;
        }
        for (scope, now) in scopes {
            batch.push(sql::SUM, &[(*scope).into(), now.to_i64().into()]).await?;
        }
        for (scope, holder) in shares {
            batch.push(sql::HOLD, &[(*scope).into(), (*holder).into()]).await?;
        }
        if *tip {
            batch.push(sql::LOG_POSITION, &[]).await?;
        }
        facts(questions, batch.finish().await?).map_err(failed)
    }

    async fn apply(&mut self, writes: &[RowWrite<'_>]) -> Stored<()> {
        let mut batch = Batch::new(self.connection);
        let mut rest = writes;
        while let Some(write) = rest.first() {
            let shares: Vec<_> = rest.iter().map_while(share).take(sql::SHARES_MAX).collect();
            if shares.is_empty() {
                push(&mut batch, self.statements, write).await?;
            } else {
                batch.push(sql::put_holds(shares.len()), shares.as_flattened()).await?;
            }
            rest = &rest[shares.len().max(1)..];
        }
        batch.finish().await.map(drop)
    }

    async fn claim(&mut self, noun: &'static str, now: UnixMs, until: UnixMs, limit: usize) -> Stored<Vec<StoredRow>> {
        let statements = self.statements.of(noun)?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let due = sqlx::query_as(statements.due.clone()).bind(now.to_i64()).bind(limit);
        let due: Vec<StoredRow> = due.fetch_all(&mut *self.connection).await.map_err(failed)?;
        if !due.is_empty() {
            let claim = sqlx::query(statements.claim.clone()).bind(until.to_i64()).bind(now.to_i64()).bind(limit);
            claim.execute(&mut *self.connection).await.map_err(failed)?;
        }
        Ok(due)
    }

    async fn count_probe(&mut self) -> Stored<u64> {
        let count: i64 = sqlx::query_scalar(sql::COUNT_PROBE).fetch_one(&mut *self.connection).await.map_err(failed)?;
        Ok(count.cast_unsigned())
    }
}

/// The answers, in the order of the questions.
fn facts<'a>(
    questions: &Questions<'a>,
    mut answers: impl Iterator<Item = Option<SqliteRow>>,
) -> sqlx::Result<Facts<'a>> {
    let mut facts = Facts::default();
    let mut answer = || answers.next().flatten();
    for name in &questions.heads {
        if let Some(row) = answer() {
            facts.heads.insert(*name, RowHead::from_row(&row)?);
        }
    }
    for key in &questions.keys {
        if let Some(row) = answer() {
            facts.holders.insert(*key, row.try_get(0)?);
        }
    }
    for (scope, _) in &questions.scopes {
        if let Some(row) = answer() {
            facts.sums.insert(scope, Sum { held: row.try_get(0)?, has_ended: row.try_get(1)? });
        }
    }
    for share in &questions.shares {
        if let Some(row) = answer() {
            facts.shares.insert(*share, FromRow::from_row(&row)?);
        }
    }
    if questions.tip {
        facts.tip = answer().map(|row| position(&row)).transpose()?;
    }
    Ok(facts)
}

impl FromRow<'_, SqliteRow> for RowHead {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        let version: i64 = row.try_get(0)?;
        let at = |column: usize| row.try_get(column).map(|at: Option<i64>| at.and_then(UnixMs::from_i64));
        let schedule = Schedule { next_at: at(1)?, claimed_until: at(2)?, woken: at(3)? };
        Ok(Self { version: version.cast_unsigned(), schedule })
    }
}

async fn push(batch: &mut Batch<'_>, statements: &Statements, write: &RowWrite<'_>) -> Stored<()> {
    match write {
        RowWrite::Insert { row, body, schedule } => {
            let sql = statements.of(row.noun)?.insert.as_str();
            let binds = [(&row.id).into(), row.stage.into(), ms(schedule.next_at), body.as_ref().into()];
            batch.push(sql, &binds).await
        }
        RowWrite::Replace { row, body, version, schedule } => {
            let sql = statements.of(row.noun)?.replace.as_str();
            let [next_at, claimed_until, woken] = times(*schedule);
            let version = version.cast_signed().into();
            let body = body.as_ref().into();
            let binds = [(&row.id).into(), row.stage.into(), version, body, next_at, claimed_until, woken];
            batch.push(sql, &binds).await
        }
        RowWrite::Reschedule { noun, id, schedule } => {
            let sql = statements.of(noun)?.reschedule.as_str();
            let [next_at, claimed_until, woken] = times(*schedule);
            batch.push(sql, &[(*id).into(), next_at, claimed_until, woken]).await
        }
        RowWrite::PutKey { noun, id, key, value } => {
            let binds = [(*noun).into(), (*key).into(), (*value).into(), (*id).into()];
            batch.push(sql::PUT_KEY, &binds).await
        }
        RowWrite::PutTag { noun, id, tag, value } => {
            let sql = statements.of(noun)?.put_tag.as_str();
            batch.push(sql, &[(*id).into(), (*noun).into(), (*tag).into(), (*value).into()]).await
        }
        RowWrite::DropTags { noun, id } => {
            let sql = statements.of(noun)?.drop_tags.as_str();
            batch.push(sql, &[(*id).into(), (*noun).into()]).await
        }
        RowWrite::ExpireHolds { scope, now } => {
            batch.push(sql::EXPIRE_HOLDS, &[(*scope).into(), now.to_i64().into()]).await
        }
        RowWrite::PutHold { .. } => match share(write) {
            Some(binds) => batch.push(sql::put_holds(1), &binds).await,
            None => Ok(()),
        },
        RowWrite::DropHold { scope, holder } => batch.push(sql::DROP_HOLD, &[(*scope).into(), (*holder).into()]).await,
        RowWrite::PutTotal { scope, total } => batch.push(sql::PUT_TOTAL, &[(*scope).into(), (*total).into()]).await,
        RowWrite::PutCursor { reader, cursor } => {
            batch.push(sql::PUT_CURSOR, &[(*reader).into(), (*cursor).into()]).await
        }
        RowWrite::AppendEvent { event, data, at } => {
            let version = event.version.cast_signed().into();
            let data = data.as_ref().into();
            let binds = [event.kind.into(), (&event.subject).into(), version, at.to_i64().into(), data];
            batch.push(sql::APPEND_EVENT, &binds).await
        }
        RowWrite::AppendLog { entry, at, changes, position } => {
            let head = position.head.to_string();
            let seq = position.seq.cast_signed().into();
            let at = at.to_i64().into();
            let binds = [seq, at, entry.kind.into(), (&entry.body).into(), changes.into(), (&head).into()];
            batch.push(sql::APPEND_LOG, &binds).await
        }
    }
}

/// The values of a share that is put.
fn share<'a>(write: &'a RowWrite<'_>) -> Option<[Bind<'a>; 4]> {
    match write {
        RowWrite::PutHold { scope, holder, row } => {
            Some([(*scope).into(), (*holder).into(), row.amount.into(), ms(row.until)])
        }
        _ => None,
    }
}

fn ms(at: Option<UnixMs>) -> Bind<'static> {
    at.map(UnixMs::to_i64).into()
}

fn times(schedule: Schedule) -> [Bind<'static>; 3] {
    [schedule.next_at, schedule.claimed_until, schedule.woken].map(ms)
}
