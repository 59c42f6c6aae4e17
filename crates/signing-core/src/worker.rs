//! The worker process: confined before it loads the module, serving one stream, ended in order.
//!
//! wallet-manager starts it from its own program, with the stream as standard input and nothing in the environment but
//! what the module needs. It opens no socket, starts no process and dumps no core; it ends with its parent.

mod confine;
mod ending;

use std::ffi::OsString;
use std::io::Write;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream as Stream;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use service::clock::SystemClock;
use service::problem::chain;
use service::serve::StartError;
use service::{BoxError, telemetry};
use tokio::net::UnixStream;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing::info;

pub use confine::{Confined, Unconfined, confine, needs_network};
pub use ending::exit;

use crate::protocol::frame::Frame;
use crate::protocol::{NEWS, News, coding};
use crate::{Core, Settings, serve};

/// The word that makes this binary the worker. For nobody's use but wallet-manager's.
pub const COMMAND: &str = "signing-worker";

/// Checks and verification are the work here: a second thread keeps the answers flowing meanwhile.
const THREADS: usize = 2;

/// The first thing that the worker is told.
#[derive(Debug, Serialize, Deserialize)]
pub struct Start {
    /// The process that started it, without which it must not live.
    pub parent: u32,
    /// Its settings.
    pub settings: Settings,
}

/// This process, if it was started as the worker.
#[derive(Debug)]
pub struct SigningWorker(());

impl SigningWorker {
    /// The command, if the arguments ask for it.
    pub fn asked_for(mut arguments: impl Iterator<Item = OsString>) -> Option<Self> {
        arguments.nth(1).is_some_and(|word| word == COMMAND).then_some(Self(()))
    }

    /// Works until the stream on standard input ends. Must be called before there is a second thread.
    pub fn run(self) -> ExitCode {
        let Err(error) = start() else { return ExitCode::SUCCESS };
        // Nobody is left to be told that standard error is closed.
        let _ = writeln!(std::io::stderr().lock(), "{COMMAND}: {}", chain(&*error));
        ExitCode::FAILURE
    }
}

fn start() -> Result<(), BoxError> {
    let mut stream = Stream::from(std::io::stdin().as_fd().try_clone_to_owned()?);
    stream.peer_addr().map_err(|_| "is started by wallet-manager, with a stream as its standard input")?;
    let Start { parent, settings } = coding::decode(&Frame::read_blocking(&mut stream)?.message)?;
    if let Err(error) = confine(parent, needs_network(&settings.profile)) {
        let error: BoxError = error.into();
        tell(&mut stream, &News::Unconfined { cause: chain(&*error) })?;
        return Err(error);
    }
    let started = telemetry::start(&settings.log).map_err(StartError::from).and_then(|()| work(&stream, &settings));
    started.or_else(|error| fail(&mut stream, error))
}

/// How long the token may take to be told where the audit log ends.
const AUDIT_CLOSES: Duration = Duration::from_secs(3);

fn work(stream: &Stream, settings: &Settings) -> Result<(), StartError> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let runtime = builder.worker_threads(THREADS).enable_all().build().map_err(StartError::other)?;
    crate::audit::hash_binary();
    runtime.block_on(async {
        // A stop asked for at the terminal, or of all processes of a service, is the parent's to organise.
        let ignored = [SignalKind::interrupt(), SignalKind::terminate()].map(signal);
        let core = Core::open(settings, Arc::new(SystemClock)).await?;
        let ours = stream.try_clone().and_then(|stream| {
            stream.set_nonblocking(true)?;
            UnixStream::from_std(stream)
        });
        let ours = ours.map_err(StartError::other)?;
        let stop = CancellationToken::new();
        let tending = tokio::spawn(core.clone().tend(stop.clone()));
        let (audit, until) = (Arc::clone(&core.signing.audit), stop.clone());
        let auditing = tokio::spawn(async move { audit.tend(until).await });
        // The parent tells the end by the end of the stream, when the worker has said that it leaves as well.
        let served = serve(core.clone(), ours).await;
        stop.cancel();
        tending.abort();
        // What the token takes too long to be told it is told when it is opened again.
        let _ = tokio::time::timeout(AUDIT_CLOSES, auditing).await;
        drop(ignored);
        info!(orderly = served.is_ok(), "the signing worker ends");
        ending::end(core).await
    })
}

/// Tells the parent why there is no worker, and makes it this process's own failure too.
fn fail(stream: &mut Stream, error: StartError) -> Result<(), BoxError> {
    let config = matches!(error, StartError::Config(_));
    let error: BoxError = error.into();
    tell(stream, &News::Failed { config, cause: chain(&*error) })?;
    Err(error)
}

fn tell(stream: &mut Stream, news: &News) -> Result<(), BoxError> {
    let message = coding::encode(news);
    // Without a parent there is nobody to be told.
    let _ = stream.write_all(&Frame { id: NEWS, message }.to_bytes()?);
    Ok(())
}
