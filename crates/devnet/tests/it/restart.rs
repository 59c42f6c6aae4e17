//! A devnet with a state file goes on where it was killed.

use primitives::Address;
use serde_json::json;

use crate::support::Devnet;

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
