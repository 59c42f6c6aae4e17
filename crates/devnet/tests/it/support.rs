//! A devnet as its own process, a small HTTP client, and the foreign tools' whereabouts.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use primitives::{Address, TxId};
use serde_json::{Value, json};
use tron_tx::LocalKey;

/// What `clients/setup.sh` installs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tools {
    /// The contract's compiler alone.
    Compiler,
    /// The foreign clients as well.
    All,
}

/// Installs the tools if need be; the answer names where each is. A test that needs them fails without them.
pub(crate) fn tools(which: Tools) -> HashMap<String, String> {
    let script = clients().join("setup.sh");
    let part = if which == Tools::All { "all" } else { "compiler" };
    let output = Command::new("sh").arg(&script).arg(part).output().unwrap();
    assert!(output.status.success(), "{}: {}", script.display(), String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().filter_map(|line| line.split_once('=')).map(|(name, at)| (name.to_owned(), at.to_owned())).collect()
}

/// Where the foreign clients' scripts are.
pub(crate) fn clients() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients")
}

/// The compiled contract, which the clients deploy again.
pub(crate) fn compiled_contract() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("contracts/TetherUsd.json")
}

/// A running devnet, killed when dropped.
pub(crate) struct Devnet {
    child: Child,
    /// `http://host:port` of each node.
    pub(crate) urls: Vec<String>,
    /// Where USDT is.
    pub(crate) usdt: Address,
}

impl Devnet {
    /// Starts the binary on a free port.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_devnet"))
            .args(["--listen", "127.0.0.1:0"])
            .args(arguments)
            .env("LUCID_LOG", "warn")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let announced: Value = serde_json::from_str(&line).unwrap();
        let urls = announced["listening"].as_array().unwrap().iter().map(|url| text(url).to_owned()).collect();
        Self { child, urls, usdt: text(&announced["usdt_contract"]).parse().unwrap() }
    }

    /// A devnet that makes blocks on request only.
    pub(crate) fn manual(producers: usize) -> Self {
        Self::start(&["--block-ms", "0", "--producers", &producers.to_string()])
    }

    /// Its first node.
    pub(crate) fn url(&self) -> &str {
        &self.urls[0]
    }

    /// Ends the process without a chance to tidy up.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// POST to the first node.
    #[expect(clippy::needless_pass_by_value, reason = "so that a test may write the document in place")]
    pub(crate) fn post(&self, path: &str, body: Value) -> Value {
        post(self.url(), path, &body)
    }

    /// Makes blocks.
    pub(crate) fn mine(&self, blocks: u32) -> Value {
        self.post("/devnet/mine", json!({ "blocks": blocks }))
    }

    /// A new account with money, one block later. Amounts in TRX and USDT.
    pub(crate) fn funded(&self, label: u8, trx: &str, usdt: &str) -> LocalKey {
        let key = LocalKey::from_scalar(&[label; 32]).unwrap();
        let wish = json!({ "address": key.address(), "trx": trx, "usdt": usdt });
        let answer = self.post("/devnet/faucet", wish);
        assert!(answer.get("error").is_none(), "{answer}");
        self.mine(1);
        key
    }

    /// Signs a transaction that the node built, and broadcasts it.
    pub(crate) fn send(&self, mut built: Value, key: &LocalKey) -> Value {
        let txid = TxId::parse(text(&built["txID"])).unwrap();
        built["signature"] = json!([hex::encode(key.sign(txid.as_bytes()).to_bytes())]);
        self.post("/wallet/broadcasttransaction", built)
    }

    /// Sends, makes a block, and gives what came of it.
    pub(crate) fn settle(&self, built: Value, key: &LocalKey) -> Value {
        let answer = self.send(built, key);
        assert_eq!(answer["result"], true, "{answer}");
        self.mine(1);
        self.post("/wallet/gettransactioninfobyid", json!({ "value": answer["txid"] }))
    }

    /// A TRX transfer as the node builds it.
    pub(crate) fn transfer(&self, from: &LocalKey, to: Address, sun: u64) -> Value {
        let fields = json!({ "owner_address": from.address().to_hex21(), "to_address": to.to_hex21(), "amount": sun });
        self.post("/wallet/createtransaction", fields)
    }

    /// A call of the token as the node builds it. `arguments` in hexadecimal.
    pub(crate) fn token_call(&self, from: &LocalKey, function: &str, arguments: &str, fee_limit: u64) -> Value {
        let fields = json!({
            "owner_address": from.address().to_hex21(),
            "contract_address": self.usdt.to_hex21(),
            "function_selector": function,
            "parameter": arguments,
            "fee_limit": fee_limit,
        });
        let answer = self.post("/wallet/triggersmartcontract", fields);
        assert_eq!(answer["result"]["result"], true, "{answer}");
        answer["transaction"].clone()
    }

    /// What a reading function of the token gives, in hexadecimal.
    pub(crate) fn token_read(&self, function: &str, arguments: &str) -> Value {
        let fields = json!({
            "owner_address": Address::ZERO.to_hex21(),
            "contract_address": self.usdt.to_hex21(),
            "function_selector": function,
            "parameter": arguments,
        });
        self.post("/wallet/triggerconstantcontract", fields)
    }

    /// USDT of an account, in millionths.
    pub(crate) fn usdt_of(&self, address: Address) -> u64 {
        let answer = self.token_read("balanceOf(address)", &word(address));
        u64::from_str_radix(&text(&answer["constant_result"][0])[48..], 16).unwrap()
    }
}

impl Drop for Devnet {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A JSON text.
pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("a text expected, not {value}"))
}

/// A JSON integer.
pub(crate) fn int(value: &Value) -> i64 {
    value.as_i64().unwrap_or_else(|| panic!("an integer expected, not {value}"))
}

/// An address as an ABI word.
pub(crate) fn word(address: Address) -> String {
    format!("{:0>64}", hex::encode(address.evm()))
}

/// `transfer(address,uint256)`'s arguments.
pub(crate) fn payment(to: Address, units: u64) -> String {
    format!("{}{units:064x}", word(to))
}

/// The refusal's text out of the hexadecimal that the protocol wraps it in.
pub(crate) fn unhex(value: &Value) -> String {
    String::from_utf8(hex::decode(text(value)).unwrap()).unwrap()
}

/// POST; the answer must be HTTP 200, or 4xx of a control endpoint.
pub(crate) fn post(url: &str, path: &str, body: &Value) -> Value {
    let (_, body) = exchange(url, "POST", path, &body.to_string());
    serde_json::from_str(&body).unwrap_or_else(|error| panic!("{path}: {error}: {body}"))
}

/// GET.
pub(crate) fn get(url: &str, path: &str) -> Value {
    let (_, body) = exchange(url, "GET", path, "");
    serde_json::from_str(&body).unwrap_or_else(|error| panic!("{path}: {error}: {body}"))
}

/// One request on a connection of its own: status and body.
pub(crate) fn exchange(url: &str, method: &str, path: &str, body: &str) -> (u16, String) {
    let authority = url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(authority).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {authority}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, body.to_owned())
}

/// How long something takes.
pub(crate) fn timed<R>(act: impl FnOnce() -> R) -> (R, Duration) {
    let start = Instant::now();
    let result = act();
    (result, start.elapsed())
}
