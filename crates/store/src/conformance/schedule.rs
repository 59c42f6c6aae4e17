//! Who works on what, and when.

use primitives::UnixMs;
use serde::{Deserialize, Serialize};

use super::job::Job;
use super::on_each_back_end;
use crate::{Commit, CommitError, Record, Store, StoreError};

on_each_back_end!(
    what_is_due_is_claimed_once,
    the_longest_due_comes_first,
    a_claim_ends_with_its_lease,
    a_commit_ends_the_claim,
    rest_ends_the_claim_and_keeps_the_version,
    a_wake_makes_due,
    a_wake_during_a_claim_is_not_lost,
    a_commit_can_wake_another,
    the_next_time_is_known,
    changes_are_told,
    concurrent_claims_share,
    a_row_that_cannot_be_read_keeps_no_other,
);

const NOW: UnixMs = UnixMs(1_000);
const LATER: UnixMs = UnixMs(9_000);

async fn put(store: &Store, jobs: &[Job]) {
    let commit = jobs.iter().fold(Commit::new(NOW), Commit::insert);
    store.commit(commit).await.unwrap();
}

async fn claim(store: &Store, now: UnixMs) -> Vec<String> {
    let claimed = store.claim::<Job>(now, 5_000, 10).await.unwrap();
    claimed.records.into_iter().map(|job| job.record.id).collect()
}

const NOBODY: [&str; 0] = [];

async fn what_is_due_is_claimed_once(store: Store) {
    put(&store, &[Job::new("a").due(1_000), Job::new("b").due(1_001), Job::new("c")]).await;
    assert_eq!(claim(&store, NOW).await, ["a"]);
    assert_eq!(claim(&store, NOW).await, NOBODY);
    assert_eq!(claim(&store, UnixMs(1_001)).await, ["b"]);
}

async fn the_longest_due_comes_first(store: Store) {
    put(&store, &[Job::new("a").due(30), Job::new("b").due(10), Job::new("c").due(20), Job::new("d").due(10)]).await;
    let first = store.claim::<Job>(NOW, 5_000, 2).await.unwrap();
    let first: Vec<_> = first.records.into_iter().map(|job| job.record.id).collect();
    assert_eq!(first, ["b", "d"]);
    assert_eq!(claim(&store, NOW).await, ["c", "a"]);
    assert!(store.claim::<Job>(LATER, 1, 0).await.unwrap().records.is_empty());
}

async fn a_claim_ends_with_its_lease(store: Store) {
    put(&store, &[Job::new("a").due(10)]).await;
    assert_eq!(claim(&store, NOW).await, ["a"]);
    assert_eq!(claim(&store, UnixMs(5_999)).await, NOBODY);
    assert_eq!(claim(&store, UnixMs(6_000)).await, ["a"]);
}

async fn a_commit_ends_the_claim(store: Store) {
    put(&store, &[Job::new("a").due(10)]).await;
    let claimed = store.claim::<Job>(NOW, 5_000, 1).await.unwrap().records.remove(0);
    store.commit(Commit::new(NOW).update(&claimed, &Job::new("a").due(1_500))).await.unwrap();
    assert_eq!(claim(&store, NOW).await, NOBODY);
    assert_eq!(claim(&store, UnixMs(1_500)).await, ["a"]);
    let a = store.get::<Job>("a").await.unwrap().unwrap();
    store.commit(Commit::new(NOW).update(&a, &Job::new("a").done())).await.unwrap();
    assert_eq!(claim(&store, LATER).await, NOBODY);
}

async fn rest_ends_the_claim_and_keeps_the_version(store: Store) {
    put(&store, &[Job::new("a")]).await;
    store.wake::<Job>("a", NOW).await.unwrap();
    let claimed = store.claim::<Job>(NOW, 5_000, 1).await.unwrap().records.remove(0);
    store.commit(Commit::new(NOW).rest(&claimed)).await.unwrap();
    assert_eq!(store.get("a").await.unwrap(), Some(claimed.clone()));
    assert_eq!(store.next_due::<Job>(NOW).await.unwrap(), None, "its own time counts again");
    store.commit(Commit::new(NOW).update(&claimed, &Job::new("a").done())).await.unwrap();
    let late = store.commit(Commit::new(NOW).rest(&claimed)).await;
    assert!(matches!(late, Err(CommitError::Conflict { .. })));
}

async fn a_wake_makes_due(store: Store) {
    put(&store, &[Job::new("a"), Job::new("b").due(9_000), Job::new("c").due(10)]).await;
    for id in ["a", "b", "c"] {
        assert!(store.wake::<Job>(id, NOW).await.unwrap());
    }
    assert!(!store.wake::<Job>("d", NOW).await.unwrap());
    assert_eq!(claim(&store, NOW).await, ["c", "a", "b"]);
    assert_eq!(store.get::<Job>("b").await.unwrap().map(|job| job.version), Some(1));
}

async fn a_wake_during_a_claim_is_not_lost(store: Store) {
    put(&store, &[Job::new("a").due(10)]).await;
    let claimed = store.claim::<Job>(NOW, 5_000, 1).await.unwrap().records.remove(0);
    store.wake::<Job>("a", UnixMs(1_100)).await.unwrap();
    assert_eq!(claim(&store, UnixMs(1_100)).await, NOBODY, "the claim holds");
    // The claimant has not seen what the wake was about and wants to sleep.
    store.commit(Commit::new(NOW).update(&claimed, &Job::new("a").due(9_000))).await.unwrap();
    assert_eq!(claim(&store, UnixMs(1_100)).await, ["a"]);
    let again = store.get::<Job>("a").await.unwrap().unwrap();
    store.commit(Commit::new(NOW).update(&again, &Job::new("a").due(9_000))).await.unwrap();
    assert_eq!(claim(&store, UnixMs(8_999)).await, NOBODY, "answered once");
}

async fn a_commit_can_wake_another(store: Store) {
    put(&store, &[Job::new("a"), Job::new("b")]).await;
    let commit = Commit::new(NOW).insert(&Job::new("c")).wake::<Job>("a").wake::<Job>("c").wake::<Job>("none");
    store.commit(commit).await.unwrap();
    assert_eq!(claim(&store, NOW).await, ["a", "c"]);
}

async fn the_next_time_is_known(store: Store) {
    assert_eq!(store.next_due::<Job>(NOW).await.unwrap(), None);
    put(&store, &[Job::new("a").due(10), Job::new("b").due(8_000)]).await;
    assert_eq!(store.next_due::<Job>(NOW).await.unwrap(), Some(NOW));
    assert_eq!(claim(&store, NOW).await, ["a"]);
    assert_eq!(store.next_due::<Job>(NOW).await.unwrap(), Some(UnixMs(6_000)), "the claim's end");
    assert_eq!(store.next_due::<Job>(LATER).await.unwrap(), Some(LATER));
}

async fn changes_are_told(store: Store) {
    let mut changes = store.changes();
    put(&store, &[Job::new("a").due(10)]).await;
    assert!(changes.has_changed().unwrap());
    changes.mark_unchanged();
    claim(&store, NOW).await;
    store.probe().await.unwrap();
    assert!(!changes.has_changed().unwrap(), "a claim is nobody else's news");
    store.wake::<Job>("a", NOW).await.unwrap();
    assert!(changes.has_changed().unwrap());
}

async fn concurrent_claims_share(store: Store) {
    let jobs: Vec<Job> = (0..40).map(|n| Job::new(&format!("{n:02}")).due(10)).collect();
    put(&store, &jobs).await;
    let claims = (0..10).map(|_| store.claim::<Job>(NOW, 5_000, 7));
    let claimed = futures::future::try_join_all(claims).await.unwrap();
    let mut ids: Vec<String> =
        claimed.into_iter().flat_map(|claimed| claimed.records).map(|job| job.record.id).collect();
    ids.sort();
    assert_eq!(ids, jobs.into_iter().map(|job| job.id).collect::<Vec<_>>());
}

/// In the same table, and no job: as of another version of the program.
#[derive(Clone, Serialize, Deserialize)]
struct Stranger(String);

impl Record for Stranger {
    const NOUN: &'static str = Job::NOUN;

    fn id(&self) -> String {
        self.0.clone()
    }

    fn stage(&self) -> &'static str {
        "open"
    }

    fn due_at(&self) -> Option<UnixMs> {
        Some(UnixMs(5))
    }
}

async fn a_row_that_cannot_be_read_keeps_no_other(store: Store) {
    put(&store, &[Job::new("a").due(10), Job::new("b").due(1)]).await;
    store.commit(Commit::new(NOW).insert(&Stranger("x".to_owned()))).await.unwrap();
    let claimed = store.claim::<Job>(NOW, 5_000, 10).await.unwrap();
    assert_eq!(claimed.records.into_iter().map(|job| job.record.id).collect::<Vec<_>>(), ["b", "a"]);
    let [unreadable] = &claimed.unreadable[..] else { panic!("{:?}", claimed.unreadable) };
    assert_eq!(unreadable.id, "x");
    assert!(matches!(&unreadable.why, StoreError::Corrupt { noun: "job", id, .. } if id == "x"));
    assert!(store.claim::<Job>(NOW, 5_000, 10).await.unwrap().unreadable.is_empty(), "claimed until the lease ends");
    assert_eq!(store.claim::<Job>(UnixMs(6_000), 5_000, 10).await.unwrap().unreadable.len(), 1);
    let all = store.all_of::<Job>("open").await.unwrap();
    assert_eq!(all.records.into_iter().map(|job| job.record.id).collect::<Vec<_>>(), ["b", "a"]);
    assert_eq!(all.unreadable.into_iter().map(|row| row.id).collect::<Vec<_>>(), ["x"]);
    assert!(store.all_of::<Job>("shut").await.unwrap().unreadable.is_empty());
}
