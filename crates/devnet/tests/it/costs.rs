//! What transactions cost, as receipts tell it, against figures known from mainnet.

use primitives::Address;
use serde_json::json;

use crate::support::{Devnet, int, payment};

#[test]
fn a_plain_transfer_uses_265_bytes_of_free_bandwidth() {
    let devnet = Devnet::manual(1);
    let (payer, holder) = (devnet.funded(1, "10", "0.000001"), devnet.funded(2, "10", "0.000001"));
    let info = devnet.settle(devnet.transfer(&payer, holder.address(), 1), &payer);
    // 201 bytes and 64 for the result; a byte more where the varint of a time or number is longer.
    let used = int(&info["receipt"]["net_usage"]);
    assert!((265..=267).contains(&used), "{info}");
    assert!(info.get("fee").is_none());
    assert_eq!(info["contractResult"], json!([""]));
    // 600 bytes a day: two fit, the third burns.
    devnet.settle(devnet.transfer(&payer, holder.address(), 2), &payer);
    let third = devnet.settle(devnet.transfer(&payer, holder.address(), 3), &payer);
    assert_eq!(int(&third["receipt"]["net_fee"]), used * 1_000);
    assert_eq!(third["fee"], third["receipt"]["net_fee"]);
}

#[test]
fn a_new_recipient_costs_1_1_trx() {
    let devnet = Devnet::manual(1);
    let payer = devnet.funded(1, "10", "0.000001");
    let info = devnet.settle(devnet.transfer(&payer, Address::from_evm([9; 20]), 1), &payer);
    assert_eq!((int(&info["fee"]), &info["receipt"]), (1_100_000, &json!({ "net_fee": 100_000 })));
}

#[test]
fn a_token_payment_burns_energy_at_100_sun_and_uses_345_bytes() {
    let devnet = Devnet::manual(1);
    let payer = devnet.funded(1, "100", "10");
    let arguments = payment(Address::from_evm([9; 20]), 1);
    let info = devnet.settle(devnet.token_call(&payer, "transfer(address,uint256)", &arguments, 20_000_000), &payer);
    let receipt = &info["receipt"];
    assert!((345..=348).contains(&int(&receipt["net_usage"])), "{info}");
    assert_eq!(int(&receipt["energy_fee"]), int(&receipt["energy_usage_total"]) * 100);
    assert_eq!(info["fee"], receipt["energy_fee"]);
    assert!(receipt.get("energy_usage").is_none());
}

#[test]
fn staked_energy_pays_first_and_can_be_lent() {
    let devnet = Devnet::manual(1);
    let (payer, staker) = (devnet.funded(1, "100", "10"), devnet.funded(2, "60000", "0.000001"));
    let build = |path: &str, fields: serde_json::Value| {
        let built = devnet.post(path, fields);
        assert!(built.get("Error").is_none(), "{built}");
        devnet.settle(built, &staker)
    };
    let owner = staker.address().to_hex21();
    build(
        "/wallet/freezebalancev2",
        json!({ "owner_address": owner, "frozen_balance": 50_000_000_000_i64, "resource": "ENERGY" }),
    );
    let receiver = payer.address().to_hex21();
    let lend = json!({ "owner_address": owner, "receiver_address": receiver, "balance": 10_000_000_000_i64, "resource": "ENERGY" });
    build("/wallet/delegateresource", lend);
    let resources = devnet.post("/wallet/getaccountresource", json!({ "address": receiver }));
    let limit = int(&resources["EnergyLimit"]);
    assert!(limit > 29_277, "{resources}");
    let arguments = payment(Address::from_evm([9; 20]), 1);
    let info = devnet.settle(devnet.token_call(&payer, "transfer(address,uint256)", &arguments, 20_000_000), &payer);
    assert_eq!(info["receipt"]["energy_usage"], info["receipt"]["energy_usage_total"], "{info}");
    assert!(info.get("fee").is_none(), "{info}");
    let after = devnet.post("/wallet/getaccountresource", json!({ "address": receiver }));
    assert_eq!(int(&after["EnergyUsed"]), int(&info["receipt"]["energy_usage"]));
}
