//! Several statements in one message to SQLite's thread: going there and back costs more than most statements.

use futures::TryStreamExt;
use primitives::LogHead;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Arguments, AssertSqlSafe, Either, Executor, SqliteConnection};

use super::failed;
use crate::backend::Stored;

/// The longest message. Its text is the key under which the prepared statements are kept, so that a large commit must
/// be made of pieces that recur.
pub(super) const STATEMENTS_MAX: usize = 32;

/// A value for a placeholder.
#[derive(Debug, Clone, Copy)]
pub(super) enum Bind<'a> {
    Text(&'a str),
    Integer(i64),
    /// As text.
    Head(LogHead),
    Null,
}

impl<'a> From<&'a str> for Bind<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a String> for Bind<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Bind<'_> {
    fn from(integer: i64) -> Self {
        Self::Integer(integer)
    }
}

impl From<Option<i64>> for Bind<'_> {
    fn from(integer: Option<i64>) -> Self {
        integer.map_or(Self::Null, Self::Integer)
    }
}

/// Statements that wait to be sent, and what the ones that were sent gave.
#[derive(Debug)]
pub(super) struct Batch<'c> {
    connection: &'c mut SqliteConnection,
    sql: String,
    arguments: SqliteArguments,
    waiting: usize,
    answers: Vec<Vec<SqliteRow>>,
}

impl<'c> Batch<'c> {
    pub(super) fn new(connection: &'c mut SqliteConnection) -> Self {
        let (sql, arguments) = (String::with_capacity(1_024), SqliteArguments::default());
        Self { connection, sql, arguments, waiting: 0, answers: Vec::new() }
    }

    /// Adds a statement whose placeholders are `$1` and on.
    pub(super) async fn push(&mut self, sql: &str, binds: &[Bind<'_>]) -> Stored<()> {
        if self.waiting == STATEMENTS_MAX {
            self.send().await?;
        }
        for number in append_unnumbered(&mut self.sql, sql) {
            let added = match binds[number - 1] {
                Bind::Text(text) => self.arguments.add(text),
                Bind::Integer(integer) => self.arguments.add(integer),
                Bind::Head(head) => self.arguments.add(head.to_string()),
                Bind::Null => self.arguments.add(None::<i64>),
            };
            added.map_err(|error| failed(sqlx::Error::Encode(error)))?;
        }
        self.sql.push(';');
        self.waiting += 1;
        Ok(())
    }

    /// Sends what waits, and gives each statement's rows, in order.
    pub(super) async fn finish(mut self) -> Stored<Vec<Vec<SqliteRow>>> {
        self.send().await?;
        Ok(self.answers)
    }

    async fn send(&mut self) -> Stored<()> {
        if self.waiting == 0 {
            return Ok(());
        }
        // Safe: made of the constants and the nouns' statements in `sql`, with no value in the text.
        let sql = AssertSqlSafe(std::mem::take(&mut self.sql));
        let arguments = std::mem::take(&mut self.arguments);
        let mut steps = self.connection.fetch_many(sqlx::query_with(sql, arguments));
        let mut rows = Vec::new();
        while let Some(step) = steps.try_next().await.map_err(failed)? {
            match step {
                Either::Right(found) => rows.push(found),
                Either::Left(_) => self.answers.push(std::mem::take(&mut rows)),
            }
        }
        self.waiting = 0;
        Ok(())
    }
}

/// Appends a statement with a bare `?` for each placeholder, and gives their numbers in the order in which they come.
///
/// Bare ones are counted on from statement to statement, so that the text of a message says nothing of what is before it
/// and recurs. Of a numbered one SQLite is asked for the name, which it seeks from the first on.
fn append_unnumbered(text: &mut String, sql: &str) -> Vec<usize> {
    let mut parts = sql.split('$');
    text.extend(parts.next());
    parts
        .map(|part| {
            let digits = part.bytes().take_while(u8::is_ascii_digit).count();
            let (number, rest) = part.split_at(digits);
            text.push('?');
            text.push_str(rest);
            number.parse().expect("our statements have $ before a number only")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_bare_and_their_numbers_told() {
        let mut text = String::new();
        assert!(append_unnumbered(&mut text, "SELECT 1").is_empty());
        assert_eq!(append_unnumbered(&mut text, " WHERE a = $1 AND b = $12 OR a = $1"), [1, 12, 1]);
        assert_eq!(text, "SELECT 1 WHERE a = ? AND b = ? OR a = ?");
    }
}
