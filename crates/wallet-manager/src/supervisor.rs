//! Watches over the signing worker: starts it, asks whether it lives, kills it when it does not answer, starts it anew.
//!
//! What must outlive a worker is kept here: the PIN file whose PIN the token refused, so that no number of restarts
//! presents a wrong PIN again, for devices lock after few tries.

mod child;
mod counts;
mod end;
mod first;
mod pause;

use std::time::Duration;

use service::health::Finding;
use service::{BoxError, StartError};
use signing_core::protocol::News;
use signing_core::serve::Ping;
use signing_core::stamp::Stamp;
use signing_core::standing::Standing;
use signing_core::worker::Start;
use signing_core::{Attached, Client, Settings};
use tokio::sync::watch;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::config::Worker as Limits;
pub(crate) use child::kept;
use child::{Child, Nursery};
pub(crate) use counts::Counts;
use end::End;
use first::Life;
use pause::Pause;

/// How often a worker may crash while it opens the token before the PIN counts as refused.
const CRASHES_MAX: u32 = 3;

/// Whoever watches over the worker.
#[derive(Debug)]
pub(crate) struct Supervisor {
    client: Client,
    settings: Settings,
    limits: Limits,
    nursery: Nursery,
    counts: Counts,
    pause: Pause,
    crashes: u32,
    state: watch::Sender<State>,
}

/// What is known of the worker.
#[derive(Debug, Clone, Default)]
struct State {
    pid: Option<u32>,
    restarts: u64,
    /// Why the last one could not begin.
    trouble: Option<String>,
}

/// A worker that serves, or is about to.
#[derive(Debug)]
struct Worker {
    child: Child,
    attached: Attached,
    standing: Option<Standing>,
    started: Instant,
}

impl Supervisor {
    /// Whoever watches over the worker that this client asks. Nothing is started yet.
    pub(crate) fn new(client: Client, settings: Settings, limits: Limits, counts: Counts) -> Result<Self, StartError> {
        let nursery = Nursery::open(&limits.environment).map_err(StartError::other)?;
        let pause = Pause::new(&limits);
        let state = watch::Sender::default();
        Ok(Self { client, settings, limits, nursery, counts, pause, crashes: 0, state })
    }

    /// How the worker is, whenever asked.
    pub(crate) fn finding(&self) -> impl Fn() -> Finding + Send + Sync + 'static {
        let state = self.state.subscribe();
        move || {
            let State { pid, restarts, trouble } = state.borrow().clone();
            match (pid, trouble) {
                (Some(pid), _) => Ok(format!("process {pid} serves, after {restarts} restarts")),
                (None, Some(trouble)) => Err(format!("the signing worker cannot start: {trouble}")),
                (None, None) => Err(format!("the signing worker is being started, after {restarts} restarts")),
            }
        }
    }

    /// Watches over this worker and those after it, until the stop.
    pub(crate) async fn run(mut self, Life(first): Life, stop: CancellationToken) -> Result<(), BoxError> {
        let mut next = Some(first);
        loop {
            if let Some(worker) = next.take() {
                let end = self.watch(worker, &stop).await;
                if end == End::Stopped {
                    return Ok(());
                }
                self.counts.restarted(end.code());
                self.state.send_modify(|state| state.restarts += 1);
            }
            tokio::select! {
                () = tokio::time::sleep(self.pause.next()) => {}
                () = stop.cancelled() => return Ok(()),
            }
            match self.spawn().await {
                Ok(worker) => next = Some(worker),
                Err(error) => error!(%error, "the signing worker cannot be started"),
            }
        }
    }

    async fn spawn(&self) -> std::io::Result<Worker> {
        let start = Start { parent: std::process::id(), settings: self.settings.clone() };
        let (child, stream) = self.nursery.spawn(start).await?;
        let attached = self.client.attach(stream);
        info!(pid = child.pid(), "the signing worker is started");
        Ok(Worker { child, attached, standing: None, started: Instant::now() })
    }

    /// Sees one worker to its end.
    async fn watch(&mut self, mut worker: Worker, stop: &CancellationToken) -> End {
        let end = tokio::select! {
            end = self.live(&mut worker) => end,
            () = stop.cancelled() => End::Stopped,
        };
        self.state.send_modify(|state| state.pid = None);
        self.counts.up(false);
        if matches!(end, End::Left(_) | End::Stopped) {
            // It finishes what is under way, and ends in order.
            self.client.finish();
            let within = Duration::from_millis(self.limits.stop_ms);
            if timeout(within, worker.child.ended()).await.is_err() {
                warn!(pid = worker.child.pid(), "the signing worker does not end in order and is killed");
            }
        }
        worker.child.kill();
        let status = worker.child.ended().await;
        self.client.detach();
        self.blame(&worker, status);
        if worker.started.elapsed() >= self.pause.longest() {
            self.pause.reset();
        }
        if end == End::Stopped {
            info!(pid = worker.child.pid(), %status, "the signing worker has ended");
        } else {
            error!(pid = worker.child.pid(), %status, reason = end.code(), "the signing worker is started anew");
        }
        end
    }

    /// Listens and asks, until something is wrong.
    async fn live(&mut self, worker: &mut Worker) -> End {
        let start = Duration::from_millis(self.limits.start_ms);
        let opened = timeout(start, async {
            while worker.standing.is_none() {
                if let Some(end) = self.hear(worker).await {
                    return Some(end);
                }
            }
            None
        });
        match opened.await {
            Ok(None) => {}
            Ok(Some(end)) => return end,
            Err(_) => return End::Hung,
        }
        self.state.send_modify(|state| {
            state.pid = Some(worker.child.pid());
            state.trouble = None;
        });
        self.counts.up(true);
        if let Some(Standing { leaving: Some(leaving), .. }) = worker.standing {
            return End::Left(leaving);
        }
        let (client, limits) = (self.client.clone(), self.limits.clone());
        tokio::select! {
            () = unanswered(&client, &limits) => End::Hung,
            end = async {
                loop {
                    if let Some(end) = self.hear(worker).await {
                        return end;
                    }
                }
            } => end,
        }
    }

    /// Hears one piece of news; an end, if it is one.
    async fn hear(&mut self, worker: &mut Worker) -> Option<End> {
        match worker.attached.news.recv().await {
            None => Some(End::Died),
            Some(News::Changed) => None,
            Some(News::Failed { cause, .. } | News::Unconfined { cause }) => {
                self.troubled(&cause);
                Some(End::Died)
            }
            Some(News::Standing(standing)) => {
                let leaving = standing.leaving;
                self.note(worker, standing);
                leaving.map(End::Left)
            }
        }
    }

    fn troubled(&self, cause: &str) {
        error!(cause, "the signing worker cannot start");
        self.state.send_modify(|state| state.trouble = Some(cause.to_owned()));
    }

    fn note(&mut self, worker: &mut Worker, standing: Standing) {
        self.settings.refused_pin = standing.refused_pin;
        if standing.serving {
            self.crashes = 0;
        }
        worker.standing = Some(standing);
    }

    /// A module that crashes while it is opened may have been told a wrong PIN each time.
    fn blame(&mut self, worker: &Worker, status: child::Status) {
        let opening = worker.standing.as_ref().is_some_and(|standing| !standing.serving);
        if !opening || !status.is_crash() {
            return;
        }
        self.crashes += 1;
        if self.crashes >= CRASHES_MAX {
            error!(
                "the worker crashed again and again over the token; its PIN is not presented until its file changes"
            );
            self.settings.refused_pin = Some(Stamp::of(&self.settings.profile.pin_file));
        }
    }
}

/// Returns when the worker has not answered in time.
async fn unanswered(client: &Client, limits: &Limits) {
    let (every, within) = (Duration::from_millis(limits.ping_ms), Duration::from_millis(limits.hang_ms));
    loop {
        match timeout(within, client.ask(Ping)).await {
            Ok(Ok(())) => tokio::time::sleep(every).await,
            // A line that broke is heard of as news.
            Ok(Err(_)) => return std::future::pending().await,
            Err(_) => return,
        }
    }
}
