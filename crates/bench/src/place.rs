//! A directory with a token and a configuration, and the service as it runs in it: the real binary, two processes.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader, Write as _};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use api::Call;
use api::wallet_manager::{WalletClass, WalletRequest, WalletView, put_wallet};
use primitives::statement::{Action, Ceremony, Cosigned, KeyClass, SignKey};
use primitives::{Address, ChainId, UnixMs, WalletId};
use service::clock::{Clock, SystemClock};

use crate::cpu;

pub(crate) const PLANE: &str = "pl_6ba7b810-9dad-11d1-80b4-00c04fd430c8";
pub(crate) const CHAIN: ChainId = ChainId(0x7e57_0001);

/// The contract whose tokens are paid.
pub(crate) const USDT: Address = Address::from_evm([7; 20]);

/// The policy that comes for hot wallets, with all its windows, each large enough for the load.
pub(crate) fn policy() -> String {
    let hot = include_str!("../../../hsm/policy/hot.toml");
    let windows =
        |names: &[&str]| names.iter().map(|name| format!("{name} = \"1000000000\"\n")).collect::<Vec<_>>().concat();
    let usdt = windows(&["per_hour", "per_day", "per_recipient_per_day"]);
    let tables = [
        ("[class.hot.limits.usdt]", format!("per_transaction = \"5000\"\n{usdt}")),
        ("[class.hot.fees]", windows(&["per_hour", "per_day"])),
        ("[class.hot.signatures]", "per_hour = 1000000000\nper_day = 1000000000\n".to_owned()),
    ];
    tables.into_iter().fold(hot.to_owned(), |policy, (table, bounds)| {
        let (before, rest) = policy.split_once(table).expect("hot.toml has the table");
        let (_, after) = rest.split_once("\n\n").unwrap_or((rest, ""));
        format!("{before}{table}\n{bounds}\n{after}")
    })
}

/// Longer than any start on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// A key of the plane, by number.
pub(crate) fn key(number: u8) -> SignKey {
    SignKey::from_seed(&[number; 32])
}

/// The people of whom two decide, with the numbers of their keys.
const OPERATORS: [(&str, u8); 2] = [("alice", 21), ("bob", 22)];

/// The request for the wallet that pays, as both operators decided.
pub(crate) fn hot_request() -> anyhow::Result<Call<WalletView>> {
    static DECIDED: OnceLock<UnixMs> = OnceLock::new();
    let issued_at = *DECIDED.get_or_init(|| SystemClock.now());
    let name: WalletId = "hot".parse()?;
    let ceremony = Cosigned::proposed(Ceremony {
        plane: PLANE.parse()?,
        chain_id: CHAIN,
        action: Action::MakeKey { class: KeyClass::Hot, name: name.clone() },
        nonce: [1; 16],
        issued_at,
        valid_until: issued_at.plus_ms(3_600_000),
    });
    let ceremony = Some(OPERATORS.into_iter().fold(ceremony, |signed, (_, number)| signed.signed_by(&key(number))));
    Ok(put_wallet(&name, &WalletRequest { class: WalletClass::Hot, ceremony }))
}

/// A plane of one service.
#[derive(Debug)]
pub(crate) struct Place {
    directory: tempfile::TempDir,
    binary: PathBuf,
}

/// The running service; killed when it goes.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    /// Where it listens.
    pub(crate) address: String,
    /// Its worker.
    pub(crate) worker: u32,
    /// From its start until it said that it is ready.
    pub(crate) ready_after: Duration,
}

impl Drop for Process {
    fn drop(&mut self) {
        // One that has ended already is not to be killed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Process {
    /// The HTTP process.
    pub(crate) fn http(&self) -> u32 {
        self.child.id()
    }
}

impl Place {
    /// A directory with a new token.
    pub(crate) fn new(binary: &Path) -> anyhow::Result<Self> {
        let place = Self { directory: tempfile::tempdir()?, binary: binary.to_owned() };
        let tokens = place.path("token");
        let softhsm = format!("directories.tokendir = {}\nlog.level = ERROR\n", tokens.display());
        fs::write(place.path("softhsm2.conf"), softhsm)?;
        fs::write(place.path("policy.toml"), policy())?;
        let mut options = fs::OpenOptions::new();
        let mut authority = options.write(true).create_new(true).mode(0o400).open(place.path("authority.key"))?;
        authority.write_all("6b".repeat(32).as_bytes())?;
        let mut command = place.command();
        command
            .args(["token", "--json", "init", "--draw-pins", "--pin-file"])
            .arg(place.path("pin"))
            .arg("--token-dir")
            .arg(tokens);
        let made = command.output().context("wallet-manager")?;
        if made.status.success() { Ok(place) } else { bail!("{}", String::from_utf8_lossy(&made.stderr)) }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.binary);
        command.env("SOFTHSM2_CONF", self.path("softhsm2.conf"));
        command
    }

    /// Starts the service with so many sessions, 0 for one per core, and waits until it is ready.
    pub(crate) fn serve(&self, sessions: usize) -> anyhow::Result<Process> {
        let config = self.path("config.toml");
        fs::write(&config, self.config(sessions)?)?;
        let started = Instant::now();
        let mut command = self.command();
        let mut child = command.arg("--config").arg(config).arg("serve").stderr(Stdio::piped()).spawn()?;
        let mut log = BufReader::new(child.stderr.take().context("its log")?).lines().map_while(Result::ok);
        let address = log.by_ref().find_map(|line| address(&line));
        let mut process = Process { child, address: String::new(), worker: 0, ready_after: Duration::ZERO };
        process.address = address.context("wallet-manager ended before it served")?;
        // Read on, so that a full pipe never stops the service.
        std::thread::spawn(move || log.for_each(drop));
        while !is_ready(&process.address)? {
            if started.elapsed() > PATIENCE {
                bail!("wallet-manager does not become ready");
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        process.ready_after = started.elapsed();
        process.worker = cpu::worker_of(process.http()).context("no signing worker")?;
        Ok(process)
    }

    fn config(&self, sessions: usize) -> anyhow::Result<String> {
        let shown = |name: &str| self.path(name).display().to_string();
        let mut config = format!(
            "[plane]\nid = \"{PLANE}\"\nnetwork = \"devnet\"\nchain_id = {}\nusdt_contract = \"{}\"\n\
             [server]\nlisten = \"127.0.0.1:0\"\ndata_dir = \"{}\"\n\
             [keys]\nauthority_key_file = \"{}\"\n\
             [policy]\nfile = \"{}\"\n[token]\npin_file = \"{}\"\ntoken_dir = \"{}\"\nsessions = {sessions}\n\
             [operators]\n{}\n\
             [peers.bench]\ncall_key = \"{}\"\nscopes = [\"wallets:write\", \"signatures:write\"]\n",
            CHAIN.0,
            USDT,
            shown("data"),
            shown("authority.key"),
            shown("policy.toml"),
            shown("pin"),
            shown("token"),
            OPERATORS.map(|(name, number)| format!("{name} = \"{}\"", key(number).verify_key())).join("\n"),
            key(9).verify_key(),
        );
        for (number, peer) in (1..).zip(["payout-router", "usdt-manager", "trx-staking", "tron-client"]) {
            write!(config, "[peers.{peer}]\nauthority_key = \"{}\"\n", key(number).verify_key())?;
        }
        Ok(config)
    }
}

/// The address in the line that says that it serves.
fn address(line: &str) -> Option<String> {
    let entry: serde_json::Value = serde_json::from_str(line).ok()?;
    let fields = entry.get("fields").unwrap_or(&entry);
    (fields.get("message")? == "serving").then(|| fields["address"].as_str().map(str::to_owned))?
}

fn is_ready(address: &str) -> anyhow::Result<bool> {
    let mut line = crate::load::Line::open(address)?;
    Ok(line.ask(b"GET /health/ready HTTP/1.1\r\nhost: localhost\r\n\r\n").is_ok())
}
