//! tronpy and tronweb, which nobody here wrote, read this devnet, pay on it, and meet the refusals that they know.

use std::process::Command;

use serde_json::{Value, json};

use crate::support::{Devnet, Tools, clients, compiled_contract, int, text, tools};

/// Five producers: the solid block lags by three, so that a client sees the difference.
const DEVNET: &[&str] = &["--block-ms", "200", "--producers", "5"];

#[test]
fn tronpy_pays_and_is_refused_as_it_expects() {
    let tools = tools(Tools::All);
    let devnet = Devnet::start(DEVNET);
    let report = run(Command::new(&tools["python"])
        .arg(clients().join("with_tronpy.py"))
        .args([devnet.url(), &devnet.usdt.to_string()])
        .arg(compiled_contract()));
    check_payments(&devnet, &report);
    assert_eq!(int(&report["usdt_energy_holder"]), 14_277);
    assert!(int(&report["estimated_energy"]) >= 14_277);
}

#[test]
fn tronweb_pays_and_is_refused_as_it_expects() {
    let tools = tools(Tools::All);
    let devnet = Devnet::start(DEVNET);
    let report = run(Command::new("node")
        .arg(clients().join("with_tronweb.cjs"))
        .args([devnet.url(), &devnet.usdt.to_string()])
        .arg(compiled_contract())
        .env("NODE_PATH", &tools["tronweb"]));
    check_payments(&devnet, &report);
    assert_eq!(int(&report["usdt_energy_holder"]), 14_277);
}

/// Runs a client's script; its standard output is one JSON document.
fn run(command: &mut Command) -> Value {
    let output = command.output().expect("the interpreter is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What the client says it paid is on the solid chain.
fn check_payments(devnet: &Devnet, report: &Value) {
    let solid = |txid: &Value| devnet.post("/walletsolidity/gettransactioninfobyid", json!({ "value": txid }));
    let trx = solid(&report["trx_txid"]);
    assert_eq!((int(&trx["fee"]), int(&trx["receipt"]["net_fee"])), (1_100_000, 100_000), "{trx}");
    let usdt = solid(&report["usdt_txid"]);
    assert_eq!(text(&usdt["receipt"]["result"]), "SUCCESS", "{usdt}");
    assert_eq!(text(&usdt["log"][0]["address"]), hex::encode(devnet.usdt.evm()));
    assert_eq!(int(&report["usdt_energy_fresh"]), 29_277);
    assert_eq!(usdt["receipt"]["energy_usage_total"], report["usdt_energy_fresh"]);
}
