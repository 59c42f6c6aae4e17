//! A devnet with a state file goes on where it was killed.

use std::process::Command;

use primitives::Address;
use serde_json::{Value, json};

use crate::support::{Devnet, get};

#[test]
fn a_killed_devnet_goes_on_from_its_last_block() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("chain");
    let arguments = ["--block-ms", "0", "--producers", "3", "--state", file.to_str().unwrap()];
    let devnet = Devnet::start(&arguments);
    let payer = devnet.funded(1, "1000", "100");
    let info = devnet.settle(devnet.transfer(&payer, Address::from_evm([9; 20]), 5_000_000), &payer);
    let head = devnet.post("/wallet/getnowblock", json!({}));
    let account = json!({ "address": payer.address().to_hex21() });
    let balance = devnet.post("/wallet/getaccount", account.clone())["balance"].clone();
    devnet.kill();

    let devnet = Devnet::start(&arguments);
    assert_eq!(devnet.post("/wallet/getnowblock", json!({})), head);
    assert_eq!(devnet.post("/wallet/gettransactioninfobyid", json!({ "value": info["id"] })), info);
    assert_eq!(devnet.post("/wallet/getaccount", account)["balance"], balance);
    assert_eq!(devnet.usdt_of(payer.address()), 100_000_000);
    devnet.settle(devnet.transfer(&payer, Address::from_evm([9; 20]), 1), &payer);
}

#[test]
fn the_genesis_is_known_before_the_start() {
    let print = || {
        let output = Command::new(env!("CARGO_BIN_EXE_devnet"))
            .args(["genesis", "--json", "--producers", "3", "--block-ms", "0"])
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    };
    let genesis = print();
    assert_eq!(genesis, print());
    let devnet = Devnet::manual(3);
    let status = get(devnet.url(), "/devnet/status");
    for field in ["chain_id", "genesis", "usdt_contract"] {
        assert_eq!(status[field], genesis[field], "{field}");
    }
    assert_eq!(status["faucet"]["address"], genesis["faucet"]);
    assert_eq!(devnet.post("/wallet/getblockbynum", json!({ "num": 0 }))["blockID"], genesis["genesis"]);
}

#[test]
fn a_container_asks_by_the_same_program_whether_its_node_answers() {
    let asks = |address: &str| {
        let asking = Command::new(env!("CARGO_BIN_EXE_devnet")).args(["healthcheck", "--listen", address]).status();
        asking.unwrap().success()
    };
    let devnet = Devnet::manual(1);
    let address = devnet.url().trim_start_matches("http://").to_owned();
    assert!(asks(&address));
    devnet.kill();
    assert!(!asks(&address));
}
