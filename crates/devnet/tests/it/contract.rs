//! The committed form of the token is what the pinned compiler makes of the committed source.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::{Tools, tools};

#[test]
fn the_compiled_token_is_up_to_date() {
    let contracts = Path::new(env!("CARGO_MANIFEST_DIR")).join("contracts");
    let tools = tools(Tools::Compiler);
    let output = Command::new("node")
        .arg(contracts.join("compile.js"))
        .env("NODE_PATH", &tools["solc"])
        .output()
        .expect("node is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let fresh: Value = serde_json::from_slice(&output.stdout).unwrap();
    let committed: Value = serde_json::from_slice(&std::fs::read(contracts.join("TetherUsd.json")).unwrap()).unwrap();
    assert_eq!(fresh["compiler"], committed["compiler"]);
    assert_eq!(fresh["abi"], committed["abi"]);
    assert_eq!(fresh["bytecode"], committed["bytecode"], "run contracts/compile.js and commit its output");
    assert_eq!(fresh, committed);
}

#[test]
fn the_token_answers_to_the_real_ones_selectors() {
    // Selectors as read from the token on mainnet.
    let expected = [
        ("transfer(address,uint256)", "a9059cbb"),
        ("transferFrom(address,address,uint256)", "23b872dd"),
        ("approve(address,uint256)", "095ea7b3"),
        ("balanceOf(address)", "70a08231"),
        ("allowance(address,address)", "dd62ed3e"),
        ("decimals()", "313ce567"),
        ("symbol()", "95d89b41"),
        ("name()", "06fdde03"),
        ("totalSupply()", "18160ddd"),
        ("owner()", "8da5cb5b"),
        ("getOwner()", "893d20e8"),
        ("increaseApproval(address,uint256)", "d73dd623"),
        ("decreaseApproval(address,uint256)", "66188463"),
        ("paused()", "5c975abb"),
        ("pause()", "8456cb59"),
        ("unpause()", "3f4ba83a"),
        ("isBlackListed(address)", "e47d6060"),
        ("getBlackListStatus(address)", "59bf1abe"),
        ("addBlackList(address)", "0ecb93c0"),
        ("removeBlackList(address)", "e4997dc5"),
        ("destroyBlackFunds(address)", "f3bdc228"),
        ("basisPointsRate()", "dd644f72"),
        ("maximumFee()", "35390714"),
        ("calcFee(uint256)", "75dc7d8c"),
        ("setParams(uint256,uint256)", "c0324c77"),
        ("deprecated()", "0e136b19"),
        ("upgradedAddress()", "26976e3f"),
        ("oldBalanceOf(address)", "b7a3446c"),
        ("issue(uint256)", "cc872b66"),
        ("MAX_UINT()", "e5b5019a"),
    ];
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("contracts/TetherUsd.json");
    let compiled: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    for (signature, selector) in expected {
        assert_eq!(compiled["selectors"][signature], selector, "{signature}");
    }
}
