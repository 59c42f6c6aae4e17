//! A directory with a token and a configuration, the service as it runs in it, and payments for it to sign.

mod decision;
mod payment;

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use api::Call;
use api::wallet_manager::WalletView;
use primitives::statement::SignKey;
use primitives::{Address, ChainId, LogPosition};
use serde::de::DeserializeOwned;
use service::client::Transport;
use service::clock::{Clock, SystemClock};
use service::{Outcome, PeerClient};

pub(crate) use decision::{hot_request, retirement, wallet_request};
pub(crate) use payment::{payment, payment_at};

pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_wallet-manager");
pub(crate) const PLANE: &str = "pl_6ba7b810-9dad-11d1-80b4-00c04fd430c8";
pub(crate) const CHAIN: ChainId = ChainId(0x7e57_0001);

/// The people of whom two decide, with the numbers of their keys.
const OPERATORS: [(&str, u8); 2] = [("alice", 21), ("bob", 22)];

pub(crate) fn key(number: u8) -> SignKey {
    SignKey::from_seed(&[number; 32])
}

/// A plane of one service, in a directory.
pub(crate) struct Place {
    directory: tempfile::TempDir,
    /// Lines for its sections of the configuration.
    pub(crate) token: String,
    pub(crate) worker: String,
    /// Whole sections more.
    pub(crate) sections: String,
    /// The directory of its database.
    pub(crate) data: &'static str,
    /// How often the token proves itself.
    pub(crate) canary_ms: u64,
    /// The program, and what runs it.
    pub(crate) program: Vec<String>,
    /// Variables for the service alone.
    pub(crate) environment: Vec<(&'static str, PathBuf)>,
}

/// A running process; killed, not asked, when it goes.
pub(crate) struct Process {
    pub(crate) child: Child,
    pub(crate) client: PeerClient,
    pub(crate) address: String,
    log: Arc<Mutex<String>>,
}

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// Waits until there is one, looking again and again.
pub(crate) fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let since = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(since.elapsed() < PATIENCE, "in vain: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // One that has ended already is not to be killed.
        let _ = self.child.kill();
        self.child.wait().unwrap();
    }
}

impl Place {
    /// With a token's directory, and a worker that is asked often and started anew at once.
    pub(crate) fn new() -> Self {
        let place = Self {
            directory: tempfile::tempdir().unwrap(),
            token: String::new(),
            worker: "ping_ms = 50\nbackoff_ms = 5\nlongest_backoff_ms = 20".to_owned(),
            sections: String::new(),
            data: "data",
            canary_ms: 200,
            program: vec![BINARY.to_owned()],
            environment: Vec::new(),
        };
        let tokens = place.path("token");
        let softhsm = format!("directories.tokendir = {}\nlog.level = ERROR\n", tokens.display());
        fs::write(place.path("softhsm2.conf"), softhsm).unwrap();
        let mut seed = "6b".repeat(31);
        seed.push_str("11");
        let mut options = fs::OpenOptions::new();
        let authority = options.write(true).create_new(true).mode(0o400).open(place.path("authority.key"));
        std::io::Write::write_all(&mut authority.unwrap(), seed.as_bytes()).unwrap();
        place
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Writes the configuration; gives its path.
    pub(crate) fn write_config(&self) -> PathBuf {
        let path = self.path("config.toml");
        fs::write(&path, self.config()).unwrap();
        path
    }

    fn config(&self) -> String {
        let shown = |name: &str| self.path(name).display().to_string();
        let mut config = format!(
            r#"
[plane]
id = "{PLANE}"
network = "devnet"
chain_id = {}
usdt_contract = "{}"
[server]
listen = "127.0.0.1:0"
data_dir = "{}"
[keys]
authority_key_file = "{}"
[token]
pin_file = "{}"
token_dir = "{}"
canary_ms = {}
{}
[worker]
{}
[operators]
{}
[peers.tester]
call_key = "{}"
scopes = ["wallets:write", "wallets:read", "signatures:write", "register:read", "read"]
"#,
            CHAIN.0,
            Address::from_evm([7; 20]),
            shown(self.data),
            shown("authority.key"),
            shown("pin"),
            shown("token"),
            self.canary_ms,
            self.token,
            self.worker,
            OPERATORS.map(|(name, number)| format!("{name} = \"{}\"", key(number).verify_key())).join("\n"),
            key(9).verify_key(),
        );
        for (number, peer) in ["payout-router", "usdt-manager", "trx-staking", "tron-client"].into_iter().enumerate() {
            let authority = key(u8::try_from(number).unwrap() + 1).verify_key();
            write!(config, "[peers.{peer}]\nauthority_key = \"{authority}\"\n").unwrap();
        }
        config.push_str(&self.sections);
        config
    }

    pub(crate) fn command(&self, arguments: &[&Path]) -> Command {
        let mut command = Command::new(&self.program[0]);
        command.args(&self.program[1..]).args(arguments).env("SOFTHSM2_CONF", self.path("softhsm2.conf"));
        command
    }

    pub(crate) fn init_token(&self) -> std::process::Output {
        let (pin, tokens) = (self.path("pin"), self.path("token"));
        let arguments = ["--pin-file".as_ref(), pin.as_path(), "--token-dir".as_ref(), tokens.as_path()];
        let words = ["token", "--json", "init", "--draw-pins"];
        self.command(&words.map(Path::new)).args(arguments).output().unwrap()
    }

    /// The command that starts the service.
    pub(crate) fn serve_command(&self) -> Command {
        let config = self.write_config();
        let mut command = self.command(&["--config".as_ref(), config.as_path(), "serve".as_ref()]);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// What `audit verify` says of the stopped service's log, with these heads; whether that is well must be as said.
    pub(crate) fn verify_audit(&self, heads: impl Iterator<Item = LogPosition>, well: bool) -> serde_json::Value {
        let config = self.write_config();
        let heads: Vec<_> = heads.map(|head| format!("--head={}:{}", head.seq, head.head)).collect();
        let output = until("the worker has let go of its database", || {
            let mut command = self.command(&["audit".as_ref(), "verify".as_ref(), "--json".as_ref()]);
            let output = command
                .envs(self.environment.iter().map(|(name, value)| (name, value)))
                .arg("--config")
                .arg(&config)
                .args(&heads)
                .output()
                .unwrap();
            (output.status.code() != Some(3)).then_some(output)
        });
        let code = output.status.code();
        let said = String::from_utf8_lossy(&output.stdout);
        assert_eq!(code, Some(i32::from(!well)), "{said} {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_str(&said).unwrap()
    }

    /// Starts the service and waits until it says where it listens.
    pub(crate) fn serve(&self) -> Process {
        let mut child = self.serve_command().stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let log = Arc::new(Mutex::new(String::new()));
        let kept = Arc::clone(&log);
        let keep = move |line: &str| {
            let mut log = kept.lock().unwrap();
            log.push_str(line);
            log.push('\n');
        };
        let found = lines.by_ref().inspect(|line| keep(line)).find_map(|line| address(&line));
        let address = found.unwrap_or_else(|| panic!("it says where it listens: {}", log.lock().unwrap()));
        // Read on, so that a full pipe never stops the service.
        std::thread::spawn(move || lines.for_each(|line| keep(&line)));
        let client = client(&address, "tester", 9, SystemClock);
        Process { child, client, address, log }
    }
}

/// A peer of the service, by its name, the number of its key, and its clock.
pub(crate) fn client(address: &str, name: &str, number: u8, clock: impl Clock) -> PeerClient {
    let url = format!("http://{address}");
    PeerClient::new("wallet-manager", &url, name, key(number), Arc::new(clock), Transport::tcp())
}

/// The address in the line that says that it serves.
fn address(line: &str) -> Option<String> {
    let entry: serde_json::Value = serde_json::from_str(line).ok()?;
    let fields = entry.get("fields").unwrap_or(&entry);
    (fields.get("message")? == "serving").then(|| fields["address"].as_str().map(str::to_owned))?
}

impl Process {
    /// What it has logged so far.
    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// The body of an open page, whatever its status.
    pub(crate) fn page(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(stream, "GET {path} HTTP/1.0\r\n\r\n").unwrap();
        let mut page = String::new();
        stream.read_to_string(&mut page).unwrap();
        page
    }

    /// Waits until it is ready.
    pub(crate) fn ready(&self) {
        until("ready", || self.page("/health/ready").starts_with("HTTP/1.0 200").then_some(()));
    }

    /// Waits until a worker other than this serves. That the service is ready is not enough: its report may be a second
    /// old, and of the one before.
    pub(crate) fn renewed(&self, other: u32) {
        until("another worker serves", || {
            let page = self.page("/health/ready");
            let serves = |worker: u32| page.contains(&format!("process {worker} serves"));
            let next = workers_of(self.child.id()).into_iter().find(|worker| *worker != other)?;
            (page.starts_with("HTTP/1.0 200") && serves(next)).then_some(())
        });
    }

    /// The worker's process, once there is one other than this.
    pub(crate) fn worker_but(&self, other: Option<u32>) -> u32 {
        until("a worker", || workers_of(self.child.id()).into_iter().find(|worker| Some(*worker) != other))
    }

    /// The worker's process.
    pub(crate) fn worker(&self) -> u32 {
        self.worker_but(None)
    }

    /// How often it has started a worker anew for this reason.
    pub(crate) fn restarts(&self, reason: &str) -> u64 {
        let name = format!("lucid_worker_restarts_total{{reason=\"{reason}\"}} ");
        let page = self.page("/metrics");
        page.lines().find_map(|line| line.strip_prefix(&name)).map_or(0, |count| count.parse().unwrap())
    }

    /// Asks it to end, as a service manager does, and waits.
    pub(crate) fn stop(&mut self) -> ExitStatus {
        signal(self.child.id(), rustix::process::Signal::TERM);
        self.child.wait().unwrap()
    }

    /// A wallet that pays.
    pub(crate) async fn hot(&self) -> WalletView {
        self.done(&hot_request()).await
    }

    pub(crate) async fn done<A: DeserializeOwned>(&self, call: &Call<A>) -> A {
        match self.client.call(call).await {
            Outcome::Done(answer) => answer,
            Outcome::Refused(problem) => panic!("refused: {problem}"),
            Outcome::Unknown(cause) => panic!("unknown: {cause}"),
        }
    }
}

/// Sends a signal.
pub(crate) fn signal(pid: u32, signal: rustix::process::Signal) {
    let pid = rustix::process::Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
    rustix::process::kill_process(pid, signal).unwrap();
}

/// The workers among the children of a process: none that has ended.
pub(crate) fn workers_of(parent: u32) -> Vec<u32> {
    let processes = fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let is_worker = |pid: &u32| {
        let read = |file: &str| fs::read_to_string(format!("/proc/{pid}/{file}")).unwrap_or_default();
        read("cmdline").contains("signing-worker") && read("status").contains(&format!("\nPPid:\t{parent}\n"))
    };
    processes.filter(is_worker).collect()
}
