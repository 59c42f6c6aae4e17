//! Turns that read a store on disk, which has few connections for all of them and for the loop itself.

use super::super::*;
use super::toy::{Job, job, step};
use crate::clock::SystemClock;

struct Reads(Store);

impl Machine for Reads {
    type Record = Job;
    type Facts = ();

    async fn gather(&self, read: &Versioned<Job>, now: UnixMs) -> Result<(), BoxError> {
        // Some end, and the loop asks for more, while others have all connections.
        let reads = if read.record.id.ends_with('0') { 1 } else { 200 };
        for _ in 0..reads {
            self.0.held("pool", now).await?;
        }
        Ok(())
    }

    fn plan(&self, read: &Versioned<Job>, (): (), now: UnixMs) -> Plan<Job> {
        let next = step(&read.record);
        Plan::to(Job { due_at: next.due_at.map(|_| now), ..next }, now)
    }

    fn refused(&self, _: &Versioned<Job>, _: &CommitError, _: UnixMs) -> Option<Plan<Job>> {
        None
    }
}

/// While the loop itself waits for the store, turns must go on: they have the connections that it waits for.
#[tokio::test]
async fn turns_and_the_loop_do_not_wait_for_one_another() {
    const JOBS: usize = 64;
    let directory = tempfile::tempdir().unwrap();
    let incarnation = crate::testing::store(&[Job::NOUN]).incarnation();
    let store = Store::sqlite(&directory.path().join("toy.sqlite"), &[Job::NOUN], incarnation).await.unwrap();
    let clock: SharedClock = Arc::new(SystemClock);
    for n in 0..JOBS {
        store
            .commit(Commit::new(clock.now()).insert(&Job { due_at: Some(clock.now()), ..job(&format!("j{n}"), 5) }))
            .await
            .unwrap();
    }
    let options = Options { concurrency: 32, ..Options::default() };
    let driver = Driver::new(store.clone(), Reads(store.clone()), clock, Metrics::new("toy", "0"), options);
    let stop = CancellationToken::new();
    let running = tokio::spawn(driver.run(stop.clone()));
    let mut changes = store.changes();
    let done = async {
        while !store.count_by_stage::<Job>().await.unwrap().contains(&("done".to_owned(), JOBS as u64)) {
            changes.changed().await.unwrap();
        }
    };
    tokio::time::timeout(Duration::from_secs(20), done).await.expect("a few hundred short turns");
    stop.cancel();
    running.await.unwrap().unwrap();
}
