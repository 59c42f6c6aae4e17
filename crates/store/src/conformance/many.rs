//! Many commits in one transaction, which a back end writes and asks about together.

use primitives::UnixMs;

use super::job::Job;
use super::log::assert_chain;
use super::on_each_back_end;
use crate::{Commit, CommitError, Filter, Hold, LogEntry, NewEvent, Store};

on_each_back_end!(many_at_once_are_as_one_after_the_other);

const NOW: UnixMs = UnixMs(1_000);
const END: UnixMs = UnixMs(5_000);
/// No multiple of how many any statement asks for or writes.
const MANY: u64 = 71;

fn job(n: u64) -> Job {
    Job::new(&format!("j{n}")).key(&format!("k{n}")).tag("all")
}

fn told(commit: Commit, what: &str) -> Commit {
    let event = NewEvent { kind: "told", subject: what.to_owned(), version: 1, data: serde_json::json!({}) };
    commit.event(event).log(LogEntry { kind: "told", body: serde_json::json!({ "what": what }).to_string() })
}

/// A share of two windows, one of which ends.
fn held(commit: Commit, n: u64, amount: i64) -> Commit {
    let hold = |scope: &str| Hold { scope: scope.to_owned(), holder: format!("j{n}"), amount, ceiling: 1_000_000 };
    commit.hold(hold("hour")).release("hour", format!("j{n}"), Some(END)).hold(hold("day"))
}

async fn many_at_once_are_as_one_after_the_other(store: Store) {
    let made = (0..MANY).map(|n| told(held(Commit::new(NOW).insert(&job(n)), n, 10), &format!("made {n}")));
    let outcomes = store.commit_each_logged(made.collect()).await.unwrap();
    let places: Vec<u64> = outcomes.into_iter().map(|outcome| outcome.unwrap().seq).collect();
    assert_eq!(places, (1..=MANY).collect::<Vec<_>>());

    // In turn: the same again, another with its name, and a change with a larger share.
    let next = (0..MANY).map(|n| {
        let commit = match n % 3 {
            0 => Commit::new(NOW).insert(&job(n)),
            1 => Commit::new(NOW).insert(&Job::new(&format!("other{n}")).key(&format!("k{n}"))),
            _ => held(Commit::new(NOW).update(&crate::Versioned::first(job(n)), &job(n).done()), n, 11),
        };
        told(commit, &format!("next {n}"))
    });
    let outcomes = store.commit_each_logged(next.collect()).await.unwrap();
    for (n, outcome) in (0..MANY).zip(&outcomes) {
        let is_so = match n % 3 {
            0 => matches!(outcome, Err(CommitError::Conflict { id, .. }) if *id == format!("j{n}")),
            1 => matches!(outcome, Err(CommitError::KeyTaken { holder_id, .. }) if *holder_id == format!("j{n}")),
            _ => outcome.is_ok(),
        };
        assert!(is_so, "{n}: {outcome:?}");
    }

    let changed = i64::try_from((0..MANY).filter(|n| n % 3 == 2).count()).unwrap();
    let sum = 10 * i64::try_from(MANY).unwrap() + changed;
    assert_eq!(store.held("day", END).await.unwrap(), sum);
    assert_eq!(store.held("hour", NOW).await.unwrap(), sum);
    assert_eq!(store.held("hour", END).await.unwrap(), 0, "each share ends by itself");
    assert!(store.unbalanced_scopes().await.unwrap().is_empty());

    let log = store.log(0, 1_000).await.unwrap();
    assert_chain(&log);
    let expected = (0..MANY).map(|n| format!("made {n}"));
    let expected: Vec<_> = expected.chain((0..MANY).filter(|n| n % 3 == 2).map(|n| format!("next {n}"))).collect();
    let bodies: Vec<_> = expected.iter().map(|what| serde_json::json!({ "what": what }).to_string()).collect();
    assert_eq!(log.iter().map(|record| record.body.clone()).collect::<Vec<_>>(), bodies);
    let events = store.events(None, 1_000).await.unwrap().events;
    assert_eq!(events.iter().map(|event| event.subject.as_str()).collect::<Vec<_>>(), expected);
    let filter = Filter { tag: Some(("shop".to_owned(), "all".to_owned())), limit: 500, ..Filter::default() };
    let listed = store.list::<Job>(filter).await.unwrap().items;
    let ids = (0..MANY).rev().map(|n| format!("j{n}")).collect::<Vec<_>>();
    assert_eq!(listed.iter().map(|job| job.record.id.clone()).collect::<Vec<_>>(), ids);
}
