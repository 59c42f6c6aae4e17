//! A plane that `lucid` runs, and the processes below it.

use std::fs;
use std::io::Read;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::root;

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(90);
const PULSE: Duration = Duration::from_millis(50);
/// What `lucid up` runs on the devnet.
const PARTS: [&str; 7] =
    ["devnet", "tron-client", "payout-router", "wallet-manager", "usdt-manager", "trx-staking", "payment-gateway"];

/// A running `lucid demo` or `lucid up`. Its processes end with it.
#[derive(Debug)]
pub struct Plane {
    child: Child,
    place: TempDir,
    base_port: u16,
}

/// How a demo ended.
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

impl Plane {
    /// Starts `lucid demo --json` on ports that nobody uses.
    pub fn demo() -> Self {
        Self::start(&["demo", "--json", "--keep"], |_, _| ())
    }

    /// Starts `lucid up` on a new plane on the devnet, after `spoil` has done something to the plane's directory.
    pub fn up(spoil: impl FnOnce(&Path)) -> Self {
        Self::start(&["up"], |directory, base_port| {
            let made = Command::new(lucid())
                .args(["init", "--block-ms", "200", "--base-port", base_port, "--data"])
                .arg(directory)
                .output()
                .expect("lucid starts");
            assert!(made.status.success(), "{made:?}");
            spoil(directory);
        })
    }

    /// Kills `lucid up` with SIGKILL, which takes all parts with it, and starts it on the same directory.
    pub fn kill_and_start_again(&mut self) {
        self.stop();
        self.start_again();
    }

    /// Loses the machine: everything is killed, and its directory is gone; the chain alone goes on. What comes back is
    /// where the directory now is, for whoever wants to compare.
    pub fn lose_machine(&mut self) -> PathBuf {
        self.stop();
        let lost = self.place.path().join("lost");
        fs::rename(self.directory(), &lost).expect("it can be moved");
        lost
    }

    /// Starts `lucid up` on a directory that was put back, on the chain that the lost one stood on.
    pub fn go_on_after(&mut self, lost: &Path) {
        let chain = self.directory().join("devnet");
        fs::remove_dir(&chain).expect("a restored plane has no chain of its own");
        fs::rename(lost.join("devnet"), chain).expect("it can be moved");
        self.start_again();
    }

    fn stop(&mut self) {
        let parts: Vec<_> = PARTS.iter().flat_map(|name| self.pids(name)).collect();
        self.child.kill().expect("it runs");
        self.child.wait().expect("it is our child");
        // The kernel ends them with their parent, but not in the same instant; until then they hold ports and locks.
        let deadline = Instant::now() + PATIENCE;
        while parts.iter().any(|part| Path::new(&format!("/proc/{part}")).exists()) {
            assert!(Instant::now() < deadline, "parts outlive their parent: {parts:?}");
            thread::sleep(PULSE);
        }
    }

    fn start_again(&mut self) {
        let stderr = fs::File::options().append(true).open(self.place.path().join("stderr"));
        self.child = Command::new(lucid())
            .args(["up", "--data"])
            .arg(self.place.path().join("plane"))
            .stdout(Stdio::piped())
            .stderr(stderr.expect("a file in the temporary directory"))
            .spawn()
            .expect("lucid starts");
    }

    fn start(arguments: &[&str], prepare: impl FnOnce(&Path, &str)) -> Self {
        let place = tempfile::tempdir().expect("a temporary directory");
        let base_port = seven_free_ports();
        let directory = place.path().join("plane");
        prepare(&directory, &base_port.to_string());
        let mut command = Command::new(lucid());
        command.args(arguments);
        if arguments[0] == "demo" {
            command.args(["--base-port", &base_port.to_string()]);
        }
        let child = command
            .arg("--data")
            .arg(directory)
            .stdout(Stdio::piped())
            .stderr(fs::File::create(place.path().join("stderr")).expect("a file in the temporary directory"))
            .spawn()
            .expect("lucid starts");
        Self { child, place, base_port }
    }

    /// The plane's directory.
    pub fn directory(&self) -> PathBuf {
        self.place.path().join("plane")
    }

    /// Runs `lucid` with these arguments on this plane.
    pub fn run(&self, arguments: &[&str]) -> Output {
        let directory = self.place.path().join("plane");
        Command::new(lucid()).args(arguments).arg("--data").arg(directory).output().expect("lucid starts")
    }

    /// Waits until `lucid status --json` is as wanted, and gives it; by the services' names.
    pub fn until(&self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let status: Value = serde_json::from_slice(&self.run(&["status", "--json"]).stdout).unwrap_or_default();
            let by_name = status.as_array().into_iter().flatten();
            let by_name = by_name.map(|one| (one["name"].as_str().unwrap_or_default().to_owned(), one.clone()));
            let status = Value::Object(by_name.collect());
            if wanted(&status) {
                return status;
            }
            assert!(Instant::now() < deadline, "never {what}: {status:#}\n{}\n{}", self.said(), self.logs());
            thread::sleep(PULSE);
        }
    }

    /// Waits until all six services are ready.
    pub fn until_ready(&self) {
        self.until("all ready", |status| {
            let parts = status.as_object().into_iter().flat_map(|parts| parts.values());
            parts.filter(|part| part["status"] == "ready").count() == PARTS.len() - 1
        });
    }

    /// Makes a wallet of this name, which is its class's; its address.
    pub fn wallet(&self, name: &str) -> String {
        let made = self.run(&["wallet", "create", name, "--class", name, "--json"]);
        let view: Value = serde_json::from_slice(&made.stdout).unwrap_or_else(|_| panic!("no wallet: {made:?}"));
        view["address"].as_str().expect("a wallet has an address").to_owned()
    }

    /// The process of `lucid` itself.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The process ids of this part of the plane: one, or none before the start and while it is being started again.
    pub fn pids(&self, name: &str) -> Vec<u32> {
        let pid = self.child.id();
        let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
        let children = children.split_whitespace().filter_map(|child| child.parse().ok());
        children
            .filter(|child: &u32| {
                // The kernel keeps 15 characters of a name, which is enough for all of ours.
                let comm = fs::read_to_string(format!("/proc/{child}/comm")).unwrap_or_default();
                comm.trim() == name
            })
            .collect()
    }

    /// Kills a part with SIGKILL; false if it is not running.
    pub fn kill_part(&self, name: &str) -> bool {
        let pids = self.pids(name);
        let kill = |pid: &u32| Command::new("kill").args(["-9", &pid.to_string()]).status();
        !pids.is_empty() && pids.iter().all(|pid| kill(pid).is_ok_and(|status| status.success()))
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
    pub const fn port(&self, usual: u16) -> u16 {
        self.base_port + (usual - 8090)
    }

    /// Waits for its end.
    pub fn wait(mut self) -> Ended {
        let mut stdout = String::new();
        let pipe = self.child.stdout.as_mut().expect("it is piped");
        pipe.read_to_string(&mut stdout).expect("its output is text");
        let status = self.child.wait().expect("it is our child");
        let document = serde_json::from_str(&stdout).ok();
        Ended { success: status.success(), document, story: format!("{}\n{stdout}\n{}", self.said(), self.logs()) }
    }

    /// The ends of all logs.
    pub fn logs(&self) -> String {
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

impl Drop for Plane {
    fn drop(&mut self) {
        // The kernel ends the parts with their parent. An error means that it has ended.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// The first of seven free ports in a row: none of those that the kernel gives to connections, which could take one
/// between this look and the start of the service that needs it.
fn seven_free_ports() -> u16 {
    const LOWEST: u16 = 10_000;
    let range = fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").expect("the range of given ports");
    let given: u16 = range.split_whitespace().next().and_then(|low| low.parse().ok()).expect("its lower end");
    let own = given.checked_sub(LOWEST + 7).filter(|own| *own > 0).expect("ports below the range of given ones");
    for _ in 0..100 {
        // What the kernel gives differs from test to test.
        let drawn = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let first = LOWEST + drawn.expect("a free port").port() % own;
        let free = |port| TcpListener::bind(("127.0.0.1", port)).is_ok();
        if (first..first + 7).all(free) {
            return first;
        }
    }
    panic!("no seven free ports in a row");
}
