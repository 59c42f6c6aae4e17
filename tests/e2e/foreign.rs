//! tronpy and tronweb, which nobody here wrote, read what this plane has paid.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use plane_tests::payouts::{all_settled, ask, funded, recipient};
use plane_tests::root;
use serde_json::{Value, json};

fn clients() -> PathBuf {
    root().join("crates/devnet/tests/clients")
}

/// Installs the clients where they are missing; where each is.
fn tools() -> BTreeMap<String, String> {
    let output = Command::new(clients().join("setup.sh")).output().expect("a shell");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).expect("text");
    lines.lines().filter_map(|line| line.split_once('=')).map(|(name, place)| (name.into(), place.into())).collect()
}

/// What a client's script saw: its standard output is one JSON document.
fn seen(command: &mut Command) -> Value {
    let output = command.output().expect("the interpreter is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("one JSON document")
}

#[test]
fn a_payout_is_read_by_clients_that_nobody_here_wrote() {
    let tools = tools();
    let (plane, chain) = funded();
    assert!(ask(&plane, "foreign", recipient(1)), "{}", plane.logs());
    let payouts = all_settled(&plane, 1);
    let receipt = &payouts[0]["receipt"];
    let txid = receipt["txid"].as_str().expect("a settled payout has a txid");
    let arguments = [&chain.url(), txid, chain.usdt()];
    let python = seen(Command::new(&tools["python"]).arg(clients().join("read_payment.py")).args(arguments));
    let script = clients().join("read_payment.cjs");
    let node = seen(Command::new("node").arg(script).args(arguments).env("NODE_PATH", &tools["tronweb"]));
    for (client, seen) in [("tronpy", python), ("tronweb", node)] {
        let paid = json!([txid, receipt["block"]["number"], "SUCCESS", true, recipient(1), 1_000_000, 1_000_000]);
        let fields = ["txid", "block", "result", "solid", "to", "amount", "balance"];
        assert_eq!(json!(fields.map(|field| seen[field].clone())), paid, "{client}: {seen}");
        assert_eq!(seen["energy"], receipt["energy"], "{client}: {seen}");
    }
}
