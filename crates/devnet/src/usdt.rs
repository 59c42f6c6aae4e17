//! The devnet's USDT: a contract of our own with the selectors, events and quirks of the real one.
//!
//! Source, compiler script and compiled form are in `contracts/`; `tests/contract.rs` recompiles and compares. Energy of
//! `transfer` without a dynamic factor, measured by the tests of this crate: 14 277 to a holder and 29 277 to a fresh
//! address (the real token: about 14 631 and 29 631), `balanceOf` 887 (about 935).

use alloy_sol_types::SolValue;
use alloy_sol_types::private::U256;
use primitives::{Address, HexBytes, Usdt};
use serde_json::Value;

use crate::genesis::GenesisContract;

/// `contracts/TetherUsd.json`: what `contracts/compile.js` printed.
const COMPILED: &str = include_str!("../contracts/TetherUsd.json");

/// Where the token is unless configured otherwise: 20 readable bytes, so that nobody can have a key for it.
pub const DEFAULT_ADDRESS: Address = Address::from_evm(*b"devnet USDT contract");

/// The supply at genesis unless configured otherwise: 1 billion, all of it the faucet's.
pub const DEFAULT_SUPPLY: Usdt = match Usdt::new(1_000_000_000_000_000) {
    Ok(supply) => supply,
    Err(_) => panic!("below the largest amount"),
};

/// The contract's name as deployed.
pub const NAME: &str = "TetherToken";

/// The interface in Solidity's JSON form.
pub fn abi() -> Value {
    field("abi")
}

/// The code that deploys the contract, to be followed by [`constructor_arguments`].
pub fn bytecode() -> Vec<u8> {
    code("bytecode")
}

/// The code as it stands on the chain.
pub fn runtime() -> Vec<u8> {
    code("runtime")
}

/// Arguments of the constructor: `supply`, then the real token's name, symbol and 6 decimals.
pub fn constructor_arguments(supply: Usdt) -> Vec<u8> {
    (U256::from(supply.units()), "Tether USD".to_owned(), "USDT".to_owned(), U256::from(6)).abi_encode_params()
}

/// [`bytecode`] with its arguments, as a deployment's `bytecode` has them.
pub fn init_code(supply: Usdt) -> Vec<u8> {
    let mut code = bytecode();
    code.extend(constructor_arguments(supply));
    code
}

/// The token as part of a genesis: `owner` may pause, blacklist and issue, and holds the supply.
pub fn genesis_contract(address: Address, owner: Address, supply: Usdt) -> GenesisContract {
    GenesisContract {
        address,
        creator: owner,
        name: NAME.to_owned(),
        abi: abi().to_string(),
        init_code: HexBytes(init_code(supply)),
    }
}

fn field(name: &str) -> Value {
    let mut compiled: Value = serde_json::from_str(COMPILED).expect("the committed file is compile.js's output");
    compiled[name].take()
}

fn code(name: &str) -> Vec<u8> {
    let text = field(name);
    hex::decode(text.as_str().expect("compile.js writes a string")).expect("compile.js writes hexadecimal")
}
