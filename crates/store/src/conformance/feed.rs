//! The outbox, and how far we have read the feeds of others.

use primitives::UnixMs;
use serde_json::json;
use uuid::Uuid;

use super::job::Job;
use super::{LIFE, on_each_back_end};
use crate::{Commit, CommitError, Event, FeedError, NewEvent, Store, StoreError};

on_each_back_end!(
    events_come_in_commit_order,
    the_cursor_of_any_event_goes_on_behind_it,
    an_empty_page_keeps_the_place,
    a_cursor_of_another_life_is_gone,
    the_envelope_is_as_documented,
    a_peers_cursor_is_kept_with_what_was_learned,
    no_event_is_skipped_while_many_write,
    a_closed_store_takes_no_more,
);

const NOW: UnixMs = UnixMs(1_000);

fn event(subject: &str, version: u64) -> NewEvent {
    NewEvent { kind: "job.moved", subject: subject.to_owned(), version, data: json!({"stage": "open"}) }
}

async fn put(store: &Store, id: &str) {
    store.commit(Commit::new(NOW).insert(&Job::new(id)).event(event(id, 1))).await.unwrap();
}

fn subjects(events: &[Event]) -> Vec<&str> {
    events.iter().map(|event| event.subject.as_str()).collect()
}

async fn events_come_in_commit_order(store: Store) {
    store.commit(Commit::new(NOW).event(event("a", 1)).event(event("b", 1))).await.unwrap();
    put(&store, "c").await;
    let first = store.events(None, 2).await.unwrap();
    assert_eq!(subjects(&first.events), ["a", "b"]);
    let second = store.events(Some(&first.next), 2).await.unwrap();
    assert_eq!(subjects(&second.events), ["c"]);
    let none = store.events(Some(&second.next), 2).await.unwrap();
    assert_eq!((none.events, none.next), (Vec::new(), second.next));
}

async fn the_cursor_of_any_event_goes_on_behind_it(store: Store) {
    for id in ["a", "b", "c"] {
        put(&store, id).await;
    }
    let all = store.events(None, 100).await.unwrap().events;
    let rest = store.events(Some(&all[0].cursor), 100).await.unwrap();
    assert_eq!(rest.events, all[1..], "and every reading gives the same");
}

async fn an_empty_page_keeps_the_place(store: Store) {
    let start = store.events(None, 10).await.unwrap();
    assert!(start.events.is_empty());
    put(&store, "a").await;
    let page = store.events(Some(&start.next), 10).await.unwrap();
    assert_eq!(subjects(&page.events), ["a"]);
}

async fn a_cursor_of_another_life_is_gone(store: Store) {
    put(&store, "a").await;
    let other = format!("{}.1", Uuid::from_u128(99).simple());
    assert!(matches!(store.events(Some(&other), 1).await, Err(FeedError::Gone)));
    let ahead = format!("{}.2", LIFE.0.simple());
    assert!(matches!(store.events(Some(&ahead), 1).await, Err(FeedError::Gone)), "a copy put back without a new life");
    assert!(matches!(store.events(Some("nonsense"), 1).await, Err(FeedError::Malformed)));
}

async fn the_envelope_is_as_documented(store: Store) {
    put(&store, "a").await;
    let page = store.events(None, 10).await.unwrap();
    let id = Uuid::new_v5(&LIFE.0, &1_i64.to_be_bytes());
    let expected = json!({
        "cursor": page.next, "id": id, "type": "job.moved", "subject": "a", "version": 1, "at": 1_000,
        "data": {"stage": "open"},
    });
    assert_eq!(serde_json::to_value(&page.events[0]).unwrap(), expected);
}

async fn a_peers_cursor_is_kept_with_what_was_learned(store: Store) {
    assert_eq!(store.cursor("router").await.unwrap(), None);
    store.commit(Commit::new(NOW).insert(&Job::new("a")).cursor("router", "c1")).await.unwrap();
    store.commit(Commit::new(NOW).cursor("router", "c2").cursor("wallet", "w1")).await.unwrap();
    assert_eq!(store.cursor("router").await.unwrap().as_deref(), Some("c2"));
    assert_eq!(store.cursor("wallet").await.unwrap().as_deref(), Some("w1"));
}

async fn no_event_is_skipped_while_many_write(store: Store) {
    const EVENTS: usize = 200;
    let writes = (0..EVENTS).map(|n| {
        let store = store.clone();
        async move { put(&store, &n.to_string()).await }
    });
    let reading = async {
        let mut changes = store.changes();
        let (mut seen, mut cursor) = (Vec::new(), None);
        while seen.len() < EVENTS {
            let page = store.events(cursor.as_deref(), 7).await.unwrap();
            if page.events.is_empty() {
                changes.changed().await.unwrap();
            }
            cursor = Some(page.next);
            seen.extend(page.events);
        }
        seen
    };
    let (seen, _) = futures::join!(reading, futures::future::join_all(writes));
    let all: Vec<Event> = store.events(None, EVENTS).await.unwrap().events;
    assert_eq!(seen, all);
}

async fn a_closed_store_takes_no_more(store: Store) {
    put(&store, "a").await;
    store.close().await;
    store.close().await;
    let late = store.commit(Commit::new(NOW).insert(&Job::new("b"))).await;
    assert!(matches!(late, Err(CommitError::Store(StoreError::Closed))));
}
