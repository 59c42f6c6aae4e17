//! Records: versions, names, labels, lists.

use primitives::UnixMs;
use serde::{Deserialize, Serialize};

use super::job::Job;
use super::on_each_back_end;
use crate::{Commit, CommitError, Filter, NewEvent, Record, Store, StoreError, Versioned};

const NOW: UnixMs = UnixMs(1_000);

on_each_back_end!(
    an_insert_is_read_back,
    a_second_insert_of_an_id_is_a_conflict,
    only_the_version_that_was_read_can_be_replaced,
    a_refused_commit_leaves_nothing,
    a_key_is_one_records_for_ever,
    a_key_moves_within_no_commit,
    pages_go_through_everything_once,
    lists_filter_by_stage_and_tag,
    tags_follow_the_record,
    stages_are_counted,
    mistakes_of_the_program_are_told,
    one_of_many_racing_updates_wins,
    texts_of_all_kinds_survive,
);

async fn put(store: &Store, job: &Job) {
    store.commit(Commit::new(NOW).insert(job)).await.unwrap();
}

async fn an_insert_is_read_back(store: Store) {
    assert_eq!(store.get::<Job>("a").await.unwrap(), None);
    let job = Job::new("a").key("t1").due(5);
    put(&store, &job).await;
    let stored = Some(Versioned::first(job));
    assert_eq!(store.get("a").await.unwrap(), stored);
    assert_eq!(store.find("txid", "t1").await.unwrap(), stored);
    assert_eq!(store.find::<Job>("txid", "t2").await.unwrap(), None);
    assert_eq!(store.find::<Job>("other", "t1").await.unwrap(), None);
}

async fn a_second_insert_of_an_id_is_a_conflict(store: Store) {
    put(&store, &Job::new("a")).await;
    let again = store.commit(Commit::new(NOW).insert(&Job::new("a").done())).await;
    assert!(matches!(again, Err(CommitError::Conflict { noun: "job", id }) if id == "a"));
    assert_eq!(store.get("a").await.unwrap(), Some(Versioned::first(Job::new("a"))));
}

async fn only_the_version_that_was_read_can_be_replaced(store: Store) {
    put(&store, &Job::new("a")).await;
    let first = store.get::<Job>("a").await.unwrap().unwrap();
    store.commit(Commit::new(NOW).update(&first, &first.record.clone().tag("x"))).await.unwrap();
    let late = store.commit(Commit::new(NOW).update(&first, &first.record.clone().done())).await;
    assert!(matches!(late, Err(CommitError::Conflict { .. })));
    let second = store.get::<Job>("a").await.unwrap().unwrap();
    assert_eq!(second, first.next(Job::new("a").tag("x")));
    assert_eq!(second.version, 2);
    let absent = Versioned::first(Job::new("b"));
    let updated = store.commit(Commit::new(NOW).update(&absent, &absent.record)).await;
    assert!(matches!(updated, Err(CommitError::Conflict { id, .. }) if id == "b"));
}

async fn a_refused_commit_leaves_nothing(store: Store) {
    put(&store, &Job::new("a")).await;
    let before = *store.changes().borrow();
    let event = NewEvent { kind: "job.made", subject: "b".to_owned(), version: 1, data: serde_json::Value::Null };
    let commit = Commit::new(NOW).insert(&Job::new("b").key("k").tag("s")).event(event).cursor("peer", "c9");
    let refused = store.commit(commit.insert(&Job::new("a"))).await;
    assert!(matches!(refused, Err(CommitError::Conflict { .. })));
    assert_eq!(store.get::<Job>("b").await.unwrap(), None);
    assert_eq!(store.find::<Job>("txid", "k").await.unwrap(), None);
    assert_eq!(store.cursor("peer").await.unwrap(), None);
    assert!(store.events(None, 10).await.unwrap().events.is_empty());
    assert_eq!(*store.changes().borrow(), before, "and is no news");
}

async fn a_key_is_one_records_for_ever(store: Store) {
    put(&store, &Job::new("a").key("t1")).await;
    let a = store.get::<Job>("a").await.unwrap().unwrap();
    // The record stops listing its name; the name stays its own.
    store.commit(Commit::new(NOW).update(&a, &Job::new("a").key("t2"))).await.unwrap();
    for key in ["t1", "t2"] {
        let taken = store.commit(Commit::new(NOW).insert(&Job::new("b").key(key))).await;
        let Err(CommitError::KeyTaken { noun: "job", key: "txid", value, holder_id }) = taken else {
            panic!("{key} was given away: {taken:?}");
        };
        assert_eq!((value.as_str(), holder_id.as_str()), (key, "a"));
    }
    // And it may list it again.
    let a = store.get::<Job>("a").await.unwrap().unwrap();
    store.commit(Commit::new(NOW).update(&a, &Job::new("a").key("t1").key("t1"))).await.unwrap();
    assert_eq!(store.find::<Job>("txid", "t2").await.unwrap().map(|job| job.version), Some(3));
}

async fn a_key_moves_within_no_commit(store: Store) {
    let both = Commit::new(NOW).insert(&Job::new("a").key("t1")).insert(&Job::new("b").key("t1"));
    let taken = store.commit(both).await;
    assert!(matches!(taken, Err(CommitError::KeyTaken { holder_id, .. }) if holder_id == "a"));
    assert_eq!(store.get::<Job>("a").await.unwrap(), None);
}

async fn ids(store: &Store, filter: Filter) -> Vec<String> {
    store.list::<Job>(filter).await.unwrap().items.into_iter().map(|job| job.record.id).collect()
}

async fn pages_go_through_everything_once(store: Store) {
    for id in ["a", "b", "c", "d", "e"] {
        put(&store, &Job::new(id)).await;
    }
    let mut filter = Filter { limit: 2, ..Filter::default() };
    let mut seen = Vec::new();
    loop {
        let page = store.list::<Job>(filter.clone()).await.unwrap();
        seen.push(page.items.into_iter().map(|job| job.record.id).collect::<Vec<_>>());
        match page.next {
            Some(next) => filter.after = Some(next),
            None => break,
        }
    }
    assert_eq!(seen, [vec!["e", "d"], vec!["c", "b"], vec!["a"]]);
    let exact = store.list::<Job>(Filter { limit: 5, ..Filter::default() }).await.unwrap();
    assert_eq!(exact.next, None, "a full last page is the last");
    assert_eq!(ids(&store, Filter { limit: 0, ..Filter::default() }).await, ["e"]);
    let wrong = store.list::<Job>(Filter { after: Some("x".to_owned()), ..Filter::default() }).await;
    assert!(matches!(wrong, Err(StoreError::ListCursor)));
}

async fn lists_filter_by_stage_and_tag(store: Store) {
    put(&store, &Job::new("a").tag("x")).await;
    put(&store, &Job::new("b").tag("x").tag("y").done()).await;
    put(&store, &Job::new("c").tag("y")).await;
    let tag = |value: &str| Some(("shop".to_owned(), value.to_owned()));
    let by_stage = |stage: &str| Filter { stage: Some(stage.to_owned()), ..Filter::default() };
    assert_eq!(ids(&store, Filter { tag: tag("x"), ..Filter::default() }).await, ["b", "a"]);
    assert_eq!(ids(&store, by_stage("open")).await, ["c", "a"]);
    assert_eq!(ids(&store, Filter { tag: tag("y"), ..by_stage("open") }).await, ["c"]);
    assert_eq!(ids(&store, Filter { tag: tag("z"), ..Filter::default() }).await, [""; 0]);
    let first = Filter { tag: tag("x"), limit: 1, ..Filter::default() };
    let page = store.list::<Job>(first.clone()).await.unwrap();
    assert_eq!(ids(&store, Filter { after: page.next, ..first }).await, ["a"]);
}

async fn tags_follow_the_record(store: Store) {
    put(&store, &Job::new("a").tag("x").tag("x")).await;
    let a = store.get::<Job>("a").await.unwrap().unwrap();
    store.commit(Commit::new(NOW).update(&a, &Job::new("a").tag("y"))).await.unwrap();
    let tagged = |value: &str| Filter { tag: Some(("shop".to_owned(), value.to_owned())), ..Filter::default() };
    assert_eq!(ids(&store, tagged("x")).await, [""; 0]);
    assert_eq!(ids(&store, tagged("y")).await, ["a"]);
}

async fn stages_are_counted(store: Store) {
    assert_eq!(store.count_by_stage::<Job>().await.unwrap(), []);
    for id in ["a", "b", "c"] {
        put(&store, &Job::new(id)).await;
    }
    put(&store, &Job::new("d").done()).await;
    let counts = store.count_by_stage::<Job>().await.unwrap();
    assert_eq!(counts, [("done".to_owned(), 1), ("open".to_owned(), 3)]);
    let oldest = async |stage| store.oldest::<Job>(stage).await.unwrap().map(|first| first.record.id());
    assert_eq!(oldest("open").await.as_deref(), Some("a"));
    let first = store.get::<Job>("a").await.unwrap().unwrap();
    store.commit(Commit::new(NOW).update(&first, &Job::new("a").done())).await.unwrap();
    assert_eq!(oldest("open").await.as_deref(), Some("b"));
    assert_eq!(oldest("done").await.as_deref(), Some("a"), "by its insertion, whenever it came there");
    assert_eq!(oldest("elsewhere").await, None);
}

/// A noun that the stores of these tests were not told of.
#[derive(Clone, Serialize, Deserialize)]
struct Stranger;

impl Record for Stranger {
    const NOUN: &'static str = "stranger";

    fn id(&self) -> String {
        "s".to_owned()
    }

    fn stage(&self) -> &'static str {
        "open"
    }

    fn due_at(&self) -> Option<UnixMs> {
        None
    }
}

async fn mistakes_of_the_program_are_told(store: Store) {
    assert!(matches!(store.get::<Stranger>("s").await, Err(StoreError::Noun(noun)) if noun == "stranger"));
    // Also when the first of it is found after another write of the same commit.
    let unknown = Commit::new(NOW).insert(&Job::new("a")).wake::<Stranger>("s");
    assert!(matches!(store.commit(unknown).await, Err(CommitError::Store(StoreError::Noun(_)))));
    let twice = Commit::new(NOW).insert(&Job::new("a")).insert(&Job::new("a"));
    assert!(matches!(store.commit(twice).await, Err(CommitError::Store(StoreError::Malformed(_)))));
    let renamed = Commit::new(NOW).update(&Versioned::first(Job::new("a")), &Job::new("b"));
    assert!(matches!(store.commit(renamed).await, Err(CommitError::Store(StoreError::Malformed(_)))));
    assert_eq!(store.get::<Job>("a").await.unwrap(), None);
    store.probe().await.unwrap();
}

async fn one_of_many_racing_updates_wins(store: Store) {
    put(&store, &Job::new("a")).await;
    let read = store.get::<Job>("a").await.unwrap().unwrap();
    let update = |n: usize| {
        let commit = Commit::new(NOW).update(&read, &Job::new("a").tag(&n.to_string()));
        let store = store.clone();
        async move { store.commit(commit).await }
    };
    let answers = futures::future::join_all((0..50).map(update)).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    let lost = answers.iter().filter(|answer| matches!(answer, Err(CommitError::Conflict { .. }))).count();
    assert_eq!(lost, 49);
    assert_eq!(store.get::<Job>("a").await.unwrap().map(|job| job.version), Some(2));
}

async fn texts_of_all_kinds_survive(store: Store) {
    for (n, text) in ["", "'; DROP TABLE noun_job; --", "quote\" \\ \n", "ключ 鍵 🔑", "%_"].iter().enumerate() {
        let job = Job { amount: (*text).to_owned(), ..Job::new(&format!("{n}{text}")).key(text).tag(text) };
        put(&store, &job).await;
        assert_eq!(store.find("txid", text).await.unwrap(), Some(Versioned::first(job.clone())));
        let tagged = Filter { tag: Some(("shop".to_owned(), (*text).to_owned())), ..Filter::default() };
        assert_eq!(ids(&store, tagged).await, [job.id]);
    }
}
