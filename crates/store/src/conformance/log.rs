//! The chained log: in commit order whoever commits at once, and only what is committed.

use primitives::{HoldState, LogChanges, LogPosition, RowState, UnixMs};

use super::job::Job;
use super::on_each_back_end;
use crate::{Commit, CommitError, Filter, Hold, LogEntry, LogRecord, NewEvent, Store, StoreError};

const NOW: UnixMs = UnixMs(1_000);

on_each_back_end!(
    commits_at_once_make_one_chain,
    what_is_refused_appends_nothing,
    each_of_many_is_made_or_refused_by_itself,
    every_part_of_a_commit_can_name_its_place,
    a_stamp_needs_a_place_and_an_object,
    pages_go_on_where_they_ended,
    the_log_says_what_its_commit_left_in_rows_and_shares,
    only_the_kinds_that_are_asked_for,
);

/// Every record follows from the one before.
pub(crate) fn assert_chain(records: &[LogRecord]) {
    let mut position = LogPosition::EMPTY;
    for record in records {
        position = position.next(record.at, &record.kind, &record.body, &record.changes);
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
    let log = store.log(0, 10).await.unwrap();
    assert_chain(&log);
    assert_eq!(other.unwrap(), log[2].position);
    assert_eq!(log[1].position, at.next(NOW, "told", &line("b").body, ""));
    assert_eq!(
        log.iter().map(|record| record.body.clone()).collect::<Vec<_>>(),
        ["a", "b", "and"].map(|text| line(text).body)
    );
    let nothing = store.commit_logged(Commit::new(NOW).insert(&Job::new("c"))).await;
    assert!(matches!(nothing, Err(CommitError::Store(StoreError::Malformed(_)))), "{nothing:?}");
    assert!(store.get::<Job>("c").await.unwrap().is_none());
}

async fn each_of_many_is_made_or_refused_by_itself(store: Store) {
    let share = |holder: &str| Hold { scope: "day".into(), holder: holder.into(), amount: 40, ceiling: 100 };
    let made = |id: &str| Commit::new(NOW).insert(&Job::new(id).key(id)).hold(share(id)).log(line(id));
    // The third does not fit in, the fourth is the second again, the fifth has its name.
    let taken = Commit::new(NOW).insert(&Job::new("e").key("b")).log(line("e"));
    let free = Commit::new(NOW).insert(&Job::new("f")).log(line("f"));
    let commits = vec![made("a"), made("b"), made("c"), made("b"), taken, free];
    let outcomes = store.commit_each_logged(commits).await.unwrap();
    let [Ok(first), Ok(second), Err(full), Err(again), Err(named), Ok(last)] = outcomes.as_slice() else {
        panic!("{outcomes:?}")
    };
    assert!(matches!(full, CommitError::Exceeded { held: 80, .. }), "{full:?}");
    assert!(matches!(again, CommitError::Conflict { .. }), "{again:?}");
    assert!(matches!(named, CommitError::KeyTaken { .. }), "{named:?}");
    assert_eq!([first.seq, second.seq, last.seq], [1, 2, 3]);
    let log = store.log(0, 10).await.unwrap();
    assert_chain(&log);
    assert_eq!(log.iter().map(|record| record.position).collect::<Vec<_>>(), [*first, *second, *last]);
    assert_eq!(store.held("day", NOW).await.unwrap(), 80);
    let ids = ["a", "b", "c", "e", "f", "g"].map(str::to_owned);
    let mut stored = store.get_each::<Job>(&ids).await.unwrap();
    stored.sort_by(|a, b| a.record.id.cmp(&b.record.id));
    assert_eq!(stored.iter().map(|job| job.record.id.as_str()).collect::<Vec<_>>(), ["a", "b", "f"]);
    // One without a record of the log is a mistake, and nothing of any is made.
    let mistake = store.commit_each_logged(vec![made("g"), Commit::new(NOW).insert(&Job::new("h"))]).await;
    assert!(matches!(mistake, Err(StoreError::Malformed(_))), "{mistake:?}");
    assert_eq!(store.get::<Job>("g").await.unwrap(), None);
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

async fn the_log_says_what_its_commit_left_in_rows_and_shares(store: Store) {
    let hold = |holder: &str| Hold { scope: "day".into(), holder: holder.into(), amount: 5, ceiling: 10 };
    let first = Commit::new(NOW).insert(&Job::new("a")).insert(&Job::new("b")).hold(hold("x")).hold(hold("y"));
    let first = first.release("day", "y", Some(UnixMs(9_000)));
    store.commit(first.log(line("before")).log(line("a")).stamp::<Job>("place")).await.unwrap();
    let read = store.get::<Job>("a").await.unwrap().unwrap();
    let second = Commit::new(NOW).update(&read, &Job { amount: "2.5".into(), ..Job::new("a") });
    store.commit(second.release("day", "x", None).log(line("b"))).await.unwrap();
    store.commit(Commit::new(NOW).log(line("c"))).await.unwrap();

    let log = store.log(0, 10).await.unwrap();
    let [before, told, later, nothing] = log.as_slice() else { panic!("{log:?}") };
    assert!(before.changes.is_empty() && nothing.changes.is_empty(), "{log:?}");
    let told = LogChanges::parse(&told.changes).unwrap();
    assert_eq!(told.rows.iter().map(|row| (row.id.as_str(), row.version)).collect::<Vec<_>>(), [("a", 1), ("b", 1)]);
    let kept = HoldState::held("day", "y", 5, Some(UnixMs(9_000)));
    assert_eq!(told.holds, [HoldState::held("day", "x", 5, None), kept.clone()]);
    let later = LogChanges::parse(&later.changes).unwrap();
    assert_eq!(later.holds, [HoldState::given_back("day", "x")]);

    // What lies in the tables is what was told last, the stamp taken off again.
    let page = store.row_states("job", "place", 0, 10).await.unwrap();
    assert_eq!((&page.rows[0], &page.rows[1], page.next), (&later.rows[0], &told.rows[1], None));
    assert_eq!(store.row_state("job", "place", "b").await.unwrap().as_ref(), Some(&told.rows[1]));
    assert_eq!(store.row_state("job", "place", "c").await.unwrap(), None);
    let mut each = store.row_state_each("job", "place", &["b", "c", "a"].map(str::to_owned)).await.unwrap();
    each.sort_by(|a, b| a.id.cmp(&b.id));
    assert_eq!(each, page.rows);
    assert_ne!(store.row_state("job", "other", "b").await.unwrap().as_ref(), Some(&told.rows[1]));
    let ids = |rows: &[RowState]| rows.iter().map(|row| row.id.clone()).collect::<Vec<_>>();
    let first = store.row_states("job", "place", 0, 1).await.unwrap();
    let next = store.row_states("job", "place", first.next.unwrap(), 1).await.unwrap();
    assert_eq!((ids(&first.rows), ids(&next.rows)), (vec!["a".to_owned()], vec!["b".to_owned()]));
    assert_eq!(store.hold_states(("", ""), 10).await.unwrap(), [kept]);
    assert!(store.hold_states(("day", "y"), 10).await.unwrap().is_empty());
    assert!(store.unbalanced_scopes().await.unwrap().is_empty());
    assert_eq!(store.list::<Job>(Filter::default()).await.unwrap().items.len(), 2);
}

async fn only_the_kinds_that_are_asked_for(store: Store) {
    for (n, kind) in ["a", "b", "a", "c"].into_iter().enumerate() {
        store.commit(Commit::new(NOW).log(LogEntry { kind, body: n.to_string() })).await.unwrap();
    }
    let of = async |kinds: &[&'static str], after| {
        let records = store.log_of(kinds, after, 10).await.unwrap();
        records.iter().map(|record| record.position.seq).collect::<Vec<_>>()
    };
    assert_eq!(of(&["a", "c"], 0).await, [1, 3, 4]);
    assert_eq!(of(&["a", "c"], 1).await, [3, 4]);
    assert!(of(&[], 0).await.is_empty());
    assert_eq!(store.log_count(&["a", "c"]).await.unwrap(), 3);
    assert_eq!(store.log_count(&[]).await.unwrap(), 0);
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
