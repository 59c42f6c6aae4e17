//! A transaction on the writer's connection.

use primitives::UnixMs;
use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow, Row, SqliteConnection};

use super::batch::{Batch, Bind};
use super::failed;
use super::position;
use super::several::{ASKED_MAX, Asked};
use super::sql::{self, Statements};
use super::writes::{Statement, bind, is_alike, statement, table};
use crate::backend::{Stored, Transaction};
use crate::commit::{Facts, Key, Name, Questions, RowWrite, Share, Sum};
use crate::hold::HoldRow;
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
        let mut batch = Batch::new(self.connection);
        for heads in heads(questions) {
            push_asked(&mut batch, &self.statements.of(heads[0].0)?.heads, &[], heads, |(_, id)| id).await?;
        }
        for keys in keys(questions) {
            let of = [keys[0].0.into(), keys[0].1.into()];
            push_asked(&mut batch, &sql::KEY_HOLDERS, &of, keys, |(_, _, value)| value).await?;
        }
        for (scope, now) in &questions.scopes {
            batch.push(sql::SUM, &[(*scope).into(), now.to_i64().into()]).await?;
        }
        for shares in shares(questions) {
            push_asked(&mut batch, &sql::SHARES, &[shares[0].0.into()], shares, |(_, holder)| holder).await?;
        }
        if questions.tip {
            batch.push(sql::LOG_POSITION, &[]).await?;
        }
        facts(questions, batch.finish().await?).map_err(failed)
    }

    async fn apply(&mut self, writes: &[RowWrite<'_>]) -> Stored<()> {
        // Table by table, in each in their order, so that those of a sort come together. No table's writes depend on
        // another's but the labels, which need their row, and that is never removed.
        let mut writes: Vec<_> = writes.iter().collect();
        writes.sort_by_key(|write| table(write));
        let mut batch = Batch::new(self.connection);
        let (mut rest, mut binds) = (writes.as_slice(), Vec::new());
        while let Some(first) = rest.first() {
            let (sql, count) = match statement(self.statements, first)? {
                Statement::One(sql) => (sql, 1),
                Statement::Several(written) => {
                    written.of(rest.iter().take_while(|write| is_alike(first, write)).count())
                }
            };
            let (now, later) = rest.split_at(count);
            for write in now {
                bind(&mut binds, write);
            }
            batch.push(sql, &binds).await?;
            binds.clear();
            rest = later;
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

/// The rows that are asked for together: of one noun.
fn heads<'q, 'a>(questions: &'q Questions<'a>) -> impl Iterator<Item = &'q [Name<'a>]> {
    questions.heads.chunk_by(|a, b| a.0 == b.0).flat_map(|heads| heads.chunks(ASKED_MAX))
}

/// The names that are asked for together: of one noun and key.
fn keys<'q, 'a>(questions: &'q Questions<'a>) -> impl Iterator<Item = &'q [Key<'a>]> {
    questions.keys.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)).flat_map(|keys| keys.chunks(ASKED_MAX))
}

/// The shares that are asked for together: of one scope.
fn shares<'q, 'a>(questions: &'q Questions<'a>) -> impl Iterator<Item = &'q [Share<'a>]> {
    questions.shares.chunk_by(|a, b| a.0 == b.0).flat_map(|shares| shares.chunks(ASKED_MAX))
}

/// Asks for these after what is `of` them all. A place that none of them needs asks for the last once more.
async fn push_asked<'a, T: Copy>(
    batch: &mut Batch<'_>,
    asked: &Asked,
    of: &[Bind<'a>],
    these: &[T],
    value: impl Fn(T) -> &'a str,
) -> Stored<()> {
    let (sql, places) = asked.by(these.len());
    let mut binds = of.to_vec();
    let last = these.last().into_iter().cycle();
    binds.extend(these.iter().chain(last).take(places).map(|each| Bind::Text(value(*each))));
    batch.push(sql, &binds).await
}

/// The answers, in the order of the questions.
fn facts<'a>(questions: &Questions<'a>, answers: Vec<Vec<SqliteRow>>) -> sqlx::Result<Facts<'a>> {
    let mut facts = Facts::default();
    let mut answers = answers.into_iter();
    let mut answer = || answers.next().unwrap_or_default();
    for heads in heads(questions) {
        for row in answer() {
            let id: &str = row.try_get(0)?;
            if let Some(name) = heads.iter().find(|name| name.1 == id) {
                facts.heads.insert(*name, RowHead::from_row(&row)?);
            }
        }
    }
    for keys in keys(questions) {
        for row in answer() {
            let value: &str = row.try_get(0)?;
            if let Some(key) = keys.iter().find(|key| key.2 == value) {
                facts.holders.insert(*key, row.try_get(1)?);
            }
        }
    }
    for (scope, _) in &questions.scopes {
        for row in answer() {
            facts.sums.insert(scope, Sum { held: row.try_get(0)?, has_ended: row.try_get(1)? });
        }
    }
    for shares in shares(questions) {
        for row in answer() {
            let share = HoldRow::from_row(&row)?;
            if let Some(asked) = shares.iter().find(|asked| asked.1 == share.holder) {
                facts.shares.insert(*asked, share);
            }
        }
    }
    if questions.tip {
        facts.tip = answer().first().map(position).transpose()?;
    }
    Ok(facts)
}

impl FromRow<'_, SqliteRow> for RowHead {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        let version: i64 = row.try_get(1)?;
        let at = |column: usize| row.try_get(column).map(|at: Option<i64>| at.and_then(UnixMs::from_i64));
        let schedule = Schedule { next_at: at(2)?, claimed_until: at(3)?, woken: at(4)? };
        Ok(Self { version: version.cast_unsigned(), schedule })
    }
}
