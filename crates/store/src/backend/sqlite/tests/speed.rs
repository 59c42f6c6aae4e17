//! How many commits a second; run by hand: `cargo test --release -p store -- --ignored --nocapture speed`.

use std::io::Write;
use std::time::Instant;

use primitives::UnixMs;
use tempfile::TempDir;

use super::payout;
use crate::conformance::{Job, LIFE};
use crate::{Commit, Record, Store};

const CONCURRENT: usize = 256;
const EACH: usize = 80;

async fn measure(what: &str, store: &Store, commit: fn(&str) -> Commit) {
    let begun = Instant::now();
    let tasks = (0..CONCURRENT).map(|task| {
        let (store, what) = (store.clone(), what.to_owned());
        tokio::spawn(async move {
            for n in 0..EACH {
                store.commit(commit(&format!("{what}-{task}-{n}"))).await.unwrap();
            }
        })
    });
    futures::future::try_join_all(tasks).await.unwrap();
    let rate = u128::try_from(CONCURRENT * EACH).unwrap() * 1_000_000 / begun.elapsed().as_micros();
    writeln!(std::io::stderr(), "{what}: {rate} commits/s, {CONCURRENT} concurrent").unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn commits_a_second() {
    let directory = TempDir::new_in(env!("CARGO_MANIFEST_DIR")).unwrap();
    let store = Store::sqlite(&directory.path().join("test.db"), &[Job::NOUN], LIFE).await.unwrap();
    measure("record", &store, |id| Commit::new(UnixMs(1_000)).insert(&Job::new(id).due(2_000))).await;
    measure("record with key, hold and event", &store, payout).await;
    store.close().await;
}
