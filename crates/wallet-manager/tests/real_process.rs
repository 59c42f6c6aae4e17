//! The real binary as a process: makes its token, serves, is killed, and comes back with the same keys and signatures.
#![expect(clippy::unwrap_used, reason = "a test")]

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use api::Call;
use api::wallet_manager::{
    SignatureRequest, WalletClass, WalletRequest, WalletView, intent, put_signature, put_wallet,
};
use primitives::statement::{Anchor, Asset, Authorisation, Kind, SignKey, Signed};
use primitives::{Address, AttemptNo, BlockId, ChainId, PlaneId, Sun};
use serde::de::DeserializeOwned;
use service::client::Transport;
use service::clock::{Clock, SystemClock};
use service::{Outcome, PeerClient};
use tron_tx::contract::Transfer;
use tron_tx::{Contract, RawTransaction};

const BINARY: &str = env!("CARGO_BIN_EXE_wallet-manager");
const PLANE: &str = "pl_6ba7b810-9dad-11d1-80b4-00c04fd430c8";
const CHAIN: ChainId = ChainId(0x7e57_0001);

fn key(number: u8) -> SignKey {
    SignKey::from_seed(&[number; 32])
}

/// A plane of one service, in a directory.
struct Place(tempfile::TempDir);

/// A running process; killed, not asked, when it goes.
struct Process {
    child: Child,
    client: PeerClient,
}

impl Drop for Process {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        let tokens = place.path("token");
        let softhsm = format!("directories.tokendir = {}\nlog.level = ERROR\n", tokens.display());
        fs::write(place.path("softhsm2.conf"), softhsm).unwrap();
        let mut seed = "6b".repeat(31);
        seed.push_str("11");
        let mut options = fs::OpenOptions::new();
        let authority = options.write(true).create_new(true).mode(0o400).open(place.path("authority.key"));
        std::io::Write::write_all(&mut authority.unwrap(), seed.as_bytes()).unwrap();
        fs::write(place.path("config.toml"), place.config()).unwrap();
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
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
[peers.tester]
call_key = "{}"
scopes = ["wallets:write", "signatures:write", "register:read"]
"#,
            CHAIN.0,
            Address::from_evm([7; 20]),
            shown("data"),
            shown("authority.key"),
            shown("pin"),
            shown("token"),
            key(9).verify_key(),
        );
        for (number, peer) in ["payout-router", "usdt-manager", "trx-staking", "tron-client"].into_iter().enumerate() {
            let authority = key(u8::try_from(number).unwrap() + 1).verify_key();
            write!(config, "[peers.{peer}]\nauthority_key = \"{authority}\"\n").unwrap();
        }
        config
    }

    fn command(&self, arguments: &[&Path]) -> Command {
        let mut command = Command::new(BINARY);
        command.args(arguments).env("SOFTHSM2_CONF", self.path("softhsm2.conf"));
        command
    }

    fn init_token(&self) -> std::process::Output {
        let (pin, tokens) = (self.path("pin"), self.path("token"));
        let arguments =
            ["init-token".as_ref(), "--pin-file".as_ref(), pin.as_path(), "--token-dir".as_ref(), tokens.as_path()];
        self.command(&arguments).output().unwrap()
    }

    /// Starts the service and waits until it says where it listens.
    fn serve(&self) -> Process {
        let config = self.path("config.toml");
        let mut child = self
            .command(&["--config".as_ref(), config.as_path(), "serve".as_ref()])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
        let address =
            log.by_ref().map(Result::unwrap).find_map(|line| address(&line)).expect("it says where it listens");
        // Read on, so that a full pipe never stops the service.
        std::thread::spawn(move || log.for_each(drop));
        let (url, clock) = (format!("http://{address}"), Arc::new(SystemClock));
        let client = PeerClient::new("wallet-manager", &url, "tester", key(9), clock, Transport::tcp());
        Process { child, client }
    }
}

/// The address in the line that says that it serves.
fn address(line: &str) -> Option<String> {
    let entry: serde_json::Value = serde_json::from_str(line).ok()?;
    let fields = entry.get("fields").unwrap_or(&entry);
    (fields.get("message")? == "serving").then(|| fields["address"].as_str().map(str::to_owned))?
}

impl Process {
    async fn done<A: DeserializeOwned>(&self, call: &Call<A>) -> A {
        match self.client.call(call).await {
            Outcome::Done(answer) => answer,
            Outcome::Refused(problem) => panic!("refused: {problem}"),
            Outcome::Unknown(cause) => panic!("unknown: {cause}"),
        }
    }
}

/// Three TRX of this wallet.
fn payment(wallet: &WalletView) -> (RawTransaction, SignatureRequest) {
    let now = SystemClock.now();
    let (recipient, amount) = (Address::from_evm([0x33; 20]), Sun::new(3_000_000).unwrap());
    let mut id = [9; 32];
    id[..8].copy_from_slice(&500_u64.to_be_bytes());
    let block_id = BlockId::new(id);
    let transfer = Contract::Transfer(Transfer { owner: wallet.address, to: recipient, amount });
    let raw = RawTransaction::new(transfer, block_id.into(), now, now.plus_ms(60_000));
    let authorisation = Authorisation {
        chain_id: CHAIN,
        plane: PLANE.parse::<PlaneId>().unwrap(),
        kind: Kind::Payout,
        intent: "po_a".parse().unwrap(),
        attempt: AttemptNo::FIRST,
        previous: vec![],
        key_id: wallet.key_id.clone(),
        permission_id: wallet.permission_id,
        asset: Asset::Trx,
        resource: None,
        recipient,
        amount: amount.units(),
        memo_hash: None,
        fee_limit_max: Sun::ZERO,
        expiration_max: now.plus_ms(120_000),
        valid_until: now.plus_ms(60_000),
    };
    let anchor = Anchor { chain_id: CHAIN, number: 500, block_id, solid_time: now.minus_ms(3_000) };
    let request = SignatureRequest {
        raw_data: raw.encode().into(),
        authorisation: Signed::sign(authorisation, &key(1)),
        anchor: Signed::sign(anchor, &key(4)),
    };
    (raw, request)
}

#[tokio::test]
async fn keys_and_signatures_survive_kill_9() {
    let place = Place::new();
    let made = place.init_token();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    assert_eq!(serde_json::from_slice::<serde_json::Value>(&made.stdout).unwrap()["label"], "lucid");

    let process = place.serve();
    // The answer comes only after a fresh process of this binary proved the key.
    let hot_request = put_wallet(&"hot".parse().unwrap(), &WalletRequest { class: WalletClass::Hot });
    let hot = process.done(&hot_request).await;
    let (raw, request) = payment(&hot);
    let signed = process.done(&put_signature(raw.txid(), &request)).await;
    drop(process);

    let again = place.serve();
    assert_eq!(again.done(&hot_request).await, hot);
    assert_eq!(again.done(&put_signature(raw.txid(), &request)).await, signed);
    assert_eq!(again.done(&intent(&"po_a".parse().unwrap())).await.attempts.len(), 1);
}

#[test]
fn a_second_token_of_the_label_is_refused_and_a_pin_is_kept() {
    let place = Place::new();
    assert!(place.init_token().status.success());
    let pin = fs::read_to_string(place.path("pin")).unwrap();
    let again = place.init_token();
    assert!(!again.status.success());
    let complaint = String::from_utf8(again.stderr).unwrap();
    assert!(complaint.contains("exists already") && !complaint.contains(&pin), "{complaint}");
    assert_eq!(fs::read_to_string(place.path("pin")).unwrap(), pin);
}

#[test]
fn a_key_that_is_not_there_is_not_proven() {
    let place = Place::new();
    assert!(place.init_token().status.success());
    let told = serde_json::json!({
        "profile": {
            "module": signer::softhsm_module(std::env::var_os("LUCID_PKCS11_MODULE").map(PathBuf::from)).unwrap(),
            "token_label": "lucid",
            "pin_file": place.path("pin"),
        },
        "key_id": "00112233445566778899aabbccddeeff",
        "public_key": "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
        "nonce": "07".repeat(32),
    });
    let file = place.path("task.json");
    fs::write(&file, told.to_string()).unwrap();
    let output = place.command(&["prove-key".as_ref()]).stdin(fs::File::open(&file).unwrap()).output().unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8(output.stderr).unwrap().contains("no key 00112233445566778899aabbccddeeff"));
}

#[test]
fn an_unknown_authority_stops_the_start() {
    let place = Place::new();
    let config = fs::read_to_string(place.path("config.toml")).unwrap();
    fs::write(
        place.path("config.toml"),
        config.replace("[peers.payout-router]\nauthority_key", "[peers.other]\nauthority_key"),
    )
    .unwrap();
    let config = place.path("config.toml");
    let output = place.command(&["--config".as_ref(), config.as_path(), "serve".as_ref()]).output().unwrap();
    assert_eq!(output.status.code(), Some(64));
    assert!(String::from_utf8(output.stderr).unwrap().contains("peers.payout-router.authority_key"));
}
