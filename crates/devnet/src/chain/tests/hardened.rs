//! The update that the plane makes, as the chain takes it, and what the keys may do from then on.

use primitives::Address;
use primitives::statement::PermissionKeys;
use tron_tx::contract::permission_update;
use tron_tx::proto::{
    AccountPermissionUpdateContract, FreezeBalanceV2Contract, Transaction, TransactionRaw, TransferContract,
};
use tron_tx::{Contract, Payload};

use crate::broadcast::ResponseCode;
use crate::testing::{PURSE, TRX, World, at, bytes, signed, transfer};

/// TransferContract and TriggerSmartContract.
const HOT: [u8; 32] = {
    let mut operations = [0; 32];
    operations[0] = 0b10;
    operations[3] = 0x80;
    operations
};

fn keys(threshold: u32, names: &[&str]) -> PermissionKeys {
    let mut keys: Vec<(Address, u32)> = names.iter().map(|name| (at(name), 1)).collect();
    keys.sort_unstable();
    PermissionKeys { threshold, keys }
}

/// Alice's account, owned by Carol from now on.
fn hardened(active: &PermissionKeys) -> World {
    let mut world = World::new();
    let Contract::Other { payload, .. } = permission_update(at("alice"), &keys(1, &["carol"]), active, HOT) else {
        panic!("a contract without fields of its own")
    };
    let Payload::AccountPermissionUpdate(update) = *payload else { panic!("an update of permissions") };
    let update: AccountPermissionUpdateContract = update;
    assert_eq!(world.settle(update, "alice").fee, 100 * TRX);
    world
}

fn under(world: &mut World, permission: i32, payload: impl Into<Payload>, signers: &[&str]) -> Transaction {
    let mut raw: TransactionRaw = world.raw(payload);
    raw.contract[0].permission_id = permission;
    signed(raw, signers)
}

fn pay() -> TransferContract {
    transfer("alice", "bob", TRX)
}

fn stake() -> FreezeBalanceV2Contract {
    FreezeBalanceV2Contract { owner_address: bytes(at("alice")), frozen_balance: TRX, resource: 0 }
}

fn refused(world: &mut World, transaction: Transaction) -> String {
    let refusal = world.broadcast(transaction).unwrap_err();
    assert_eq!(refusal.code, ResponseCode::SigError);
    refusal.message
}

fn stranger(transaction: &Transaction, signature: usize, name: &str) -> String {
    let signature = hex::encode(&transaction.signature[signature]);
    let signer = at(name);
    format!("Validate signature error: {signature} is signed by {signer} but it is not contained of permission.")
}

#[test]
fn a_hot_key_keeps_what_its_class_signs_and_nothing_as_owner() {
    let mut world = hardened(&keys(1, &["alice"]));
    let as_owner = under(&mut world, 0, pay(), &["alice"]);
    let expected = stranger(&as_owner, 0, "alice");
    assert_eq!(refused(&mut world, as_owner), expected);
    let stakes = under(&mut world, 2, stake(), &["alice"]);
    assert_eq!(refused(&mut world, stakes), "Validate signature error: Permission denied");
    let mut raw = world.raw(pay());
    raw.contract[0].permission_id = 3;
    assert_eq!(refused(&mut world, signed(raw, &["alice"])), "Validate signature error: permission isn't exit");

    let pays = under(&mut world, 2, pay(), &["alice"]);
    world.settle_signed(pays);
    // The owner may do everything, permissions included; the hot key cannot take them back.
    let back = |account: &str| {
        let Contract::Other { payload, .. } =
            permission_update(at("alice"), &keys(1, &[account]), &keys(1, &["alice"]), HOT)
        else {
            panic!("a contract without fields of its own")
        };
        *payload
    };
    for (permission, expected) in [(0, None), (2, Some("Validate signature error: Permission denied"))] {
        let takes_back = under(&mut world, permission, back("alice"), &["alice"]);
        let expected = expected.map_or_else(|| stranger(&takes_back, 0, "alice"), str::to_owned);
        assert_eq!(refused(&mut world, takes_back), expected);
    }
    let given_back = under(&mut world, 0, back("alice"), &["carol"]);
    world.settle_signed(given_back);
    let as_owner_again = under(&mut world, 0, pay(), &["alice"]);
    world.settle_signed(as_owner_again);
}

#[test]
fn two_tokens_sign_together_in_any_order() {
    let mut world = hardened(&keys(2, &["alice", "dave"]));
    let before = world.balance("alice");
    assert!(before <= PURSE - 100 * TRX);
    for order in [["alice", "dave"], ["dave", "alice"]] {
        let both = under(&mut world, 2, pay(), &order);
        assert!(world.settle_signed(both).fee >= TRX, "the second signature costs 1 TRX");
    }
    for alone in ["alice", "dave"] {
        let one = under(&mut world, 2, pay(), &[alone]);
        assert_eq!(refused(&mut world, one), "Validate signature error: sig error");
        let twice = under(&mut world, 2, pay(), &[alone, alone]);
        let expected = format!("Validate signature error: {} has signed twice!", at(alone));
        assert_eq!(refused(&mut world, twice), expected);
        let foreign = under(&mut world, 2, pay(), &[alone, "bob"]);
        let expected = stranger(&foreign, 1, "bob");
        assert_eq!(refused(&mut world, foreign), expected);
    }
    let three = under(&mut world, 2, pay(), &["alice", "dave", "bob"]);
    let expected = "Validate signature error: Signature count is 3 more than key counts of permission : 2";
    assert_eq!(refused(&mut world, three), expected);
    let owner = under(&mut world, 2, pay(), &["carol"]);
    let expected = stranger(&owner, 0, "carol");
    assert_eq!(refused(&mut world, owner), expected);
}
