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

/// So many reads of a store of its own, one after the other, does a bystander get while the driver commits nothing: then
/// the driver stands still. A busy machine slows both, so nothing here is counted in seconds.
const STANDS_STILL: u32 = 30_000;

/// Returns when the driver stands still.
async fn stands_still(driven: &Store, bystander: &Store) {
    let mut changes = driven.changes();
    let mut reads = 0;
    while reads < STANDS_STILL {
        bystander.held("pool", UnixMs(0)).await.unwrap();
        reads = if changes.has_changed().unwrap() { 0 } else { reads + 1 };
        changes.mark_unchanged();
    }
}

/// While the loop itself waits for the store, turns must go on: they have the connections that it waits for.
#[tokio::test]
async fn turns_and_the_loop_do_not_wait_for_one_another() {
    const JOBS: usize = 64;
    let directory = tempfile::tempdir().unwrap();
    let incarnation = crate::testing::store(&[Job::NOUN]).incarnation();
    let open = async |name| Store::sqlite(&directory.path().join(name), &[Job::NOUN], incarnation).await.unwrap();
    let (store, bystander) = (open("toy.sqlite").await, open("bystander.sqlite").await);
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
    tokio::select! {
        () = done => {}
        () = stands_still(&store, &bystander) => panic!("the driver stands still"),
    }
    stop.cancel();
    running.await.unwrap().unwrap();
}
