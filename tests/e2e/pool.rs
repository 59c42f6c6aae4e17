//! A pool that fills itself: trx-staking begins with nothing but a target, stakes and lends until it is met.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use plane_tests::plane::Plane;
use serde_json::{Value, json};

/// Energy and bandwidth a day.
const TARGET: (u64, u64) = (400_000, 5_000);
/// What the staking wallet is given, and far more than it needs.
const FUNDS_TRX: u64 = 200_000;
const PATIENCE: Duration = Duration::from_secs(90);
const PULSE: Duration = Duration::from_millis(200);

/// Has the pool fill itself, and look after itself often.
fn automatic(directory: &Path) {
    let path = directory.join("trx-staking/config.toml");
    let config = fs::read_to_string(&path).expect("lucid init has made it");
    let pool = format!(
        "[planner]\ninterval_ms = 500\n\n[[pools]]\nauto = true\nenergy_target = {}\nbandwidth_target = {}\n",
        TARGET.0, TARGET.1
    );
    assert!(config.contains("[[pools]]\n"), "{config}");
    fs::write(path, config.replace("[[pools]]\n", &pool)).expect("it can be written");
}

/// What the devnet answers.
fn devnet(plane: &Plane, path: &str, body: &Value) -> Value {
    let mut stream = TcpStream::connect(("127.0.0.1", plane.port(8090))).expect("the devnet listens");
    let body = body.to_string();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: devnet\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}",
        body.len()
    );
    stream.write_all(format!("{head}\r\n\r\n{body}").as_bytes()).expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers in text");
    let (_, body) = answer.split_once("\r\n\r\n").expect("an answer has a body");
    serde_json::from_str(body).unwrap_or_else(|_| panic!("not JSON: {answer}"))
}

/// Makes a wallet; its address.
fn wallet(plane: &Plane, name: &str) -> Value {
    let made = plane.run(&["wallet", "create", name, "--class", name, "--json"]);
    let view: Value = serde_json::from_slice(&made.stdout).unwrap_or_else(|_| panic!("no wallet: {made:?}"));
    view["address"].clone()
}

#[test]
fn a_pool_is_filled_with_no_more_stake_than_it_takes() {
    let plane = Plane::up(automatic);
    plane.until("all ready", |status| {
        status.as_object().is_some_and(|parts| parts.len() == 6 && parts.values().all(|part| part["status"] == "ready"))
    });
    let (hot, energy) = (wallet(&plane, "hot"), wallet(&plane, "energy"));
    devnet(&plane, "/devnet/faucet", &json!({"address": hot, "trx": "1"}));
    devnet(&plane, "/devnet/faucet", &json!({"address": energy, "trx": FUNDS_TRX.to_string()}));

    let deadline = Instant::now() + PATIENCE;
    loop {
        let has = devnet(&plane, "/wallet/getaccountresource", &json!({"address": hot, "visible": true}));
        let units = |name: &str| has[name].as_u64().unwrap_or_default();
        // A pool is full from 95 % on.
        if units("EnergyLimit") * 100 >= TARGET.0 * 95 && units("NetLimit") * 100 >= TARGET.1 * 95 {
            break;
        }
        assert!(Instant::now() < deadline, "never full: {has}\n{}", plane.said());
        thread::sleep(PULSE);
    }
    let staker = devnet(&plane, "/wallet/getaccount", &json!({"address": energy, "visible": true}));
    // 19e9 TRX share 180e9 energy and 26e9 TRX share 43.2e9 bandwidth: 42,223 and 3,010 TRX, and some for the bytes of
    // the staking wallet's own transactions.
    let spent = FUNDS_TRX - staker["balance"].as_u64().expect("a balance") / 1_000_000;
    assert!((45_000..47_000).contains(&spent), "{staker}");
}
