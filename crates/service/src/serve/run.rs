//! The life of a process: start, serve, stop.

use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::app::Task;
use super::{App, Context, Service, Shutdown, StartError};
use crate::config::Loaded;

/// Runs a service until SIGTERM or SIGINT, or until one of its tasks ends by itself, which is an error.
pub async fn run<S: Service>(loaded: Loaded<S::Config>, context: Context) -> Result<(), StartError> {
    let mut terminate = signal(SignalKind::terminate()).map_err(StartError::other)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(StartError::other)?;
    for warning in &loaded.warnings {
        tracing::warn!("{warning}");
    }
    let app = S::start(context, loaded.own).await?;
    let address = app.context().base.server.listen;
    let listen = async { TcpListener::bind(address).await };
    let listener = listen.await.map_err(|source| StartError::Listen { address, source })?;
    let asked = async move {
        tokio::select! {
            _ = terminate.recv() => "SIGTERM",
            _ = interrupt.recv() => "SIGINT",
        }
    };
    live::<S>(app, listener, asked).await
}

/// Serves on a listener until `asked` says why to stop; also what tests run.
pub(crate) async fn live<S: Service>(
    mut app: App<S::State>,
    listener: TcpListener,
    asked: impl Future<Output = &'static str>,
) -> Result<(), StartError> {
    let router = app.router::<S>();
    let Context { shutdown, base, service, version, .. } = app.context().clone();
    let store = app.store().cloned();
    let mut tasks = spawn_tasks(std::mem::take(&mut app.tasks), &shutdown);
    let mut server = JoinSet::new();
    let address = listener.local_addr().map_err(StartError::other)?;
    server.spawn(serve(listener, router, shutdown.clone()));
    tracing::info!(service, version, %address, "serving");

    let result = tokio::select! {
        reason = asked => {
            tracing::info!(reason, "stopping");
            Ok(())
        }
        Some(ended) = tasks.join_next() => Err(unexpected(ended)),
        Some(ended) = server.join_next() => {
            let cause = ended.map_or_else(|error| error.to_string(), |result| format!("{result:?}"));
            Err(StartError::Task { name: "server".to_owned(), cause })
        }
    };
    stop(&shutdown, server, tasks, Duration::from_millis(base.server.shutdown_ms)).await;
    if let Some(store) = store {
        store.close().await;
    }
    tracing::info!("stopped");
    result
}

type Ended = (String, Result<(), crate::BoxError>);

fn spawn_tasks(tasks: Vec<(String, Task)>, shutdown: &Shutdown) -> JoinSet<Ended> {
    let mut set = JoinSet::new();
    for (name, task) in tasks {
        let work = task(shutdown.stopping.clone());
        set.spawn(async move { (name, work.await) });
    }
    set
}

async fn serve(listener: TcpListener, router: Router, shutdown: Shutdown) -> std::io::Result<()> {
    axum::serve(listener, router).with_graceful_shutdown(shutdown.draining.cancelled_owned()).await
}

fn unexpected(ended: Result<Ended, tokio::task::JoinError>) -> StartError {
    let (name, cause) = match ended {
        Ok((name, Ok(()))) => (name, "without being told to".to_owned()),
        Ok((name, Err(error))) => (name, crate::problem::chain(&*error)),
        Err(error) => ("a task".to_owned(), error.to_string()),
    };
    tracing::error!(name, cause, "a background task ended; stopping");
    StartError::Task { name, cause }
}

/// Drains the server, then stops the tasks; both before the deadline, or they are dropped.
async fn stop(
    shutdown: &Shutdown,
    mut server: JoinSet<std::io::Result<()>>,
    mut tasks: JoinSet<Ended>,
    within: Duration,
) {
    let deadline = Instant::now() + within;
    shutdown.draining.cancel();
    if tokio::time::timeout_at(deadline, async { while server.join_next().await.is_some() {} }).await.is_err() {
        tracing::warn!("requests were still running at the deadline");
    }
    shutdown.stopping.cancel();
    if tokio::time::timeout_at(deadline, async { while tasks.join_next().await.is_some() {} }).await.is_err() {
        tracing::warn!("background tasks were still running at the deadline");
    }
    server.shutdown().await;
    tasks.shutdown().await;
}
