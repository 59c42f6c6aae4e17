//! Random histories: both back ends and the reference must agree on every answer and on everything that can be read.

use std::collections::HashSet;

use primitives::UnixMs;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::Subject;
use super::job::{Job, Stage};
use super::reference::{Reference, Step};
use crate::{Commit, Filter, Hold, LogEntry, NewEvent, Store, Versioned};

#[derive(Debug, Clone)]
enum Action {
    Commit(Vec<Step>),
    /// Asked for at once, so that they may share a transaction.
    Together(Vec<Vec<Step>>),
    Claim {
        lease_ms: u64,
        limit: usize,
    },
    Wake {
        id: String,
    },
    Wait {
        ms: u64,
    },
}

fn name(names: &'static [&'static str]) -> impl Strategy<Value = String> {
    select(names).prop_map(str::to_owned)
}

const IDS: &[&str] = &["a", "b", "c", "d"];
const SCOPES: &[&str] = &["day", "hour"];
const HOLDERS: &[&str] = &["x", "y", "z"];

fn time() -> impl Strategy<Value = UnixMs> {
    (900_u64..1_300).prop_map(UnixMs)
}

fn job() -> impl Strategy<Value = Job> {
    let keys = vec(name(&["k1", "k2", "k3", "k4", "k5"]), 0..3);
    let tags = vec(name(&["t1", "t2"]), 0..3);
    let stage = select(&[Stage::Open, Stage::Done][..]);
    let amount = name(&["1", "2.5"]);
    (name(IDS), stage, proptest::option::of(time()), keys, tags, amount)
        .prop_map(|(id, stage, due_at, keys, tags, amount)| Job { id, stage, due_at, keys, tags, amount })
}

fn step() -> impl Strategy<Value = Step> {
    let hold = (name(SCOPES), name(HOLDERS), 0_i64..60, 40_i64..100);
    let release = (name(SCOPES), name(HOLDERS), proptest::option::of(time()));
    prop_oneof![
        4 => job().prop_map(Step::Insert),
        4 => (job(), prop::bool::weighted(0.1)).prop_map(|(job, stale)| Step::Update { job, stale }),
        1 => name(IDS).prop_map(|id| Step::Rest { id }),
        3 => hold.prop_map(|(scope, holder, amount, ceiling)| Step::Hold(Hold { scope, holder, amount, ceiling })),
        2 => release.prop_map(|(scope, holder, until)| Step::Release { scope, holder, until }),
        1 => (name(&["p", "q"]), name(&["1", "2"])).prop_map(|(reader, cursor)| Step::Cursor { reader, cursor }),
        1 => name(IDS).prop_map(|id| Step::Wake { id }),
        2 => name(IDS).prop_map(|subject| Step::Event { subject }),
        2 => name(&["{}", "{\"a\":1}"]).prop_map(|body| Step::Log { body }),
    ]
}

/// Steps without a record named twice, which a commit refuses as a mistake.
fn commit() -> impl Strategy<Value = Vec<Step>> {
    vec(step(), 0..5).prop_map(|mut steps| {
        let mut seen = HashSet::new();
        steps.retain(|step| record_of(step).is_none_or(|id| seen.insert(id.to_owned())));
        steps
    })
}

/// Commits of which none builds on what one before it leaves of a record: they are made before any of them is sent.
fn together() -> impl Strategy<Value = Action> {
    vec(commit(), 2..5).prop_map(|mut commits| {
        let mut changed = HashSet::new();
        for steps in &mut commits {
            steps.retain(|step| {
                matches!(step, Step::Insert(_)) || record_of(step).is_none_or(|id| !changed.contains(id))
            });
            changed.extend(steps.iter().filter_map(record_of).map(str::to_owned));
        }
        Action::Together(commits)
    })
}

fn record_of(step: &Step) -> Option<&str> {
    match step {
        Step::Insert(job) | Step::Update { job, .. } => Some(&job.id),
        Step::Rest { id } => Some(id),
        _ => None,
    }
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        6 => commit().prop_map(Action::Commit),
        4 => together(),
        2 => (1_u64..100, 0_usize..4).prop_map(|(lease_ms, limit)| Action::Claim { lease_ms, limit }),
        1 => name(IDS).prop_map(|id| Action::Wake { id }),
        2 => (0_u64..60).prop_map(|ms| Action::Wait { ms }),
    ]
}

fn build(reference: &Reference, now: UnixMs, steps: &[Step]) -> Commit {
    steps.iter().cloned().fold(Commit::new(now), |commit, step| match step {
        Step::Insert(job) => commit.insert(&job),
        Step::Update { job, stale } => commit.update(&reference.read(&job, stale), &job),
        Step::Rest { id } => commit.rest(&reference.read(&Job::new(&id), false)),
        Step::Hold(hold) => commit.hold(hold),
        Step::Release { scope, holder, until } => commit.release(scope, holder, until),
        Step::Cursor { reader, cursor } => commit.cursor(reader, cursor),
        Step::Wake { id } => commit.wake::<Job>(id),
        Step::Log { body } => commit.log(LogEntry { kind: "told", body }),
        Step::Event { subject } => {
            commit.event(NewEvent { kind: "moved", subject, version: 1, data: serde_json::json!({}) })
        }
    })
}

async fn act(store: &Store, reference: &Reference, now: UnixMs, action: &Action) -> String {
    match action {
        Action::Commit(steps) => {
            let done = store.commit(build(reference, now, steps)).await;
            format!("{:?}", done.map_err(|error| error.to_string()))
        }
        Action::Together(commits) => {
            let commits = commits.iter().map(|steps| store.commit(build(reference, now, steps)));
            let done = futures::future::join_all(commits).await;
            format!("{:?}", done.into_iter().map(|done| done.map_err(|error| error.to_string())).collect::<Vec<_>>())
        }
        Action::Claim { lease_ms, limit } => {
            format!("{:?}", store.claim::<Job>(now, *lease_ms, *limit).await.unwrap().records)
        }
        Action::Wake { id } => format!("{:?}", store.wake::<Job>(id, now).await.unwrap()),
        Action::Wait { .. } => String::new(),
    }
}

fn expect(reference: &mut Reference, now: UnixMs, action: &Action) -> String {
    match action {
        Action::Commit(steps) => {
            format!("{:?}", reference.commit(now, steps).map_err(|error| error.to_string()))
        }
        Action::Together(commits) => {
            let done = commits.iter().map(|steps| reference.commit(now, steps).map_err(|error| error.to_string()));
            format!("{:?}", done.collect::<Vec<_>>())
        }
        Action::Claim { lease_ms, limit } => format!("{:?}", reference.claim(now, now.plus_ms(*lease_ms), *limit)),
        Action::Wake { id } => format!("{:?}", reference.wake(id, now)),
        Action::Wait { .. } => String::new(),
    }
}

async fn list(store: &Store, filter: Filter) -> Vec<Versioned<Job>> {
    let mut filter = Filter { limit: 2, ..filter };
    let mut items = Vec::new();
    loop {
        let page = store.list::<Job>(filter.clone()).await.unwrap();
        items.extend(page.items);
        match page.next {
            Some(next) => filter.after = Some(next),
            None => return items,
        }
    }
}

/// Everything that can be read agrees.
async fn compare(store: &Store, reference: &Reference, now: UnixMs) {
    let newest_first = |keep: &dyn Fn(&Job) -> bool| -> Vec<Versioned<Job>> {
        reference.entries.iter().rev().map(|entry| entry.stored.clone()).filter(|job| keep(&job.record)).collect()
    };
    assert_eq!(list(store, Filter::default()).await, newest_first(&|_| true));
    for stage in [Stage::Open, Stage::Done] {
        let filter = Filter { stage: Some(stage.name().to_owned()), ..Filter::default() };
        assert_eq!(list(store, filter.clone()).await, newest_first(&|job| job.stage == stage));
        let filter = Filter { tag: Some(("shop".to_owned(), "t1".to_owned())), ..filter };
        let expected = newest_first(&|job| job.stage == stage && job.tags.contains(&"t1".to_owned()));
        assert_eq!(list(store, filter).await, expected);
    }
    for id in IDS {
        let expected = reference.entry(id).map(|entry| entry.stored.clone());
        assert_eq!(store.get::<Job>(id).await.unwrap(), expected);
    }
    let next = reference.entries.iter().filter_map(super::reference::Entry::attention).min();
    assert_eq!(store.next_due::<Job>(now).await.unwrap(), next.map(|at| at.max(now)));
    for scope in SCOPES {
        assert_eq!(store.held(scope, now).await.unwrap(), reference.held(scope, now));
        // Also later, when some of what is released has ended.
        let later = now.plus_ms(50);
        assert_eq!(store.held(scope, later).await.unwrap(), reference.held(scope, later));
    }
    for reader in ["p", "q"] {
        assert_eq!(store.cursor(reader).await.unwrap().as_ref(), reference.cursors.get(reader));
    }
    let events = store.events(None, 1_000).await.unwrap().events;
    let events: Vec<_> = events.into_iter().map(|event| (event.subject, event.at)).collect();
    assert_eq!(events, reference.events);
    let records = store.log(0, 1_000).await.unwrap();
    super::assert_chain(&records);
    let records: Vec<_> = records.into_iter().map(|record| (record.body, record.at)).collect();
    assert_eq!(records, reference.log);
}

async fn run(actions: Vec<Action>) {
    let subjects = [Subject::memory(), Subject::sqlite().await];
    let mut reference = Reference::default();
    let mut now = UnixMs(1_000);
    for action in actions {
        if let Action::Wait { ms } = &action {
            now = now.plus_ms(*ms);
        }
        let mut answers = Vec::new();
        for subject in &subjects {
            answers.push(act(&subject.store, &reference, now, &action).await);
        }
        let expected = expect(&mut reference, now, &action);
        assert_eq!(answers, [expected.clone(), expected], "memory and SQLite on {action:?} at {now:?}");
    }
    for subject in &subjects {
        compare(&subject.store, &reference, now).await;
    }
    for subject in subjects {
        subject.store.close().await;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn all_back_ends_do_as_the_reference(actions in vec(action(), 1..40)) {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(run(actions));
    }
}
