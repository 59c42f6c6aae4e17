//! The chained log: in commit order whoever commits at once, and only what is committed.

use primitives::{LogPosition, UnixMs};

use super::job::Job;
use super::on_each_back_end;
use crate::{Commit, CommitError, LogEntry, LogRecord, NewEvent, Store, StoreError};

const NOW: UnixMs = UnixMs(1_000);

on_each_back_end!(
    commits_at_once_make_one_chain,
    what_is_refused_appends_nothing,
    every_part_of_a_commit_can_name_its_place,
    a_stamp_needs_a_place_and_an_object,
    pages_go_on_where_they_ended,
);

/// Every record follows from the one before.
pub(crate) fn assert_chain(records: &[LogRecord]) {
    let mut position = LogPosition::EMPTY;
    for record in records {
        position = position.next(record.at, &record.kind, &record.body);
        assert_eq!(record.position, position);
    }
}

fn line(text: &str) -> LogEntry {
    LogEntry { kind: "told", body: serde_json::json!({ "text": text }).to_string() }
}

async fn commits_at_once_make_one_chain(store: Store) {
    let commits = (0..200).map(|n| {
        let store = store.clone();
        async move {
            let commit = Commit::new(UnixMs(1_000 + n)).insert(&Job::new(&n.to_string())).log(line(&n.to_string()));
            (n, store.commit_logged(commit).await.unwrap())
        }
    });
    let answers = futures::future::join_all(commits).await;
    let log = store.log(0, 1_000).await.unwrap();
    assert_eq!(log.len(), 200);
    assert_chain(&log);
    for (n, position) in answers {
        let record = &log[usize::try_from(position.seq).unwrap() - 1];
        assert_eq!((record.position, &record.body), (position, &line(&n.to_string()).body));
        assert_eq!((record.at, record.kind.as_str()), (UnixMs(1_000 + n), "told"));
    }
    assert_eq!(store.log_position().await.unwrap(), log.last().unwrap().position);
}

async fn what_is_refused_appends_nothing(store: Store) {
    assert_eq!(store.log_position().await.unwrap(), LogPosition::EMPTY);
    let first = Commit::new(NOW).insert(&Job::new("a")).log(line("a"));
    let at = store.commit_logged(first.clone()).await.unwrap();
    let (again, other) = futures::join!(
        store.commit_logged(first),
        store.commit_logged(Commit::new(NOW).insert(&Job::new("b")).log(line("b")).log(line("and")))
    );
    assert!(matches!(again, Err(CommitError::Conflict { .. })), "{again:?}");
    let expected = at.next(NOW, "told", &line("b").body).next(NOW, "told", &line("and").body);
    assert_eq!(other.unwrap(), expected);
    let log = store.log(0, 10).await.unwrap();
    assert_eq!(
        log.iter().map(|record| record.body.clone()).collect::<Vec<_>>(),
        ["a", "b", "and"].map(|text| line(text).body)
    );
    let nothing = store.commit_logged(Commit::new(NOW).insert(&Job::new("c"))).await;
    assert!(matches!(nothing, Err(CommitError::Store(StoreError::Malformed(_)))), "{nothing:?}");
    assert!(store.get::<Job>("c").await.unwrap().is_none());
}

async fn every_part_of_a_commit_can_name_its_place(store: Store) {
    let event = |data| NewEvent { kind: "job.made", subject: "a".to_owned(), version: 1, data };
    let commit = Commit::new(NOW).log(line("a")).log(line("b")).stamp::<Job>("audit");
    let commit = commit.event(event(serde_json::json!({}))).event(event(serde_json::json!({ "n": 1 })));
    let position = store.commit_logged(commit).await.unwrap();
    assert_eq!(position.seq, 2);
    let told = store.events(None, 10).await.unwrap().events;
    assert_eq!(told[0].data, serde_json::json!({ "audit": position }));
    assert_eq!(told[1].data, serde_json::json!({ "n": 1, "audit": position }));

    // A record that has the member by itself cannot be read again; this one ignores what it does not know.
    let commit = Commit::new(NOW).insert(&Job::new("a")).log(line("c")).stamp::<Job>("place");
    store.commit_logged(commit).await.unwrap();
    assert_eq!(store.get::<Job>("a").await.unwrap().unwrap().record, Job::new("a"));
}

async fn a_stamp_needs_a_place_and_an_object(store: Store) {
    let event = NewEvent { kind: "x", subject: "a".to_owned(), version: 1, data: serde_json::json!([1]) };
    let listed = Commit::new(NOW).log(line("a")).event(event).stamp::<Job>("audit");
    for commit in [listed, Commit::new(NOW).insert(&Job::new("a")).stamp::<Job>("audit")] {
        let refused = store.commit(commit).await;
        assert!(matches!(refused, Err(CommitError::Store(StoreError::Malformed(_)))), "{refused:?}");
    }
    assert_eq!(store.log_position().await.unwrap(), LogPosition::EMPTY);
}

async fn pages_go_on_where_they_ended(store: Store) {
    for n in 0..5 {
        store.commit(Commit::new(NOW).log(line(&n.to_string()))).await.unwrap();
    }
    let all = store.log(0, 1_000).await.unwrap();
    let mut paged = store.log(0, 2).await.unwrap();
    paged.extend(store.log(2, 2).await.unwrap());
    paged.extend(store.log(4, 2).await.unwrap());
    assert_eq!(paged, all);
    assert!(store.log(5, 2).await.unwrap().is_empty());
    assert!(store.log(u64::MAX, 2).await.unwrap().is_empty());
}
