//! The feed over the real routes: waiting, waking, refusals; and a follower of it.

use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use futures::future::BoxFuture;
use http::request::Parts;
use primitives::UnixMs;
use serde::{Deserialize, Serialize};
use store::{Commit, Incarnation, NewEvent, Record, Store};
use tokio_util::sync::CancellationToken;
use utoipa_axum::router::OpenApiRouter;

use super::*;
use crate::auth::{Admission, Authenticator};
use crate::client::{Outcome, PeerClient};
use crate::clock::{SharedClock, TimerClock};
use crate::metrics::Metrics;
use crate::serve::{App, Context, Service, StartError};
use crate::{BoxError, Caller, Problem, testing};

/// A service that has nothing but its feed.
struct Teller;

impl Service for Teller {
    const NAME: &'static str = "teller";
    const VERSION: &'static str = "0.0.0";
    const DEFAULTS: &'static str = "";
    type Config = crate::config::NoSections;
    type State = ();

    fn routes() -> OpenApiRouter<()> {
        OpenApiRouter::new()
    }

    async fn start(context: Context, _: Self::Config) -> Result<App<()>, StartError> {
        Ok(App::new(&context, (), testing::store(&[])))
    }
}

struct Bench {
    store: Store,
    clock: SharedClock,
    draining: CancellationToken,
    client: PeerClient,
    guest: PeerClient,
}

fn bench(store: Store) -> Bench {
    let clock: SharedClock = TimerClock::starting_at(UnixMs(1_800_000_000_000));
    let context = testing::context("teller", clock.clone(), &[("reader", &["read"]), ("guest", &[])]);
    let draining = context.shutdown.draining.clone();
    let router = App::new(&context, (), store.clone()).router::<Teller>();
    let client = testing::client("teller", router.clone(), "reader", clock.clone());
    let guest = testing::client("teller", router, "guest", clock.clone());
    Bench { store, clock, draining, client, guest }
}

fn event(subject: &str, version: u64) -> NewEvent {
    NewEvent { kind: "thing.moved", subject: subject.to_owned(), version, data: serde_json::json!({ "v": version }) }
}

impl Bench {
    async fn tell(&self, subject: &str, version: u64) {
        self.store.commit(Commit::new(self.clock.now()).event(event(subject, version))).await.unwrap();
    }

    async fn page(&self, after: Option<&str>, wait_ms: u64, limit: usize) -> api::EventPage {
        match self.client.call(&api::event::events(after, wait_ms, limit)).await {
            Outcome::Done(page) => page,
            other => panic!("{other:?}"),
        }
    }

    async fn refusal(client: &PeerClient, after: Option<&str>, wait_ms: u64, limit: usize) -> (u16, String) {
        match client.call(&api::event::events(after, wait_ms, limit)).await {
            Outcome::Refused(problem) => (problem.status, problem.code.clone()),
            other => panic!("{other:?}"),
        }
    }
}

fn subjects(page: &api::EventPage) -> Vec<&str> {
    page.events.iter().map(|event| event.subject.as_str()).collect()
}

#[tokio::test(start_paused = true)]
async fn pages_follow_one_another() {
    let bench = bench(testing::store(&[]));
    for subject in ["a", "b", "c"] {
        bench.tell(subject, 1).await;
    }
    let first = bench.page(None, 0, 2).await;
    assert_eq!(subjects(&first), ["a", "b"]);
    assert_eq!(first.events[1].cursor, first.next);
    let second = bench.page(Some(&first.next), 0, 2).await;
    assert_eq!(subjects(&second), ["c"]);
    assert!(bench.page(Some(&second.next), 0, 2).await.events.is_empty());
}

/// Lets everybody in, to what is of subject `ours` alone.
struct OursOnly;

impl Authenticator for OursOnly {
    fn admit<'a>(&'a self, head: &'a mut Parts) -> BoxFuture<'a, Result<Admission, Problem>> {
        head.extensions.insert(Only { member: "of", value: "ours".to_owned() });
        Box::pin(std::future::ready(Ok(Admission { caller: Caller::new("us", &[]), body_sha256: None })))
    }
}

#[tokio::test(start_paused = true)]
async fn who_sees_few_events_is_not_kept_by_the_many_between_them() {
    let store = testing::store(&[]);
    let clock: SharedClock = TimerClock::starting_at(UnixMs(1_800_000_000_000));
    let context = testing::context("teller", clock.clone(), &[]);
    let app = App::new(&context, (), store.clone()).gate("/v1/", Arc::new(OursOnly));
    let client = testing::client("teller", { app }.router::<Teller>(), "reader", clock.clone());
    let tell = async |of: &str, count: u64| {
        let event = |version| NewEvent { data: serde_json::json!({ "of": of }), ..event(of, version) };
        let commit = (0..count).fold(Commit::new(clock.now()), |commit, version| commit.event(event(version)));
        store.commit(commit).await.unwrap();
    };
    let page = async |after: Option<&str>, wait_ms| client.ask(&api::event::events(after, wait_ms, 2)).await.unwrap();
    for (of, count) in [("theirs", 1_200), ("ours", 1), ("theirs", 700), ("ours", 2), ("theirs", 3)] {
        tell(of, count).await;
    }
    let first = page(None, 0).await;
    assert_eq!(subjects(&first), ["ours"]);
    let second = page(Some(&first.next), 0).await;
    assert_eq!(subjects(&second), ["ours", "ours"]);
    assert_eq!(subjects(&page(Some(&first.events[0].cursor), 0).await), ["ours", "ours"]);
    assert_eq!(subjects(&page(Some(&second.next), 0).await), Vec::<&str>::new());
    let (third, ()) = tokio::join!(page(Some(&second.next), 9_000), async {
        tell("theirs", 600).await;
        tell("ours", 1).await;
    });
    assert_eq!(subjects(&third), ["ours"]);

    // So many of others' that a request gives up on the way: empty, and further on than before.
    for _ in 0..65 {
        tell("theirs", 500).await;
    }
    tell("ours", 1).await;
    let empty = page(Some(&third.next), 9_000).await;
    assert_eq!((subjects(&empty), empty.next == third.next), (Vec::new(), false));
    assert_eq!(subjects(&page(Some(&empty.next), 0).await), ["ours"]);
}

#[tokio::test(start_paused = true)]
async fn a_long_poll_wakes_on_a_commit_and_not_before() {
    let bench = bench(testing::store(&[]));
    let start = bench.clock.now();
    let poll = bench.page(None, 30_000, 10);
    let tell = async {
        tokio::time::sleep(Duration::from_millis(1_234)).await;
        bench.tell("late", 1).await;
    };
    let (page, ()) = tokio::join!(poll, tell);
    assert_eq!(subjects(&page), ["late"]);
    assert_eq!(bench.clock.now().ms_since(start), 1_234, "at once, no tick");
}

#[tokio::test(start_paused = true)]
async fn a_long_poll_ends_empty_after_its_wait_or_at_the_stop() {
    let bench = bench(testing::store(&[]));
    let start = bench.clock.now();
    // Within the client's own ten seconds.
    assert!(bench.page(None, 9_000, 10).await.events.is_empty());
    assert_eq!(bench.clock.now().ms_since(start), 9_000);
    let stop = async {
        tokio::time::sleep(Duration::from_millis(10)).await;
        bench.draining.cancel();
    };
    let (page, ()) = tokio::join!(bench.page(None, 9_000, 10), stop);
    assert!(page.events.is_empty());
    assert_eq!(bench.clock.now().ms_since(start), 9_010);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_is_refused() {
    let bench = bench(testing::store(&[]));
    let gone = format!("{}.4", "0".repeat(32));
    let (reader, guest) = (&bench.client, &bench.guest);
    assert_eq!(Bench::refusal(reader, Some(&gone), 0, 10).await, (410, "cursor_gone".to_owned()));
    for (after, wait_ms, limit) in [(Some("x"), 0, 10), (None, 30_001, 10), (None, 0, 0), (None, 0, 501)] {
        assert_eq!(Bench::refusal(reader, after, wait_ms, limit).await, (400, "malformed_query".to_owned()));
    }
    assert_eq!(Bench::refusal(guest, None, 0, 10).await, (403, "missing_scope".to_owned()));
}

/// What the follower keeps of a peer's noun.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Copied {
    id: String,
    versions: Vec<u64>,
}

impl Record for Copied {
    const NOUN: &'static str = "copied";

    fn id(&self) -> String {
        self.id.clone()
    }

    fn stage(&self) -> &'static str {
        "copied"
    }

    fn due_at(&self) -> Option<UnixMs> {
        None
    }
}

#[derive(Clone)]
struct Copier {
    mine: Store,
    /// The versions that cannot be applied at the moment.
    refuses: Arc<Mutex<Vec<u64>>>,
    resyncs: Arc<Mutex<u32>>,
}

impl Apply for Copier {
    async fn apply(&self, event: &api::Event, commit: Commit) -> Result<Commit, BoxError> {
        if self.refuses.lock().unwrap().contains(&event.version) {
            return Err(format!("not now: {}", event.version).into());
        }
        Ok(match self.mine.get::<Copied>(&event.subject).await? {
            None => commit.insert(&Copied { id: event.subject.clone(), versions: vec![event.version] }),
            Some(old) => {
                let mut new = old.record.clone();
                new.versions.push(event.version);
                commit.update(&old, &new)
            }
        })
    }

    async fn resync(&self) -> Result<(), BoxError> {
        *self.resyncs.lock().unwrap() += 1;
        Ok(())
    }
}

fn copier() -> Copier {
    Copier { mine: testing::store(&[Copied::NOUN]), refuses: Arc::default(), resyncs: Arc::default() }
}

/// Follows until `done`, which is asked after each of the follower's commits.
async fn follow_until(bench: &Bench, copier: &Copier, done: impl AsyncFn() -> bool) {
    follow_counted(bench, copier, Metrics::new("x", "0"), done).await;
}

async fn follow_counted(bench: &Bench, copier: &Copier, metrics: Metrics, done: impl AsyncFn() -> bool) {
    let follower =
        Follower::new(copier.mine.clone(), bench.client.clone(), copier.clone(), bench.clock.clone(), metrics);
    let stop = CancellationToken::new();
    let mut changes = copier.mine.changes();
    let task = tokio::spawn(follower.run(stop.clone()));
    while !done().await {
        tokio::time::timeout(Duration::from_mins(2), changes.changed()).await.unwrap().unwrap();
    }
    stop.cancel();
    task.await.unwrap().unwrap();
}

async fn versions(copier: &Copier, id: &str) -> Vec<u64> {
    copier.mine.get::<Copied>(id).await.unwrap().map(|read| read.record.versions).unwrap_or_default()
}

#[tokio::test(start_paused = true)]
async fn a_follower_applies_each_event_once_in_order_over_restarts() {
    let bench = bench(testing::store(&[]));
    let copier = copier();
    // One subject's events come close together, so that they cannot share a commit.
    for version in 1..=5 {
        bench.tell("a", version).await;
        bench.tell(&format!("b{version}"), 1).await;
    }
    follow_until(&bench, &copier, async || versions(&copier, "b5").await == [1]).await;
    bench.tell("a", 6).await;
    follow_until(&bench, &copier, async || versions(&copier, "a").await.len() == 6).await;
    assert_eq!(versions(&copier, "a").await, [1, 2, 3, 4, 5, 6]);
    assert_eq!(versions(&copier, "b3").await, [1]);
}

#[tokio::test(start_paused = true)]
async fn an_event_that_cannot_be_applied_holds_the_feed_until_it_can() {
    let bench = bench(testing::store(&[]));
    let copier = copier();
    copier.refuses.lock().unwrap().push(2);
    for version in 1..=3 {
        bench.tell(&format!("s{version}"), version).await;
    }
    let refuses = copier.refuses.clone();
    let clock = bench.clock.clone();
    let start = clock.now();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(5)).await;
        refuses.lock().unwrap().clear();
    });
    follow_until(&bench, &copier, async || {
        let (first, third) = (versions(&copier, "s1").await, versions(&copier, "s3").await);
        assert!(third.is_empty() || clock.now().ms_since(start) >= 5_000, "the third overtook the second");
        !first.is_empty() && !third.is_empty()
    })
    .await;
    assert!(clock.now().ms_since(start) < 15_000);
    assert_eq!(versions(&copier, "s2").await, [2]);
}

#[tokio::test(start_paused = true)]
async fn a_new_life_of_the_peer_is_read_from_its_beginning_after_a_resync() {
    let copier = copier();
    let first = bench(testing::store(&[]));
    first.tell("a", 1).await;
    follow_until(&first, &copier, async || versions(&copier, "a").await == [1]).await;

    let second = bench(Store::memory(&[], Incarnation(uuid::Uuid::from_u128(2))));
    second.tell("b", 1).await;
    follow_until(&second, &copier, async || versions(&copier, "b").await == [1]).await;
    assert_eq!(*copier.resyncs.lock().unwrap(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_feed_that_cannot_be_followed_was_read_ever_longer_ago() {
    let (bench, copier, metrics) = (bench(testing::store(&[])), copier(), Metrics::new("x", "0"));
    let read_at = || {
        let text = metrics.text();
        let value =
            text.lines().find_map(|line| line.strip_prefix("lucid_feed_read_timestamp_seconds{peer=\"teller\"} "));
        value.map(|value| value.parse::<f64>().unwrap())
    };
    let start = bench.clock.now();
    copier.refuses.lock().unwrap().push(2);
    bench.tell("a", 1).await;
    bench.tell("b", 2).await;
    let refuses = copier.refuses.clone();
    let (looked, clock) = (metrics.clone(), bench.clock.clone());
    let mends = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(90)).await;
        refuses.lock().unwrap().clear();
        (looked.text(), clock.now())
    });
    follow_counted(&bench, &copier, metrics.clone(), async || !versions(&copier, "b").await.is_empty()).await;
    let (text, _) = mends.await.unwrap();
    let began = format!("lucid_feed_read_timestamp_seconds{{peer=\"teller\"}} {}\n", start.0 / 1_000);
    assert!(text.contains(&began), "it was not read for 90 s: {text}");
    // Applied, and then read to its end.
    let stop = bench.clock.now();
    follow_counted(&bench, &copier, metrics.clone(), async || {
        tokio::time::sleep(Duration::from_secs(26)).await;
        true
    })
    .await;
    assert!(read_at().unwrap() > crate::metrics::since_1970(stop), "{}", metrics.text());
    assert!(metrics.text().contains("lucid_feed_lag_seconds{peer=\"teller\"} 0\n"));
}
