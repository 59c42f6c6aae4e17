//! The token's quirks, seen over HTTP.

use primitives::Address;
use serde_json::{Value, json};

use crate::support::{Devnet, int, payment, text, word};

const TRANSFER: &str = "transfer(address,uint256)";
const LIMIT: u64 = 20_000_000;

fn succeeded(info: &Value) -> bool {
    info["receipt"]["result"] == "SUCCESS" && info.get("result").is_none()
}

/// The owner acts, one block later.
fn owner(devnet: &Devnet, action: Value) -> Value {
    let answer = devnet.post("/devnet/token", action);
    devnet.mine(1);
    let info = devnet.post("/wallet/gettransactioninfobyid", json!({ "value": answer["txid"] }));
    assert!(succeeded(&info), "{info}");
    info
}

#[test]
fn a_transfer_succeeds_and_says_false() {
    let devnet = Devnet::manual(1);
    let payer = devnet.funded(1, "1000", "100");
    let recipient = Address::from_evm([9; 20]);
    let info = devnet.settle(devnet.token_call(&payer, TRANSFER, &payment(recipient, 25_000_000), LIMIT), &payer);
    assert!(succeeded(&info), "{info}");
    assert_eq!(info["contractResult"], json!(["0".repeat(64)]));
    assert_eq!(devnet.usdt_of(recipient), 25_000_000);
    assert_eq!(info["log"].as_array().unwrap().len(), 1);
    assert_eq!(text(&info["log"][0]["topics"][2]), word(recipient));
    // Approvals do say true.
    let info =
        devnet.settle(devnet.token_call(&payer, "approve(address,uint256)", &payment(recipient, 5), LIMIT), &payer);
    assert_eq!(info["contractResult"], json!([format!("{:064x}", 1)]));
}

#[test]
fn energy_is_near_the_real_tokens() {
    let devnet = Devnet::manual(1);
    let payer = devnet.funded(1, "1000", "100");
    let call = || devnet.token_call(&payer, TRANSFER, &payment(Address::from_evm([9; 20]), 1), LIMIT);
    let fresh = devnet.settle(call(), &payer);
    let holder = devnet.settle(call(), &payer);
    let energy = |info: &Value| int(&info["receipt"]["energy_usage_total"]);
    assert_eq!((energy(&fresh), energy(&holder)), (29_277, 14_277));
    // The real token's figures; both differ by the 15 000 of a new storage row.
    assert!((energy(&fresh) - 29_631).abs() < 400);
    assert!((energy(&holder) - 14_631).abs() < 400);
    let read = devnet.token_read("balanceOf(address)", &word(payer.address()));
    assert_eq!(int(&read["energy_used"]), 887);
}

#[test]
fn an_overdraft_burns_the_whole_limit_and_a_refusal_only_what_was_used() {
    let devnet = Devnet::manual(1);
    let payer = devnet.funded(1, "1000", "100");
    let recipient = Address::from_evm([9; 20]);
    let overdraft = devnet.token_call(&payer, TRANSFER, &payment(recipient, 100_000_001), LIMIT);
    let info = devnet.settle(overdraft, &payer);
    assert_eq!(text(&info["result"]), "FAILED");
    assert_eq!(text(&info["receipt"]["result"]), "ILLEGAL_OPERATION");
    assert_eq!(int(&info["receipt"]["energy_usage_total"]), 200_000);
    assert_eq!(int(&info["receipt"]["energy_fee"]), 20_000_000);

    let transfer = devnet.token_call(&payer, TRANSFER, &payment(recipient, 1), LIMIT);
    owner(&devnet, json!({ "action": "pause" }));
    let info = devnet.settle(transfer, &payer);
    assert_eq!(text(&info["receipt"]["result"]), "REVERT");
    assert_eq!(info["contractResult"], json!([""]));
    assert!(int(&info["receipt"]["energy_usage_total"]) < 1_000);
    assert_eq!(devnet.usdt_of(recipient), 0);
}

#[test]
fn only_the_paying_side_is_blacklisted() {
    let devnet = Devnet::manual(1);
    let (payer, other) = (devnet.funded(1, "1000", "100"), devnet.funded(2, "1000", "100"));
    owner(&devnet, json!({ "action": "add_black_list", "address": other.address() }));
    let to_listed = devnet.token_call(&payer, TRANSFER, &payment(other.address(), 7), LIMIT);
    assert!(succeeded(&devnet.settle(to_listed, &payer)));
    assert_eq!(devnet.usdt_of(other.address()), 100_000_007);
    let from_listed = devnet.token_call(&other, TRANSFER, &payment(payer.address(), 7), LIMIT);
    assert_eq!(text(&devnet.settle(from_listed, &other)["receipt"]["result"]), "REVERT");
    let burnt = owner(&devnet, json!({ "action": "destroy_black_funds", "address": other.address() }));
    assert_eq!(burnt["log"].as_array().unwrap().len(), 1, "no Transfer event: {burnt}");
    assert_eq!(devnet.usdt_of(other.address()), 0);
}

#[test]
fn a_fee_is_taken_from_the_amount_and_announced_twice() {
    let devnet = Devnet::manual(1);
    let payer = devnet.funded(1, "1000", "100");
    let recipient = Address::from_evm([9; 20]);
    owner(&devnet, json!({ "action": "set_fee", "basis_points": 10, "maximum": 1 }));
    let info = devnet.settle(devnet.token_call(&payer, TRANSFER, &payment(recipient, 50_000_000), LIMIT), &payer);
    assert!(succeeded(&info), "{info}");
    let log = info["log"].as_array().unwrap();
    let amounts: Vec<u64> = log.iter().map(|event| u64::from_str_radix(text(&event["data"]), 16).unwrap()).collect();
    assert_eq!(amounts, [49_950_000, 50_000]);
    assert_eq!(devnet.usdt_of(recipient), 49_950_000);
    assert_eq!(devnet.usdt_of(payer.address()), 50_000_000);
}

#[test]
fn an_unlimited_allowance_is_never_used_up() {
    let devnet = Devnet::manual(1);
    let (payer, spender) = (devnet.funded(1, "1000", "100"), devnet.funded(2, "1000", "0.000001"));
    let recipient = Address::from_evm([9; 20]);
    let allowance = || {
        let read = devnet.token_read("allowance(address,address)", &(word(payer.address()) + &word(spender.address())));
        text(&read["constant_result"][0]).to_owned()
    };
    let spend = || {
        let arguments = word(payer.address()) + &payment(recipient, 5);
        let call = devnet.token_call(&spender, "transferFrom(address,address,uint256)", &arguments, LIMIT);
        devnet.settle(call, &spender)
    };
    for (granted, left) in [("f".repeat(64), "f".repeat(64)), (format!("{:064x}", 7), format!("{:064x}", 2))] {
        let arguments = word(spender.address()) + &granted;
        let approve = devnet.token_call(&payer, "approve(address,uint256)", &arguments, LIMIT);
        assert!(succeeded(&devnet.settle(approve, &payer)));
        let info = spend();
        assert!(succeeded(&info), "{info}");
        assert_eq!(info["contractResult"], json!([format!("{:064x}", 1)]));
        assert_eq!(allowance(), left);
    }
    assert_eq!(devnet.usdt_of(recipient), 10);
}
