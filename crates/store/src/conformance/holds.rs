//! Sums with a ceiling.

use primitives::UnixMs;

use super::job::Job;
use super::on_each_back_end;
use crate::{Commit, CommitError, Hold, HoldRow, Store, StoreError};

on_each_back_end!(
    a_hold_stops_at_the_ceiling,
    the_same_hold_again_changes_nothing,
    another_amount_replaces_the_first,
    shrinking_needs_no_room,
    a_release_gives_back_at_once,
    a_window_slides,
    a_hold_again_ends_the_release,
    steps_of_one_commit_see_each_other,
    sums_do_not_overflow,
    a_refused_hold_takes_the_commit_with_it,
    racing_holds_never_pass_the_ceiling,
);

const NOW: UnixMs = UnixMs(1_000);

fn hold(holder: &str, amount: i64) -> Hold {
    Hold { scope: "day".to_owned(), holder: holder.to_owned(), amount, ceiling: 100 }
}

async fn take(store: &Store, now: UnixMs, hold: Hold) -> Result<(), CommitError> {
    store.commit(Commit::new(now).hold(hold)).await
}

async fn held(store: &Store, now: u64) -> i64 {
    store.held("day", UnixMs(now)).await.unwrap()
}

async fn a_hold_stops_at_the_ceiling(store: Store) {
    assert_eq!(held(&store, 1_000).await, 0);
    take(&store, NOW, hold("a", 60)).await.unwrap();
    take(&store, NOW, hold("b", 40)).await.unwrap();
    let refused = take(&store, NOW, hold("c", 1)).await.unwrap_err();
    assert_eq!(refused.to_string(), "day holds 100 of 100 and cannot take 1");
    let Err(CommitError::Exceeded { held: 40, amount: 61, ceiling: 100, .. }) = take(&store, NOW, hold("a", 61)).await
    else {
        panic!("a's own share was counted twice")
    };
    assert_eq!(held(&store, 1_000).await, 100);
    assert_eq!(store.held("month", NOW).await.unwrap(), 0, "scopes are apart");
}

async fn the_same_hold_again_changes_nothing(store: Store) {
    take(&store, NOW, hold("a", 60)).await.unwrap();
    take(&store, NOW, hold("a", 60)).await.unwrap();
    take(&store, NOW, Hold { ceiling: 10, ..hold("a", 60) }).await.unwrap();
    assert_eq!(held(&store, 1_000).await, 60);
}

async fn another_amount_replaces_the_first(store: Store) {
    take(&store, NOW, hold("a", 60)).await.unwrap();
    take(&store, NOW, hold("a", 90)).await.unwrap();
    assert_eq!(held(&store, 1_000).await, 90);
    let rows = store.holds("day").await.unwrap();
    assert_eq!(rows, [HoldRow { holder: "a".to_owned(), amount: 90, until: None }]);
}

async fn shrinking_needs_no_room(store: Store) {
    take(&store, NOW, hold("a", 60)).await.unwrap();
    take(&store, NOW, hold("b", 40)).await.unwrap();
    take(&store, NOW, Hold { ceiling: 10, ..hold("a", 50) }).await.unwrap();
    assert_eq!(held(&store, 1_000).await, 90);
}

async fn a_release_gives_back_at_once(store: Store) {
    take(&store, NOW, hold("a", 60)).await.unwrap();
    store.commit(Commit::new(NOW).release("day", "a", None).release("day", "b", None)).await.unwrap();
    assert_eq!(held(&store, 1_000).await, 0);
    assert_eq!(store.holds("day").await.unwrap(), []);
    store.commit(Commit::new(NOW).release("day", "a", None)).await.unwrap();
    assert_eq!(held(&store, 1_000).await, 0, "a release twice is one release");
}

async fn a_window_slides(store: Store) {
    take(&store, NOW, hold("a", 60)).await.unwrap();
    let release = |until| Commit::new(NOW).release("day", "a", Some(UnixMs(until)));
    store.commit(release(2_000)).await.unwrap();
    assert_eq!((held(&store, 1_999).await, held(&store, 2_000).await), (60, 0));
    assert!(take(&store, UnixMs(1_999), hold("b", 41)).await.is_err());
    take(&store, UnixMs(2_000), hold("b", 100)).await.unwrap();
    assert_eq!(held(&store, 2_000).await, 100);
    store.commit(release(9_000)).await.unwrap();
    assert_eq!(held(&store, 2_000).await, 100, "what is over does not come back");
    store.commit(Commit::new(NOW).release("day", "b", Some(NOW))).await.unwrap();
    assert_eq!(held(&store, 2_000).await, 0, "a time that is past is at once");
}

async fn a_hold_again_ends_the_release(store: Store) {
    take(&store, NOW, hold("a", 60)).await.unwrap();
    store.commit(Commit::new(NOW).release("day", "a", Some(UnixMs(2_000)))).await.unwrap();
    take(&store, NOW, hold("a", 60)).await.unwrap();
    assert_eq!(held(&store, 5_000).await, 60);
    store.commit(Commit::new(NOW).release("day", "a", Some(UnixMs(2_000)))).await.unwrap();
    take(&store, UnixMs(3_000), Hold { ceiling: 59, ..hold("a", 60) }).await.unwrap_err();
    assert_eq!(held(&store, 3_000).await, 0, "an ended hold is no claim to its room");
}

async fn steps_of_one_commit_see_each_other(store: Store) {
    take(&store, NOW, hold("a", 60)).await.unwrap();
    let swap = Commit::new(NOW).release("day", "a", None).hold(hold("b", 100));
    store.commit(swap).await.unwrap();
    let both = Commit::new(NOW).release("day", "b", None).hold(hold("c", 60)).hold(hold("d", 60));
    assert!(matches!(store.commit(both).await, Err(CommitError::Exceeded { held: 60, .. })));
    assert_eq!(held(&store, 1_000).await, 100);
}

async fn sums_do_not_overflow(store: Store) {
    let huge = |holder: &str| Hold { ceiling: i64::MAX, ..hold(holder, i64::MAX) };
    take(&store, NOW, huge("a")).await.unwrap();
    assert!(matches!(take(&store, NOW, huge("b")).await, Err(CommitError::Exceeded { .. })));
    assert_eq!(held(&store, 1_000).await, i64::MAX);
    let negative = take(&store, NOW, hold("c", -1)).await;
    assert!(matches!(negative, Err(CommitError::Store(StoreError::Malformed(_)))));
}

async fn a_refused_hold_takes_the_commit_with_it(store: Store) {
    let commit = Commit::new(NOW).insert(&Job::new("a")).hold(hold("a", 50)).hold(hold("b", 51));
    assert!(store.commit(commit).await.is_err());
    assert_eq!(store.get::<Job>("a").await.unwrap(), None);
    assert_eq!(held(&store, 1_000).await, 0);
}

async fn racing_holds_never_pass_the_ceiling(store: Store) {
    let racing = (0..64).map(|n| {
        let store = store.clone();
        async move { take(&store, NOW, hold(&n.to_string(), 7)).await }
    });
    let answers = futures::future::join_all(racing).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 14);
    assert_eq!(held(&store, 1_000).await, 98);
}
