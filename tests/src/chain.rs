//! The devnet as its own witness: what recipients really have, and what goes wrong on demand.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use primitives::Address;
use serde_json::{Value, json};

use crate::plane::Plane;

/// Longer than any block takes to be solid.
const PATIENCE: Duration = Duration::from_mins(1);
const PULSE: Duration = Duration::from_millis(100);

/// The simulated chain below a plane.
#[derive(Debug, Clone)]
pub struct Chain {
    port: u16,
    usdt: String,
}

impl Chain {
    /// The chain of a plane that runs.
    pub fn of(plane: &Plane) -> Self {
        let unknown = Self { port: plane.port(8090), usdt: String::new() };
        let usdt = unknown.ask("GET", "/devnet/status", &Value::Null)["usdt_contract"].as_str().map(str::to_owned);
        Self { usdt: usdt.expect("the devnet has a token"), ..unknown }
    }

    /// Gives an address TRX and USDT.
    pub fn fund(&self, address: &str, trx: &str, usdt: &str) {
        let answer = self.ask("POST", "/devnet/faucet", &json!({"address": address, "trx": trx, "usdt": usdt}));
        assert!(answer["error"].is_null(), "{answer}");
    }

    /// Waits until the solid chain has an account.
    pub fn until_solid(&self, address: &str) {
        let deadline = Instant::now() + PATIENCE;
        let question = json!({"address": address, "visible": true});
        while self.ask("POST", "/walletsolidity/getaccount", &question)["balance"].is_null() {
            assert!(Instant::now() < deadline, "{address} is never solid");
            thread::sleep(PULSE);
        }
    }

    /// Has something go wrong from now on.
    pub fn fault(&self, fault: &Value) {
        let answer = self.ask("POST", "/devnet/faults", fault);
        assert!(answer["error"].is_null(), "{fault}: {answer}");
    }

    /// The strikes that faults have left.
    pub fn faults_left(&self) -> usize {
        self.ask("GET", "/devnet/faults", &Value::Null)["faults"].as_array().map_or(0, Vec::len)
    }

    /// What an address has, in units of USDT.
    pub fn usdt_of(&self, address: Address) -> u64 {
        let question = json!({
            "owner_address": address, "contract_address": self.usdt, "visible": true,
            "function_selector": "balanceOf(address)",
            "parameter": address.evm().iter().fold("0".repeat(24), |text, byte| format!("{text}{byte:02x}")),
        });
        let answer = self.ask("POST", "/wallet/triggerconstantcontract", &question);
        let word = answer["constant_result"][0].as_str().expect("a token answers");
        u64::from_str_radix(&word[48..], 16).expect("a word is hexadecimal")
    }

    /// Where the node is.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The token's contract.
    pub fn usdt(&self) -> &str {
        &self.usdt
    }

    /// What the node answers to a question of its HTTP interface.
    pub fn post(&self, path: &str, body: &Value) -> Value {
        self.ask("POST", path, body)
    }

    fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("the devnet listens");
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: devnet\r\nconnection: close\r\ncontent-type: application/json\r\n\
             content-length: {}",
            body.len()
        );
        stream.write_all(format!("{head}\r\n\r\n{body}").as_bytes()).expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers in text");
        let (_, body) = answer.split_once("\r\n\r\n").expect("an answer has a body");
        serde_json::from_str(body).unwrap_or_else(|_| panic!("not JSON: {answer}"))
    }
}
