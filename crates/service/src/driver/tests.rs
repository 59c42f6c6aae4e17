//! A toy machine in a store in memory, under paused time: what the loop promises.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::*;
use crate::clock::{Clock, TimerClock};
use crate::testing;

const START: UnixMs = UnixMs(1_800_000_000_000);

/// Counts down to nothing, one step a turn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Job {
    id: String,
    left: u32,
    due_at: Option<UnixMs>,
    stuck: bool,
}

impl Record for Job {
    const NOUN: &'static str = "job";

    fn id(&self) -> String {
        self.id.clone()
    }

    fn stage(&self) -> &'static str {
        if self.left == 0 { "done" } else { "running" }
    }

    fn due_at(&self) -> Option<UnixMs> {
        self.due_at
    }
}

fn job(id: &str, left: u32) -> Job {
    Job { id: id.to_owned(), left, due_at: Some(START), stuck: false }
}

/// What a job's next turn is to do instead of its step.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Mood {
    /// Fails while it gathers.
    Fails,
    /// Never finishes gathering.
    Hangs,
    /// Panics while it plans.
    Panics,
    /// Plans the record as it was, due as it was.
    Idles,
    /// Plans the record as it was, without a due time.
    Rests,
    /// Takes a share of a sum that is full.
    Greedy,
    /// Greedy, with another plan.
    Humble,
}

#[derive(Clone)]
struct Steps {
    clock: SharedClock,
    moods: Arc<Mutex<BTreeMap<String, Mood>>>,
    /// The peer's side: which commands have been carried out, by their ids.
    commands: Arc<Mutex<BTreeSet<String>>>,
    /// Tells the test when which job is gathered.
    gathers: mpsc::UnboundedSender<(String, u64)>,
    /// Lets the test do something during a gather.
    pause: Option<Arc<tokio::sync::Semaphore>>,
    at_once: Arc<Mutex<(usize, usize)>>,
}

impl Steps {
    fn mood(&self, id: &str) -> Option<Mood> {
        self.moods.lock().unwrap().get(id).copied()
    }
}

impl Machine for Steps {
    type Record = Job;
    type Facts = ();

    async fn gather(&self, read: &Versioned<Job>, now: UnixMs) -> Result<(), BoxError> {
        let id = &read.record.id;
        self.gathers.send((id.clone(), now.ms_since(START))).unwrap();
        self.commands.lock().unwrap().insert(format!("{id}/{}", read.record.left));
        match self.mood(id) {
            Some(Mood::Fails) => return Err("the peer is asleep".into()),
            Some(Mood::Hangs) => std::future::pending().await,
            _ => {}
        }
        if let Some(pause) = &self.pause {
            {
                let mut at_once = self.at_once.lock().unwrap();
                at_once.0 += 1;
                at_once.1 = at_once.1.max(at_once.0);
            }
            pause.acquire().await.unwrap().forget();
            self.at_once.lock().unwrap().0 -= 1;
        }
        Ok(())
    }

    fn plan(&self, read: &Versioned<Job>, (): (), now: UnixMs) -> Plan<Job> {
        let job = &read.record;
        let full = Hold { scope: "pool".into(), holder: job.id.clone(), amount: 2, ceiling: 1 };
        match self.mood(&job.id) {
            Some(Mood::Panics) => panic!("cannot happen"),
            Some(Mood::Idles) => return Plan::to(job.clone(), now),
            Some(Mood::Rests) => return Plan::to(Job { due_at: None, ..job.clone() }, now),
            Some(Mood::Greedy | Mood::Humble) => return Plan::to(step(job), now).hold(full),
            _ => {}
        }
        let data = serde_json::json!({ "left": step(job).left });
        let subject = job.id.clone();
        Plan::to(step(job), now).event(NewEvent { kind: "job.stepped", subject, version: read.next_version(), data })
    }

    fn refused(&self, read: &Versioned<Job>, why: &CommitError, now: UnixMs) -> Option<Plan<Job>> {
        assert!(matches!(why, CommitError::Exceeded { scope, .. } if scope == "pool"));
        let waiting = Job { stuck: true, due_at: None, ..read.record.clone() };
        (self.mood(&read.record.id) == Some(Mood::Humble)).then(|| Plan::to(waiting, now))
    }
}

fn step(job: &Job) -> Job {
    let left = job.left.saturating_sub(1);
    Job { left, due_at: (left > 0).then_some(START), ..job.clone() }
}

struct Bench {
    store: Store,
    clock: SharedClock,
    machine: Steps,
    gathers: mpsc::UnboundedReceiver<(String, u64)>,
    metrics: Metrics,
    options: Options,
}

struct Running {
    stop: CancellationToken,
    task: JoinHandle<Result<(), BoxError>>,
}

impl Bench {
    fn new() -> Self {
        let clock: SharedClock = TimerClock::starting_at(START);
        let (sender, gathers) = mpsc::unbounded_channel();
        let machine = Steps {
            clock: clock.clone(),
            moods: Arc::default(),
            commands: Arc::default(),
            gathers: sender,
            pause: None,
            at_once: Arc::default(),
        };
        let store = testing::store(&[Job::NOUN]);
        Self { store, clock, machine, gathers, metrics: Metrics::new("toy", "0"), options: Options::default() }
    }

    fn start(&self) -> Running {
        let (store, machine, clock) = (self.store.clone(), self.machine.clone(), self.clock.clone());
        let driver = Driver::new(store, machine, clock, self.metrics.clone(), self.options);
        let stop = CancellationToken::new();
        Running { task: tokio::spawn(driver.run(stop.clone())), stop }
    }

    async fn insert(&self, job: &Job) {
        self.store.commit(Commit::new(self.clock.now()).insert(job)).await.unwrap();
    }

    async fn get(&self, id: &str) -> Versioned<Job> {
        self.store.get(id).await.unwrap().unwrap()
    }

    fn mood(&self, id: &str, mood: Option<Mood>) {
        let mut moods = self.machine.moods.lock().unwrap();
        match mood {
            Some(mood) => moods.insert(id.to_owned(), mood),
            None => moods.remove(id),
        };
    }

    /// Waits until the job is as wanted, asking after each commit.
    async fn until(&self, id: &str, wanted: impl Fn(&Job) -> bool) -> Versioned<Job> {
        let mut changes = self.store.changes();
        loop {
            let read = self.get(id).await;
            if wanted(&read.record) {
                return read;
            }
            tokio::time::timeout(Duration::from_secs(600), changes.changed()).await.unwrap().unwrap();
        }
    }

    fn elapsed_ms(&self) -> u64 {
        self.clock.now().ms_since(START)
    }

    async fn gathered(&mut self) -> (String, u64) {
        tokio::time::timeout(Duration::from_secs(600), self.gathers.recv()).await.unwrap().unwrap()
    }
}

impl Running {
    async fn stop(self) {
        self.stop.cancel();
        self.task.await.unwrap().unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn records_move_to_their_end_without_a_tick() {
    let bench = Bench::new();
    bench.insert(&job("early", 3)).await;
    let running = bench.start();
    bench.insert(&job("late", 2)).await;
    let early = bench.until("early", |job| job.left == 0).await;
    bench.until("late", |job| job.left == 0).await;
    assert_eq!(bench.elapsed_ms(), 0);
    assert_eq!(early.version, 4);
    let events = bench.store.events(None, 100).await.unwrap().events;
    let versions: Vec<u64> =
        events.iter().filter(|event| event.subject == "early").map(|event| event.version).collect();
    assert_eq!(versions, [2, 3, 4]);
    assert!(bench.metrics.text().contains("lucid_driver_turns_total{noun=\"job\",result=\"committed\"} 5"));
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_due_time_is_kept_and_a_wake_comes_before_it() {
    let bench = Bench::new();
    bench.insert(&Job { due_at: Some(START.plus_ms(7_500)), ..job("later", 1) }).await;
    bench.insert(&Job { due_at: None, ..job("asleep", 1) }).await;
    let running = bench.start();
    bench.until("later", |job| job.left == 0).await;
    assert_eq!(bench.elapsed_ms(), 7_500);
    assert_eq!(bench.get("asleep").await.version, 1);
    assert!(bench.store.wake::<Job>("asleep", bench.clock.now()).await.unwrap());
    bench.until("asleep", |job| job.left == 0).await;
    assert_eq!(bench.elapsed_ms(), 7_500);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn failures_are_tried_again_ever_more_slowly_within_bounds() {
    let mut bench = Bench::new();
    bench.mood("a", Some(Mood::Fails));
    bench.insert(&job("a", 1)).await;
    let running = bench.start();
    let mut times = Vec::new();
    for _ in 0..9 {
        times.push(bench.gathered().await.1);
    }
    // The lease ends at 60 s and hands the row out once more in between.
    assert_eq!(times[..7], [0, 500, 1_500, 3_500, 7_500, 15_500, 31_500]);
    assert!(times.windows(2).skip(6).all(|pair| pair[1] - pair[0] <= 30_000), "{times:?}");
    bench.mood("a", None);
    bench.until("a", |job| job.left == 0).await;
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_crash_in_the_middle_of_a_turn_repeats_the_same_command() {
    let mut bench = Bench::new();
    bench.mood("a", Some(Mood::Hangs));
    bench.insert(&job("a", 2)).await;
    let running = bench.start();
    assert_eq!(bench.gathered().await, ("a".to_owned(), 0));
    // The command is out, nothing of the turn is stored, and the process dies.
    running.task.abort();
    assert!(running.task.await.unwrap_err().is_cancelled());
    assert_eq!(bench.get("a").await.version, 1);

    bench.mood("a", None);
    let running = bench.start();
    bench.until("a", |job| job.left == 0).await;
    assert_eq!(bench.elapsed_ms(), 60_000, "when the dead process's claim ended");
    let commands: Vec<String> = bench.machine.commands.lock().unwrap().iter().cloned().collect();
    assert_eq!(commands, ["a/1", "a/2"], "one command a step, however often it was sent");
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_turn_that_hangs_is_ended_and_tried_again() {
    let mut bench = Bench::new();
    bench.mood("a", Some(Mood::Hangs));
    bench.insert(&job("a", 1)).await;
    let running = bench.start();
    assert_eq!(bench.gathered().await.1, 0);
    bench.mood("a", None);
    bench.until("a", |job| job.left == 0).await;
    assert_eq!(bench.elapsed_ms(), 30_500);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_change_by_another_during_a_turn_wins() {
    let mut bench = Bench::new();
    let pause = Arc::new(tokio::sync::Semaphore::new(0));
    bench.machine.pause = Some(pause.clone());
    bench.insert(&job("a", 1)).await;
    let running = bench.start();
    bench.gathered().await;
    let read = bench.get("a").await;
    let changed = Job { left: 3, ..read.record.clone() };
    bench.store.commit(Commit::new(bench.clock.now()).update(&read, &changed)).await.unwrap();
    pause.add_permits(100);
    let done = bench.until("a", |job| job.left == 0).await;
    assert_eq!(done.version, 5, "insert, the change, three steps");
    assert!(bench.metrics.text().contains("lucid_driver_turns_total{noun=\"job\",result=\"conflict\"} 1"));
    assert_eq!(bench.machine.at_once.lock().unwrap().1, 1, "never two turns of one record at once");
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_panic_parks_its_record_and_no_other() {
    let mut bench = Bench::new();
    bench.mood("bad", Some(Mood::Panics));
    bench.insert(&job("bad", 1)).await;
    let running = bench.start();
    assert_eq!(bench.gathered().await.0, "bad");
    bench.insert(&job("good", 1)).await;
    bench.until("good", |job| job.left == 0).await;
    tokio::time::sleep(Duration::from_secs(300)).await;
    assert_eq!(bench.gathered().await.0, "good");
    assert!(bench.gathers.try_recv().is_err(), "not tried again by itself, over several leases");
    assert!(bench.metrics.text().contains("lucid_driver_parked{noun=\"job\"} 1"));

    bench.mood("bad", None);
    let read = bench.get("bad").await;
    let mended = Job { stuck: true, due_at: Some(bench.clock.now()), ..read.record.clone() };
    bench.store.commit(Commit::new(bench.clock.now()).update(&read, &mended)).await.unwrap();
    bench.until("bad", |job| job.left == 0).await;
    assert!(bench.metrics.text().contains("lucid_driver_parked{noun=\"job\"} 0"));
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_the_store_refuses_may_be_planned_otherwise() {
    let mut bench = Bench::new();
    bench.mood("humble", Some(Mood::Humble));
    bench.mood("greedy", Some(Mood::Greedy));
    bench.insert(&job("humble", 1)).await;
    let running = bench.start();
    let waiting = bench.until("humble", |job| job.stuck).await;
    assert_eq!((waiting.version, waiting.record.left), (2, 1));
    assert_eq!(bench.gathered().await.0, "humble");
    bench.insert(&job("greedy", 1)).await;
    for at in [0, 500, 1_500] {
        assert_eq!(bench.gathered().await, ("greedy".to_owned(), at));
    }
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_unchanged_record_sleeps_with_its_version_and_must_not_spin() {
    let mut bench = Bench::new();
    bench.mood("rests", Some(Mood::Rests));
    bench.mood("idles", Some(Mood::Idles));
    bench.insert(&Job { due_at: None, ..job("rests", 1) }).await;
    bench.store.wake::<Job>("rests", START).await.unwrap();
    let running = bench.start();
    assert_eq!(bench.gathered().await.0, "rests");
    bench.insert(&job("idles", 1)).await;
    for at in [0, 500, 1_500] {
        assert_eq!(bench.gathered().await, ("idles".to_owned(), at));
    }
    assert_eq!((bench.get("rests").await.version, bench.get("idles").await.version), (1, 1));
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn no_more_turns_at_once_than_allowed_and_a_stop_finishes_them() {
    let mut bench = Bench::new();
    let pause = Arc::new(tokio::sync::Semaphore::new(0));
    bench.machine.pause = Some(pause.clone());
    bench.options.concurrency = 4;
    for n in 0..20 {
        bench.insert(&job(&format!("j{n}"), 1)).await;
    }
    let running = bench.start();
    for _ in 0..4 {
        bench.gathered().await;
    }
    running.stop.cancel();
    pause.add_permits(100);
    running.task.await.unwrap().unwrap();
    assert_eq!(bench.machine.at_once.lock().unwrap().1, 4);
    let mut counts = bench.store.count_by_stage::<Job>().await.unwrap();
    counts.sort();
    assert_eq!(counts, [("done".to_owned(), 4), ("running".to_owned(), 16)]);

    let running = bench.start();
    for n in 0..20 {
        bench.until(&format!("j{n}"), |job| job.left == 0).await;
    }
    assert_eq!(bench.machine.at_once.lock().unwrap().1, 4);
    running.stop().await;
}
