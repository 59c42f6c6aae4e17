//! tronpy and tronweb, which nobody here wrote, read this devnet, pay on it, and meet the refusals that they know.

use std::process::Command;

use serde_json::{Value, json};
use tron_tx::LocalKey;

use crate::support::{Devnet, Tools, clients, compiled_contract, int, payment, text, tools};

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

#[test]
fn tronpy_reads_payments_as_they_were_made() {
    let tools = tools(Tools::All);
    let devnet = Devnet::manual(1);
    let payer = devnet.funded(1, "100", "100");
    let recipient = LocalKey::from_scalar(&[2; 32]).unwrap().address();
    let call = devnet.token_call(&payer, "transfer(address,uint256)", &payment(recipient, 25_000_000), 20_000_000);
    let usdt = devnet.settle(call, &payer);
    let trx = devnet.settle(devnet.transfer(&payer, recipient, 3_000_000), &payer);
    let read = |txid: &Value, token: Option<String>| {
        let script = clients().join("read_payment.py");
        run(Command::new(&tools["python"]).arg(script).args([devnet.url(), text(txid)]).args(token))
    };
    let seen = read(&usdt["id"], Some(devnet.usdt.to_string()));
    assert_eq!(
        (text(&seen["result"]), int(&seen["amount"]), int(&seen["balance"])),
        ("SUCCESS", 25_000_000, 25_000_000)
    );
    assert_eq!(
        (text(&seen["from"]), text(&seen["to"])),
        (payer.address().to_string().as_str(), recipient.to_string().as_str())
    );
    assert_eq!((&seen["solid"], &seen["block"]), (&json!(true), &usdt["blockNumber"]));
    let seen = read(&trx["id"], None);
    assert_eq!((text(&seen["to"]), int(&seen["amount"])), (recipient.to_string().as_str(), 3_000_000));
    assert_eq!((int(&seen["balance"]), int(&seen["fee_sun"])), (3_000_000, 1_100_000));
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
