//! Copies of a database that is written to, put back.

use primitives::UnixMs;
use tempfile::TempDir;
use uuid::Uuid;

use super::payout;
use crate::conformance::{Job, LIFE};
use crate::{FeedError, Incarnation, Record, Restored, Store, StoreError, begin_restored, snapshot};

const NOUNS: [&str; 1] = [Job::NOUN];
const RESTORED: Restored = Restored { id: Uuid::from_u128(7), backup_at: UnixMs(5), restored_at: UnixMs(9) };

#[tokio::test]
async fn a_copy_of_a_database_in_use_begins_a_new_life_as_of_then() {
    let directory = TempDir::new().unwrap();
    let (path, copy) = (directory.path().join("live.db"), directory.path().join("copy.db"));
    let store = Store::sqlite(&path, &NOUNS, LIFE).await.unwrap();
    assert_eq!(store.restored(), None);
    store.commit(payout("a").cursor("peer", "c1")).await.unwrap();
    let read = store.events(None, 10).await.unwrap().next;
    snapshot(&path, &copy).await.unwrap();
    store.commit(payout("b")).await.unwrap();
    assert!(snapshot(&path, &copy).await.is_err(), "nothing is overwritten");

    let refused = Store::sqlite(&copy, &NOUNS, LIFE).await;
    assert!(matches!(refused, Err(StoreError::Copy)), "as it lies in a backup: {refused:?}");
    let fresh = Incarnation(Uuid::from_u128(3));
    begin_restored(&copy, fresh, &RESTORED).await.unwrap();
    let back = Store::sqlite(&copy, &NOUNS, LIFE).await.unwrap();
    assert_eq!((back.incarnation(), back.restored()), (fresh, Some(&RESTORED)));
    assert!(back.get::<Job>("a").await.unwrap().is_some() && back.get::<Job>("b").await.unwrap().is_none());
    assert_eq!(back.cursor("peer").await.unwrap().as_deref(), Some("c1"));
    assert!(matches!(back.events(Some(&read), 10).await, Err(FeedError::Gone)), "its readers begin anew");
    assert_eq!(store.restored(), None, "the original knows nothing of it");
}

#[tokio::test]
async fn what_is_no_whole_database_of_ours_is_not_put_back() {
    let directory = TempDir::new().unwrap();
    let (path, copy) = (directory.path().join("live.db"), directory.path().join("copy.db"));
    let store = Store::sqlite(&path, &NOUNS, LIFE).await.unwrap();
    snapshot(&path, &copy).await.unwrap();
    let mut bytes = std::fs::read(&copy).unwrap();
    bytes.truncate(bytes.len() / 2);
    std::fs::write(&copy, bytes).unwrap();
    assert!(begin_restored(&copy, LIFE, &RESTORED).await.is_err());
    let empty = directory.path().join("empty.db");
    std::fs::write(&empty, "").unwrap();
    let refused = begin_restored(&empty, LIFE, &RESTORED).await;
    assert!(matches!(refused, Err(StoreError::Damaged(_))), "{refused:?}");
    assert!(snapshot(&directory.path().join("none.db"), &copy).await.is_err());
    drop(store);
}
