//! A machine that counts down, moods that make it misbehave, and a bench to run it on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::super::*;
use crate::clock::TimerClock;
use crate::testing;

pub(super) const START: UnixMs = UnixMs(1_800_000_000_000);

/// Counts down to nothing, one step a turn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Job {
    pub(super) id: String,
    pub(super) left: u32,
    pub(super) due_at: Option<UnixMs>,
    pub(super) stuck: bool,
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

pub(super) fn job(id: &str, left: u32) -> Job {
    Job { id: id.to_owned(), left, due_at: Some(START), stuck: false }
}

/// What a job's next turn is to do instead of its step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Mood {
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
pub(super) struct Steps {
    pub(super) moods: Arc<Mutex<BTreeMap<String, Mood>>>,
    /// The peer's side: which commands have been carried out, by their ids.
    pub(super) commands: Arc<Mutex<BTreeSet<String>>>,
    /// Tells the test when which job is gathered.
    pub(super) gathers: mpsc::UnboundedSender<(String, u64)>,
    /// Lets the test do something during a gather.
    pub(super) pause: Option<Arc<tokio::sync::Semaphore>>,
    pub(super) at_once: Arc<Mutex<(usize, usize)>>,
}

impl Steps {
    pub(super) fn mood(&self, id: &str) -> Option<Mood> {
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

pub(super) fn step(job: &Job) -> Job {
    let left = job.left.saturating_sub(1);
    Job { left, due_at: (left > 0).then_some(START), ..job.clone() }
}

pub(super) struct Bench {
    pub(super) store: Store,
    pub(super) clock: SharedClock,
    pub(super) machine: Steps,
    pub(super) gathers: mpsc::UnboundedReceiver<(String, u64)>,
    pub(super) metrics: Metrics,
    pub(super) options: Options,
}

pub(super) struct Running {
    pub(super) stop: CancellationToken,
    pub(super) task: JoinHandle<Result<(), BoxError>>,
}

impl Bench {
    pub(super) fn new() -> Self {
        let clock: SharedClock = TimerClock::starting_at(START);
        let (sender, gathers) = mpsc::unbounded_channel();
        let machine = Steps {
            moods: Arc::default(),
            commands: Arc::default(),
            gathers: sender,
            pause: None,
            at_once: Arc::default(),
        };
        let store = testing::store(&[Job::NOUN]);
        Self { store, clock, machine, gathers, metrics: Metrics::new("toy", "0"), options: Options::default() }
    }

    pub(super) fn start(&self) -> Running {
        let (store, machine, clock) = (self.store.clone(), self.machine.clone(), self.clock.clone());
        let driver = Driver::new(store, machine, clock, self.metrics.clone(), self.options);
        let stop = CancellationToken::new();
        Running { task: tokio::spawn(driver.run(stop.clone())), stop }
    }

    pub(super) async fn insert(&self, job: &Job) {
        self.store.commit(Commit::new(self.clock.now()).insert(job)).await.unwrap();
    }

    pub(super) async fn get(&self, id: &str) -> Versioned<Job> {
        self.store.get(id).await.unwrap().unwrap()
    }

    pub(super) fn mood(&self, id: &str, mood: Option<Mood>) {
        let mut moods = self.machine.moods.lock().unwrap();
        match mood {
            Some(mood) => moods.insert(id.to_owned(), mood),
            None => moods.remove(id),
        };
    }

    /// Waits until the job is as wanted, asking after each commit.
    pub(super) async fn until(&self, id: &str, wanted: impl Fn(&Job) -> bool) -> Versioned<Job> {
        let mut changes = self.store.changes();
        loop {
            let read = self.get(id).await;
            if wanted(&read.record) {
                return read;
            }
            tokio::time::timeout(Duration::from_mins(10), changes.changed()).await.unwrap().unwrap();
        }
    }

    /// Waits until this many jobs are done.
    pub(super) async fn until_done(&self, wanted: u64) {
        let mut changes = self.store.changes();
        loop {
            let counts = self.store.count_by_stage::<Job>().await.unwrap();
            if counts.iter().any(|(stage, count)| stage == "done" && *count >= wanted) {
                return;
            }
            tokio::time::timeout(Duration::from_mins(10), changes.changed()).await.unwrap().unwrap();
        }
    }

    pub(super) fn elapsed_ms(&self) -> u64 {
        self.clock.now().ms_since(START)
    }

    /// How late the driver says it is.
    pub(super) fn late_ms(&self) -> u64 {
        let text = self.metrics.text();
        let late = text.lines().find_map(|line| line.strip_prefix("lucid_driver_late_seconds{noun=\"job\"} "));
        Duration::try_from_secs_f64(late.unwrap().parse().unwrap()).unwrap().as_millis().try_into().unwrap()
    }

    pub(super) async fn gathered(&mut self) -> (String, u64) {
        tokio::time::timeout(Duration::from_mins(10), self.gathers.recv()).await.unwrap().unwrap()
    }
}

impl Running {
    pub(super) async fn stop(self) {
        self.stop.cancel();
        self.task.await.unwrap().unwrap();
    }
}
