//! `lucid demo` as a child, and the plane's processes below it.

use std::fs;
use std::io::Read;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;

use crate::root;

/// A demo that runs.
#[derive(Debug)]
pub struct Demo {
    child: Child,
    place: TempDir,
    base_port: u16,
}

/// How it ended.
#[derive(Debug)]
pub struct Ended {
    /// Whether its exit code was 0.
    pub success: bool,
    /// Its document, if standard output was one.
    pub document: Option<Value>,
    /// What it said on standard error, and the ends of all logs.
    pub story: String,
}

/// The built `lucid`; the other programs are beside it.
pub fn lucid() -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT
        .get_or_init(|| {
            // Nothing to do where ./dev has just built them; without it, a test would run yesterday's programs.
            let built = Command::new(env!("CARGO"))
                .args(["build", "--quiet", "--locked", "--workspace", "--bins"])
                .current_dir(root())
                .status();
            assert!(built.is_ok_and(|status| status.success()), "the programs cannot be built");
            let this = std::env::current_exe().expect("a test knows where it is");
            let profile = this.parent().and_then(|deps| deps.parent()).expect("tests are in target/<profile>/deps");
            profile.join("lucid")
        })
        .clone()
}

impl Demo {
    /// Starts `lucid demo --json` on ports that nobody uses.
    pub fn start() -> Self {
        let place = tempfile::tempdir().expect("a temporary directory");
        let base_port = seven_free_ports();
        let child = Command::new(lucid())
            .args(["demo", "--json", "--keep", "--base-port", &base_port.to_string(), "--data"])
            .arg(place.path().join("plane"))
            .stdout(Stdio::piped())
            .stderr(fs::File::create(place.path().join("stderr")).expect("a file in the temporary directory"))
            .spawn()
            .expect("lucid starts");
        Self { child, place, base_port }
    }

    /// The process ids of this part of its plane: one, or none before the start and while it is being started again.
    pub fn pids(&self, name: &str) -> Vec<u32> {
        let pid = self.child.id();
        let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
        let children = children.split_whitespace().filter_map(|child| child.parse().ok());
        children
            .filter(|child: &u32| {
                // The kernel keeps 15 characters of a name.
                let comm = fs::read_to_string(format!("/proc/{child}/comm")).unwrap_or_default();
                !comm.trim().is_empty() && name.starts_with(comm.trim())
            })
            .collect()
    }

    /// Kills a part with SIGKILL; false if it is not running.
    pub fn kill_part(&self, name: &str) -> bool {
        let pids = self.pids(name);
        pids.iter().all(|pid| {
            Command::new("kill").args(["-9", &pid.to_string()]).status().is_ok_and(|status| status.success())
        }) && !pids.is_empty()
    }

    /// What it has said so far.
    pub fn said(&self) -> String {
        fs::read_to_string(self.place.path().join("stderr")).unwrap_or_default()
    }

    /// Whether it has ended.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().is_ok_and(|status| status.is_some())
    }

    /// The port of a service.
    pub fn port(&self, usual: u16) -> u16 {
        self.base_port + (usual - 8090)
    }

    /// Waits for its end.
    pub fn wait(mut self) -> Ended {
        let mut stdout = String::new();
        self.child.stdout.take().expect("it is piped").read_to_string(&mut stdout).expect("its output is text");
        let status = self.child.wait().expect("it is our child");
        let document = serde_json::from_str(&stdout).ok();
        Ended { success: status.success(), document, story: format!("{}\n{stdout}\n{}", self.said(), self.logs()) }
    }

    fn logs(&self) -> String {
        let logs = fs::read_dir(self.place.path().join("plane/logs")).into_iter().flatten().flatten();
        let ends = logs.map(|log| {
            let text = fs::read_to_string(log.path()).unwrap_or_default();
            let lines: Vec<_> = text.lines().collect();
            let end = lines[lines.len().saturating_sub(8)..].join("\n");
            format!("--- {}\n{end}", log.file_name().to_string_lossy())
        });
        ends.collect::<Vec<_>>().join("\n")
    }
}

/// The first of seven free ports in a row.
fn seven_free_ports() -> u16 {
    for _ in 0..100 {
        let first = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let first = first.expect("a free port").port();
        let free = |port| TcpListener::bind(("127.0.0.1", port)).is_ok();
        if first < u16::MAX - 7 && (first..first + 7).all(free) {
            return first;
        }
    }
    panic!("no seven free ports in a row");
}
