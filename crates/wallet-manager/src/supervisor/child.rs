//! The worker as a child process.

use std::ffi::OsString;
use std::fmt;
use std::io::Write;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream as Stream;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{self, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError, mpsc};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, waitid};
use signing_core::protocol::frame::Frame;
use signing_core::protocol::{NEWS, coding};
use signing_core::worker::{COMMAND, Start};
use tokio::net::UnixStream;
use tokio::sync::{oneshot, watch};

/// This program, even if its file has been replaced meanwhile.
const PROGRAM: &str = "/proc/self/exe";

/// The thread that starts workers and waits for them. The kernel ends a worker with the thread that started it, not
/// with the process, so it must be one that lasts.
#[derive(Debug)]
pub(super) struct Nursery {
    orders: mpsc::Sender<Order>,
}

#[derive(Debug)]
struct Order {
    stdin: OwnedFd,
    started: oneshot::Sender<std::io::Result<Child>>,
}

/// A worker's process. Dropping it leaves the process alone.
#[derive(Debug, Clone)]
pub(super) struct Child {
    pid: u32,
    process: Arc<Mutex<process::Child>>,
    status: watch::Receiver<Option<Status>>,
}

/// How it ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct Status(Option<ExitStatus>);

impl Nursery {
    /// Starts the thread. Workers get these variables of our environment and no others.
    pub(super) fn open(environment: &[String]) -> std::io::Result<Self> {
        let environment = kept(environment);
        let (orders, queue) = mpsc::channel::<Order>();
        let run = move || {
            for Order { stdin, started } in queue {
                spawn(stdin, &environment, started);
            }
        };
        std::thread::Builder::new().name("worker-parent".to_owned()).spawn(run)?;
        Ok(Self { orders })
    }

    /// A worker that is told this, and our end of its stream. There is one at a time: the thread waits for it.
    pub(super) async fn spawn(&self, start: Start) -> std::io::Result<(Child, UnixStream)> {
        let ended = || std::io::Error::other("the thread that starts workers has ended");
        let (mut ours, theirs) = Stream::pair()?;
        let (started, child) = oneshot::channel();
        self.orders.send(Order { stdin: theirs.into(), started }).map_err(|_| ended())?;
        let child = child.await.map_err(|_| ended())??;
        // The buffer of a new stream takes it whole, even if nobody reads.
        ours.write_all(&Frame { id: NEWS, message: coding::encode(&start) }.to_bytes()?)?;
        ours.set_nonblocking(true)?;
        Ok((child, UnixStream::from_std(ours)?))
    }
}

/// The variables of these names that we have.
pub(crate) fn kept(names: &[String]) -> Vec<(OsString, OsString)> {
    names.iter().filter_map(|name| Some((name.into(), std::env::var_os(name)?))).collect()
}

/// Starts a worker and waits for its end.
fn spawn(stdin: OwnedFd, environment: &[(OsString, OsString)], started: oneshot::Sender<std::io::Result<Child>>) {
    let mut command = Command::new(PROGRAM);
    command.arg0("wallet-manager").arg(COMMAND).env_clear().envs(environment.iter().map(|(name, value)| (name, value)));
    let spawned = command.stdin(Stdio::from(stdin)).stdout(Stdio::null()).spawn();
    // It holds our copy of the other end of the stream, which must close with the worker's.
    drop(command);
    let process = match spawned {
        Ok(process) => process,
        Err(error) => return drop(started.send(Err(error))),
    };
    let (told, status) = watch::channel(None);
    let pid = process.id();
    let process = Arc::new(Mutex::new(process));
    // Whoever ordered it may have gone; then nobody wants it, and it sees the end of its stream.
    drop(started.send(Ok(Child { pid, process: Arc::clone(&process), status })));
    wait(pid);
    let ended = process.lock().unwrap_or_else(PoisonError::into_inner).wait();
    told.send_replace(Some(Status(ended.ok())));
}

/// Waits for its end and leaves it to be reaped: until then its number is nobody else's, and it can be killed by it.
fn wait(pid: u32) {
    let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) else { return };
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    while let Err(rustix::io::Errno::INTR) = waitid(WaitId::Pid(pid), options) {}
}

impl Child {
    pub(super) const fn pid(&self) -> u32 {
        self.pid
    }

    /// Kills it, unless it has ended.
    pub(super) fn kill(&self) {
        // Nothing is left to be done about one that cannot be killed.
        let _ = self.process.lock().unwrap_or_else(PoisonError::into_inner).kill();
    }

    /// Waits for its end.
    pub(super) async fn ended(&mut self) -> Status {
        let ended = self.status.wait_for(Option::is_some).await;
        ended.ok().and_then(|status| *status).unwrap_or(Status(None))
    }
}

impl Status {
    /// Whether the program itself brought it about: not an order to end, from us or from elsewhere.
    pub(super) fn is_crash(self) -> bool {
        self.0.is_some_and(|status| {
            !status.success() && status.signal().is_none_or(|signal| signal != Signal::KILL.as_raw())
        })
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(status) => status.fmt(f),
            None => f.write_str("unknown"),
        }
    }
}
