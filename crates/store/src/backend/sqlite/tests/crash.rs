//! A process that is killed while it commits loses nothing that it was told is stored, and leaves no half.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};

use primitives::UnixMs;
use tempfile::TempDir;

use super::payout;
use crate::conformance::{Job, LIFE, assert_chain};
use crate::{Event, Filter, LIST_LIMIT_MAX, LogRecord, Record, Store};

const PATH: &str = "STORE_TEST_CRASH_PATH";
const LIFE_NO: &str = "STORE_TEST_CRASH_LIFE";
const ACKNOWLEDGED: usize = 1_500;

/// The process that is killed: commits from many tasks for as long as it lives and prints each id once it is stored.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn victim() {
    let Some(path) = std::env::var_os(PATH) else { return };
    let life = std::env::var_os(LIFE_NO).unwrap().into_string().unwrap();
    let store = Store::sqlite(path.as_ref(), &[Job::NOUN], LIFE).await.unwrap();
    let committing = (0..32).map(|task| {
        let (store, life) = (store.clone(), life.clone());
        tokio::spawn(async move {
            for n in 0_u64.. {
                let id = format!("{life}-{task}-{n}");
                store.commit(payout(&id)).await.unwrap();
                // One write call a line, so that a kill leaves whole lines and perhaps a torn last one.
                std::io::stdout().write_all(format!("stored {id} .\n").as_bytes()).unwrap();
            }
        })
    });
    futures::future::join_all(committing).await;
}

async fn events(store: &Store) -> Vec<Event> {
    let (mut events, mut cursor) = (Vec::new(), None);
    loop {
        let page = store.events(cursor.as_deref(), LIST_LIMIT_MAX).await.unwrap();
        if page.events.is_empty() {
            return events;
        }
        cursor = Some(page.next);
        events.extend(page.events);
    }
}

async fn log(store: &Store) -> Vec<LogRecord> {
    let mut records: Vec<LogRecord> = Vec::new();
    loop {
        let after = records.last().map_or(0, |record| record.position.seq);
        let page = store.log(after, LIST_LIMIT_MAX).await.unwrap();
        if page.is_empty() {
            return records;
        }
        records.extend(page);
    }
}

async fn ids(store: &Store) -> Vec<String> {
    let mut filter = Filter { limit: LIST_LIMIT_MAX, ..Filter::default() };
    let mut ids = Vec::new();
    loop {
        let page = store.list::<Job>(filter.clone()).await.unwrap();
        ids.extend(page.items.into_iter().map(|job| job.record.id));
        match page.next {
            Some(next) => filter.after = Some(next),
            None => return ids,
        }
    }
}

/// Runs the victim until it has acknowledged enough, kills it, and gives all that it acknowledged.
fn kill_while_committing(path: &Path, life: u32) -> Vec<String> {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "backend::sqlite::tests::crash::victim", "--nocapture"]);
    command.env(PATH, path).env(LIFE_NO, life.to_string()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut acknowledged = Vec::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        let id = line.strip_prefix("stored ").and_then(|rest| rest.strip_suffix(" ."));
        acknowledged.extend(id.map(str::to_owned));
        if acknowledged.len() == ACKNOWLEDGED {
            // SIGKILL, in the middle of whatever it does. What it had printed before is read to the end.
            child.kill().unwrap();
        }
    }
    let status = child.wait().unwrap();
    assert_eq!(status.signal(), Some(9), "the victim ended by itself: {status}");
    acknowledged
}

#[tokio::test]
async fn nothing_acknowledged_is_lost_and_nothing_is_halved() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("test.db");
    // Several lives of one file, so that the log that a kill leaves behind is also carried on with.
    let acknowledged: HashSet<String> = (1..=3).flat_map(|life| kill_while_committing(&path, life)).collect();
    assert!(acknowledged.len() >= 3 * ACKNOWLEDGED);

    let store = Store::sqlite(&path, &[Job::NOUN], LIFE).await.unwrap();
    let stored = ids(&store).await;
    let distinct: HashSet<_> = stored.iter().cloned().collect();
    let lost: Vec<_> = acknowledged.difference(&distinct).collect();
    assert!(lost.is_empty(), "{} acknowledged commits are lost: {lost:?}", lost.len());
    // All of a commit or nothing of it: each record has its event, its name and its share.
    let told: HashSet<_> = events(&store).await.into_iter().map(|event| event.subject).collect();
    assert_eq!(told, distinct);
    let log = log(&store).await;
    assert_chain(&log);
    let bodies: HashSet<_> = log.into_iter().map(|record| record.body).collect();
    assert_eq!(bodies, distinct.iter().map(|id| super::told(id).body).collect());
    assert_eq!(store.held("day", UnixMs(0)).await.unwrap(), 3 * i64::try_from(stored.len()).unwrap());
    assert_eq!(store.holds("day").await.unwrap().len(), stored.len());
    for id in stored {
        assert!(store.find::<Job>("txid", &id).await.unwrap().is_some(), "{id} lost its name");
    }
    store.close().await;
}
