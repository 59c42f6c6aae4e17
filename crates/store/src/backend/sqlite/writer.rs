//! The one writer of a file. What waits in its queue is committed together, for a synced commit costs about as much
//! for two hundred rows as for ten.

use std::fs::File;
use std::sync::Arc;

use sqlx::{Connection, SqliteConnection};
use tokio::sync::{mpsc, oneshot, watch};

use super::rows::Work;
use super::sql::Statements;
use super::{TOO_BIG, code, failed};
use crate::backend::Stored;
use crate::commit::{Answer, Write, Written, run};
use crate::error::StoreError;

/// How many writes go into one transaction before another message's are left to the next, which bounds how long the
/// first of them waits.
pub(super) const GROUP_MAX: usize = 256;

/// What the handles ask for.
#[derive(Debug)]
pub(super) enum Message {
    /// To be answered once it is durable.
    Write { writes: Vec<Write>, answer: oneshot::Sender<Vec<Answer>> },
    /// Nothing is accepted after this.
    Close { done: oneshot::Sender<()> },
}

/// The task that has the writing connection.
#[derive(Debug)]
pub(super) struct Writer {
    pub(super) connection: SqliteConnection,
    pub(super) statements: Arc<Statements>,
    pub(super) changes: watch::Sender<u64>,
    /// Held until the connection is closed.
    pub(super) lock: File,
}

/// What goes into one transaction, and who waits for how many of the answers.
#[derive(Default)]
struct Group {
    writes: Vec<Write>,
    askers: Vec<(usize, oneshot::Sender<Vec<Answer>>)>,
}

impl Group {
    fn add(&mut self, writes: Vec<Write>, answer: oneshot::Sender<Vec<Answer>>) {
        self.askers.push((writes.len(), answer));
        self.writes.extend(writes);
    }
}

impl Writer {
    /// Serves until closed or until the last handle is gone.
    pub(super) async fn run(mut self, mut queue: mpsc::Receiver<Message>) {
        let mut group = Group::default();
        let mut closers = Vec::new();
        while let Some(message) = queue.recv().await {
            let mut next = Some(message);
            while let Some(message) = next {
                match message {
                    // Dropping the answer tells the asker that the store is closed.
                    Message::Write { .. } if !closers.is_empty() => {}
                    Message::Write { writes, answer } => group.add(writes, answer),
                    Message::Close { done } => {
                        queue.close();
                        closers.push(done);
                    }
                }
                // What waits goes along.
                next = if group.writes.len() < GROUP_MAX { queue.try_recv().ok() } else { None };
            }
            self.serve(std::mem::take(&mut group)).await;
        }
        if let Err(error) = self.connection.close().await {
            tracing::warn!(%error, "the database did not close cleanly; its log is replayed at the next start");
        }
        drop(self.lock);
        for done in closers {
            // Nobody waits any more: no matter.
            let _: Result<(), ()> = done.send(());
        }
    }

    async fn serve(&mut self, Group { writes, askers }: Group) {
        if writes.is_empty() {
            return;
        }
        let written = self.commit(&writes).await;
        if written.iter().flatten().any(Written::is_news) {
            // Before the answers, so that who is answered finds the news told.
            self.changes.send_modify(|count| *count = count.wrapping_add(1));
        }
        let mut written = written.into_iter();
        for (count, answer) in askers {
            // The asker may have gone; what it asked for is done all the same.
            let _: Result<(), Vec<Answer>> = answer.send(written.by_ref().take(count).collect());
        }
    }

    /// All writes in one transaction or, if one of them may be to blame, each in its own, so that one that cannot be
    /// stored takes no other with it.
    async fn commit(&mut self, writes: &[Write]) -> Vec<Answer> {
        match self.transact(writes).await {
            Ok(answers) => answers,
            Err(error) if writes.len() == 1 => vec![Err(error.into())],
            // The disk or a lock: the next try would fail alike, and 256 of them would wait for the lock in turn. What
            // a failed COMMIT left is not known either, so that nothing may be written twice.
            Err(StoreError::Database(error)) if code(&error).as_deref() != Some(TOO_BIG) => {
                writes.iter().map(|_| Err(StoreError::Database(Arc::clone(&error)).into())).collect()
            }
            Err(_) => {
                let mut answers = Vec::with_capacity(writes.len());
                for write in writes {
                    let alone = self.transact(std::slice::from_ref(write)).await;
                    answers.extend(alone.unwrap_or_else(|error| vec![Err(error.into())]));
                }
                answers
            }
        }
    }

    /// One transaction. Its error is the store's and means that none of the writes is there; a write that is refused
    /// has written nothing and is an answer among the others.
    async fn transact(&mut self, writes: &[Write]) -> Stored<Vec<Answer>> {
        let done = self.within(writes).await;
        if done.is_err() {
            // Some failures end the transaction by themselves; then there is nothing to roll back.
            if let Err(error) = self.execute("ROLLBACK").await {
                tracing::debug!(%error, "no transaction to roll back");
            }
        }
        done
    }

    async fn within(&mut self, writes: &[Write]) -> Stored<Vec<Answer>> {
        // IMMEDIATE takes the write lock first, so that nothing read here is stale when it is written.
        self.execute("BEGIN IMMEDIATE").await?;
        let mut work = Work { connection: &mut self.connection, statements: &self.statements };
        let answers = run(&mut work, writes).await?;
        self.execute("COMMIT").await?;
        Ok(answers)
    }

    async fn execute(&mut self, sql: &'static str) -> Result<(), StoreError> {
        sqlx::query(sql).execute(&mut self.connection).await.map(drop).map_err(failed)
    }
}
