//! From configured places to a process that is confined and serves.

use anyhow::{Context as _, Result, bail};
use confine::{Listeners, Sockets};
use tokio::signal::unix::{SignalKind, signal};
use tracing::info;

use crate::config::Config;
use crate::health;
use crate::listener::Listener;
use crate::metrics::Metrics;
use crate::serve::{Door, serve};

/// Listens, gives up what it needs no more, and forwards until SIGTERM or Ctrl-C.
pub(crate) fn run(config: Config, name: &str) -> Result<()> {
    // One thread: it copies bytes. Those that look names up are its children, and confined as it is.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("no runtime")?;
    runtime.block_on(forward(config, name))
}

async fn forward(config: Config, name: &str) -> Result<()> {
    let mut doors = Vec::new();
    for (place, rule) in config.doors()? {
        let listener = Listener::bind(&place).await.with_context(|| format!("cannot listen at {place}"))?;
        info!(from = %place, to = %rule, "listening");
        doors.push(Door { name: place.to_string(), listener, rule });
    }
    let counters = match &config.metrics {
        Some(place) => Some(Listener::bind(place).await.with_context(|| format!("cannot listen at {place}"))?),
        None => None,
    };
    let alive = health::bind(name).context("cannot answer health checks")?;
    let mut terminate = signal(SignalKind::terminate()).context("cannot wait for signals")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot wait for signals")?;
    let sockets = if config.dials() { Sockets::UnixAndIp } else { Sockets::Unix };
    confine::install(sockets, Listeners::NoMore).context("cannot be confined")?;
    let metrics = Metrics::new();
    info!("serving");
    tokio::select! {
        error = serve(doors, &metrics) => bail!(anyhow::Error::new(error).context("a listener broke")),
        error = metrics.serve(counters) => bail!(anyhow::Error::new(error).context("the counters' listener broke")),
        answered = health::answer(alive) => answered.context("the health check's listener broke"),
        _ = terminate.recv() => Ok(()),
        _ = interrupt.recv() => Ok(()),
    }
}
