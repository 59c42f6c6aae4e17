//! A full disk: told as such, nothing half-written, and well again once there is room.

use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use tempfile::TempDir;
use tokio::sync::watch;

use super::{alone, payout};
use crate::backend::{Backend, Sqlite, Stored};
use crate::commit::{Write, Written};
use crate::conformance::{Job, LIFE, assert_chain};
use crate::list::RowFilter;
use crate::{CommitError, Record, StoreError};

/// Enough for the tables and a few rows; SQLite gives the error of a full disk at its page limit.
const PAGES_MAX: &str = "60";

async fn open(directory: &TempDir, pages_max: &'static str) -> Sqlite {
    let options = SqliteConnectOptions::new().filename(directory.path().join("test.db"));
    let options = options.pragma("max_page_count", pages_max);
    let opened: Stored<_> = Sqlite::open_with(options, Duration::ZERO, &[Job::NOUN], LIFE, watch::channel(0).0).await;
    opened.unwrap().0
}

async fn commit(sqlite: &Sqlite, id: &str) -> Result<Written, CommitError> {
    alone(sqlite, Write::Commit(Box::new(payout(id)))).await
}

async fn count(sqlite: &Sqlite) -> usize {
    let all = RowFilter { stage: None, tag: None, before: i64::MAX, limit: usize::MAX };
    sqlite.list(Job::NOUN, &all).await.unwrap().len()
}

/// Every record has its event and its share.
async fn assert_whole(sqlite: &Sqlite, records: usize) {
    assert_eq!(count(sqlite).await, records);
    assert_eq!(sqlite.events(0, usize::MAX).await.unwrap().len(), records);
    assert_eq!(sqlite.holds("day").await.unwrap().len(), records);
    let log = sqlite.log(0, usize::MAX).await.unwrap();
    assert_eq!(log.len(), records);
    assert_chain(&log);
}

#[tokio::test]
async fn a_full_disk_refuses_whole_commits_and_recovers() {
    let directory = TempDir::new().unwrap();
    let sqlite = open(&directory, PAGES_MAX).await;
    let mut stored = 0;
    let refused = loop {
        match commit(&sqlite, &format!("one-{stored:05}")).await {
            Ok(_) => stored += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(refused, CommitError::Store(StoreError::Full)), "{refused:?}");
    assert!(stored > 10, "the limit left no room for the test: {stored}");
    assert_whole(&sqlite, stored).await;

    // A group: whoever still fits is stored, the others are refused, each as a whole.
    let group = (0..64).map(|n| {
        let sqlite = &sqlite;
        async move { commit(sqlite, &format!("two-{n}")).await }
    });
    let answers = futures::future::join_all(group).await;
    for answer in &answers {
        assert!(matches!(answer, Ok(_) | Err(CommitError::Store(StoreError::Full))), "{answer:?}");
    }
    assert!(answers.iter().any(Result::is_err));
    stored += answers.iter().filter(|answer| answer.is_ok()).count();
    assert_whole(&sqlite, stored).await;
    sqlite.close().await;

    let sqlite = open(&directory, "100000").await;
    commit(&sqlite, "three").await.unwrap();
    assert_whole(&sqlite, stored + 1).await;
    sqlite.close().await;
}

#[tokio::test]
async fn one_that_cannot_be_stored_takes_no_other_with_it() {
    let directory = TempDir::new().unwrap();
    let sqlite = open(&directory, PAGES_MAX).await;
    let mut huge = Job::new("huge");
    huge.amount = "9".repeat(1 << 20);
    let huge = Write::Commit(Box::new(crate::Commit::new(primitives::UnixMs(1_000)).insert(&huge)));
    // Polled in this order, so that all three wait in the queue when the writer looks.
    let (before, refused, after) =
        futures::join!(commit(&sqlite, "before"), alone(&sqlite, huge), commit(&sqlite, "after"));
    before.unwrap();
    assert!(matches!(refused, Err(CommitError::Store(StoreError::Full))), "{refused:?}");
    after.unwrap();
    assert_whole(&sqlite, 2).await;
    sqlite.close().await;
}
