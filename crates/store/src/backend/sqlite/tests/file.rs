//! One process at a time, and the same store when it is opened again.

use std::process::Command;
use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, SqliteConnection};
use tempfile::TempDir;
use tokio::sync::watch;
use uuid::Uuid;

use super::{alone, payout};
use crate::backend::{Backend, Sqlite};
use crate::commit::Write;
use crate::conformance::{Job, LIFE};
use crate::{CommitError, Incarnation, Record, Store, StoreError};

const NOUNS: [&str; 1] = [Job::NOUN];

#[tokio::test]
async fn everything_is_there_after_opening_again() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("test.db");
    let store = Store::sqlite(&path, &NOUNS, LIFE).await.unwrap();
    store.commit(payout("a").cursor("peer", "c1")).await.unwrap();
    let events = store.events(None, 10).await.unwrap();
    store.close().await;
    // Another noun may come with a newer program; another fresh incarnation is ignored.
    let other = Incarnation(Uuid::from_u128(9));
    let store = Store::sqlite(&path, &[Job::NOUN, "other"], other).await.unwrap();
    assert_eq!(store.incarnation(), LIFE);
    assert_eq!(store.events(None, 10).await.unwrap(), events);
    assert_eq!(store.find::<Job>("txid", "a").await.unwrap().map(|job| job.version), Some(1));
    assert_eq!(store.cursor("peer").await.unwrap().as_deref(), Some("c1"));
    assert_eq!(store.held("day", primitives::UnixMs(0)).await.unwrap(), 3);
    store.close().await;
    let names: Vec<_> = std::fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!names.iter().any(|name| name == "test.db-wal"), "closing folds the log into the file: {names:?}");
}

#[tokio::test]
async fn what_a_process_that_died_had_claimed_is_due_at_once() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("test.db");
    let store = Store::sqlite(&path, &NOUNS, LIFE).await.unwrap();
    store.commit(payout("a")).await.unwrap();
    let now = primitives::UnixMs(5_000);
    assert_eq!(store.claim::<Job>(now, 60_000, 10).await.unwrap().records.len(), 1);
    assert!(store.claim::<Job>(now, 60_000, 10).await.unwrap().records.is_empty());
    store.close().await;
    let store = Store::sqlite(&path, &NOUNS, LIFE).await.unwrap();
    assert_eq!(store.claim::<Job>(now, 60_000, 10).await.unwrap().records.len(), 1);
}

#[tokio::test]
async fn a_second_store_on_the_file_is_refused() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("test.db");
    let store = Store::sqlite(&path, &NOUNS, LIFE).await.unwrap();
    let second = Store::sqlite(&path, &NOUNS, LIFE).await.unwrap_err();
    assert!(matches!(&second, StoreError::InUse { .. }));
    assert!(second.to_string().ends_with("test.db.lock is in use by another process"), "{second}");
    store.close().await;
    Store::sqlite(&path, &NOUNS, LIFE).await.unwrap();
}

/// Started by the test below in a process of its own.
#[tokio::test]
async fn opener() {
    let Some(path) = std::env::var_os("STORE_TEST_OPENER") else { return };
    let refused = Store::sqlite(path.as_ref(), &NOUNS, LIFE).await;
    assert!(matches!(refused, Err(StoreError::InUse { .. })), "{refused:?}");
}

#[tokio::test]
async fn another_process_is_refused() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("test.db");
    let store = Store::sqlite(&path, &NOUNS, LIFE).await.unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "backend::sqlite::tests::file::opener"]).env("STORE_TEST_OPENER", &path);
    let output = child.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"), "the child ran the one test");
    store.close().await;
}

#[tokio::test]
async fn what_is_no_database_is_refused_and_left_alone() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("test.db");
    let text = "precious notes ".repeat(500);
    std::fs::write(&path, &text).unwrap();
    let refused = Store::sqlite(&path, &NOUNS, LIFE).await;
    assert!(matches!(refused, Err(StoreError::Database(_))), "{refused:?}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    let missing = Store::sqlite(&directory.path().join("no/such/test.db"), &NOUNS, LIFE).await;
    assert!(matches!(missing, Err(StoreError::Io { .. })), "{missing:?}");
}

#[tokio::test]
async fn a_newer_programs_file_is_refused() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("test.db");
    Store::sqlite(&path, &NOUNS, LIFE).await.unwrap().close().await;
    let options = SqliteConnectOptions::new().filename(&path);
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                 VALUES (99, 'tomorrow', true, x'00', 0)";
    sqlx::query(newer).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    let refused = Store::sqlite(&path, &NOUNS, LIFE).await;
    assert!(matches!(refused, Err(StoreError::Migration(_))), "{refused:?}");
}

#[tokio::test]
async fn a_lock_that_another_program_holds_fails_the_whole_group_once() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("test.db");
    let options = SqliteConnectOptions::new().filename(&path);
    // With no patience, so that the test need not wait: as if another program held the file for longer than we wait.
    let (sqlite, _) =
        Sqlite::open_with(options.clone(), Duration::ZERO, &NOUNS, LIFE, watch::channel(0).0).await.unwrap();
    let mut other = SqliteConnection::connect_with(&options).await.unwrap();
    sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    let commit = |id: &str| alone(&sqlite, Write::Commit(Box::new(payout(id))));
    for answer in <[_; 2]>::from(futures::join!(commit("a"), commit("b"))) {
        assert!(matches!(answer, Err(CommitError::Store(StoreError::Database(_)))), "{answer:?}");
    }
    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    other.close().await.unwrap();
    commit("a").await.unwrap();
    sqlite.close().await;
}
