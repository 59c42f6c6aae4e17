use tron_tx::proto::{AccountUpdateContract, ClearAbiContract, UpdateEnergyLimitContract, UpdateSettingContract};

use super::says;
use crate::chain::At;
use crate::testing::{World, at, bytes};

#[test]
fn a_deployer_changes_what_callers_pay() {
    let mut world = World::new();
    let contract = world.deploy("bob", &[0x00], 100);
    let percent = |owner: &str, percent: i64| UpdateSettingContract {
        owner_address: bytes(at(owner)),
        contract_address: bytes(contract),
        consume_user_resource_percent: percent,
    };
    let limit = |owner: &str, limit: i64| UpdateEnergyLimitContract {
        owner_address: bytes(at(owner)),
        contract_address: bytes(contract),
        origin_energy_limit: limit,
    };
    world.settle(percent("bob", 30), "bob");
    world.settle(limit("bob", 777), "bob");
    let clear = ClearAbiContract { owner_address: bytes(at("bob")), contract_address: bytes(contract) };
    world.settle(clear, "bob");
    let found = world.chain.view(At::Head).contract(&contract).unwrap().clone();
    assert_eq!((found.caller_percent, found.creator_energy_limit, found.description.abi), (30, 777, None));
    assert_eq!(found.description.consume_user_resource_percent, 30);

    let text = format!("Account[{}] is not the owner of the contract", at("alice").to_hex21());
    assert_eq!(says(&mut world, percent("alice", 1), "alice"), text);
    assert_eq!(says(&mut world, percent("bob", 101), "bob"), "percent not in [0, 100]");
    assert_eq!(says(&mut world, limit("bob", 0), "bob"), "origin energy limit must be > 0");
    let nowhere = UpdateSettingContract { contract_address: bytes(at("alice")), ..percent("bob", 1) };
    assert_eq!(says(&mut world, nowhere, "bob"), "Contract does not exist");
}

#[test]
fn an_account_is_named_once() {
    let mut world = World::new();
    let named = |name: &[u8]| AccountUpdateContract { account_name: name.to_vec(), owner_address: bytes(at("alice")) };
    assert_eq!(says(&mut world, named(&[b'a'; 201]), "alice"), "Invalid accountName");
    world.settle(named(b"treasury"), "alice");
    assert_eq!(world.account("alice").account_name, b"treasury");
    assert_eq!(says(&mut world, named(b"other"), "alice"), "This account name is already existed");
}
