//! Keeps the processes of a plane: starts them, says when one ends, starts it again if told to, stops all in order.

use std::fmt;
use std::fs::{self, OpenOptions};
use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::process::{Child, Command};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::parts::Part;

/// What a stop may take before it is forced; a little more than the services' own `shutdown_ms`.
const STOP_WITHIN: Duration = Duration::from_secs(12);
/// A part that lived shorter than this did not recover.
const SETTLED_AFTER: Duration = Duration::from_secs(5);
/// So many starts in a row without settling, and it is given up.
const STARTS_IN_VAIN: u32 = 10;
/// Times the starts in vain: once is an accident and quickly mended.
const PAUSE_BEFORE_START: Duration = Duration::from_millis(300);

/// Something that happened to a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Notice {
    /// It ended by itself.
    Ended {
        /// Which.
        name: &'static str,
        /// How.
        how: String,
        /// Whether it is being started again.
        again: bool,
    },
    /// It runs, under this process id.
    Started {
        /// Which.
        name: &'static str,
        /// Its process id.
        pid: u32,
    },
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ended { name, how, again: true } => write!(f, "{name} ended ({how}); starting it again"),
            Self::Ended { name, how, again: false } => write!(f, "{name} ended ({how})"),
            Self::Started { name, pid } => write!(f, "{name} started (process {pid})"),
        }
    }
}

/// Running parts, in the order in which they started.
#[derive(Debug)]
pub(crate) struct Supervisor {
    kept: Vec<Kept>,
    notices: mpsc::UnboundedReceiver<Notice>,
}

#[derive(Debug)]
struct Kept {
    stop: oneshot::Sender<()>,
    ended: JoinHandle<()>,
}

impl Supervisor {
    /// Starts every part.
    pub(super) fn start(parts: Vec<Part>, restart: bool) -> Self {
        let (tell, notices) = mpsc::unbounded_channel();
        let keep_each = parts.into_iter().map(|part| {
            let (stop, stopped) = oneshot::channel();
            Kept { stop, ended: tokio::spawn(keep(part, restart, stopped, tell.clone())) }
        });
        Self { kept: keep_each.collect(), notices }
    }

    /// What happened next; none once every part has ended for good.
    pub(crate) async fn notice(&mut self) -> Option<Notice> {
        self.notices.recv().await
    }

    /// Stops the parts one after another, the last one first, so that nobody is left calling who is gone.
    pub(crate) async fn stop(self) {
        for Kept { stop, ended } in self.kept.into_iter().rev() {
            // An error means that it has ended already.
            stop.send(()).ok();
            ended.await.ok();
        }
    }
}

async fn keep(part: Part, restart: bool, mut stop: oneshot::Receiver<()>, tell: mpsc::UnboundedSender<Notice>) {
    let mut in_vain = 0;
    loop {
        let started = Instant::now();
        let how = match spawn(&part) {
            Ok(mut child) => {
                tell.send(Notice::Started { name: part.name, pid: child.id().unwrap_or_default() }).ok();
                tokio::select! {
                    status = child.wait() => describe(status),
                    // Also when the supervisor was dropped without a stop.
                    _ = &mut stop => return terminate(child).await,
                }
            }
            Err(error) => format!("{} does not start: {error}", part.program.display()),
        };
        in_vain = if started.elapsed() > SETTLED_AFTER { 1 } else { in_vain + 1 };
        let again = restart && in_vain < STARTS_IN_VAIN;
        tell.send(Notice::Ended { name: part.name, how, again }).ok();
        if !again {
            return;
        }
        tokio::select! {
            () = tokio::time::sleep(PAUSE_BEFORE_START * in_vain) => {}
            _ = &mut stop => return,
        }
    }
}

fn spawn(part: &Part) -> io::Result<Child> {
    for directory in [part.log.parent()].into_iter().flatten() {
        fs::create_dir_all(directory)?;
    }
    let log = OpenOptions::new().create(true).append(true).open(&part.log)?;
    let mut command = Command::new(&part.program);
    command
        .args(&part.arguments)
        .envs(part.environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        // Of its own, so that a terminal's Ctrl-C reaches this command alone, which then stops the parts in order.
        .process_group(0)
        .kill_on_drop(true);
    end_with_parent(&mut command);
    command.spawn()
}

/// Has the kernel end the child when this command is killed, so that no part is left behind on its port.
fn end_with_parent(command: &mut Command) {
    #[expect(unsafe_code, reason = "there is no safe way to ask for a parent-death signal")]
    // SAFETY: between fork and exec the closure makes one system call and touches no memory of the parent's.
    unsafe {
        command.pre_exec(|| match libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGTERM) {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        });
    }
}

async fn terminate(mut child: Child) {
    if let Some(pid) = child.id().and_then(|pid| libc::pid_t::try_from(pid).ok()) {
        #[expect(unsafe_code, reason = "the standard library can only kill")]
        // SAFETY: a plain system call; the child has not been waited for, so its id is still its own.
        unsafe {
            libc::kill(pid, libc::SIGTERM);
        }
    }
    if tokio::time::timeout(STOP_WITHIN, child.wait()).await.is_err() {
        child.kill().await.ok();
    }
}

fn describe(status: io::Result<ExitStatus>) -> String {
    status.map_or_else(|error| error.to_string(), |status| status.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(name: &'static str, script: &str, log: &std::path::Path) -> Part {
        Part {
            name,
            program: "/bin/sh".into(),
            arguments: vec!["-c".into(), script.into()],
            environment: vec![("NAME", name.into())],
            log: log.join(name),
            listen: "127.0.0.1:1".parse().unwrap(),
        }
    }

    #[tokio::test]
    async fn a_part_that_ends_is_named_and_started_again_only_if_told_to() {
        let place = tempfile::tempdir().unwrap();
        for restart in [false, true] {
            let mut running = Supervisor::start(vec![shell("short", "exit 7", place.path())], restart);
            let first = [running.notice().await.unwrap(), running.notice().await.unwrap()];
            assert!(matches!(&first[0], Notice::Started { name: "short", .. }), "{first:?}");
            assert!(matches!(&first[1], Notice::Ended { how, again, .. } if how.contains('7') && *again == restart));
            let next = running.notice().await;
            assert_eq!(next.is_some(), restart, "{next:?}");
            running.stop().await;
        }
    }

    #[tokio::test]
    async fn parts_are_stopped_last_one_first() {
        let place = tempfile::tempdir().unwrap();
        let script = "trap 'echo $NAME >>../order; exit 0' TERM; echo up; while :; do sleep 0.02; done";
        let script = script.replace("..", &place.path().display().to_string());
        let parts = ["first", "second"].map(|name| shell(name, &script, place.path())).to_vec();
        let running = Supervisor::start(parts, false);
        while ["first", "second"].iter().any(|name| fs::read(place.path().join(name)).unwrap_or_default().is_empty()) {
            tokio::task::yield_now().await;
        }
        running.stop().await;
        assert_eq!(fs::read_to_string(place.path().join("order")).unwrap(), "second\nfirst\n");
    }
}
