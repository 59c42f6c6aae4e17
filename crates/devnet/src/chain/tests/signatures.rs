use tron_tx::proto::{AccountPermissionUpdateContract, Key, Permission, PermissionType, Transaction, TransactionRaw};

use crate::broadcast::ResponseCode;
use crate::state::Permissions;
use crate::testing::{PURSE, TRX, World, at, bytes, key, signed, transfer};

fn text(world: &mut World, transaction: Transaction) -> String {
    let refusal = world.broadcast(transaction).unwrap_err();
    assert_eq!(refusal.code, ResponseCode::SigError);
    refusal.message.strip_prefix("Validate signature error: ").unwrap().to_owned()
}

fn keyed(names: &[&str]) -> Vec<Key> {
    names.iter().map(|name| Key { address: bytes(at(name)), weight: 1 }).collect()
}

/// Alice as owner, Bob and Carol together as active 2, which may only transfer; Dave alone as active 3.
fn shared() -> AccountPermissionUpdateContract {
    let default = Permissions::default_of(at("alice"));
    let mut transfers_only = vec![0; 32];
    transfers_only[0] = 0b10;
    let active = |name: &str, keys, threshold, operations| Permission {
        permission_type: PermissionType::Active.into(),
        permission_name: name.to_owned(),
        threshold,
        operations,
        keys,
        ..Permission::default()
    };
    AccountPermissionUpdateContract {
        owner_address: bytes(at("alice")),
        owner: Some(default.owner),
        witness: None,
        actives: vec![
            active("payments", keyed(&["bob", "carol"]), 2, transfers_only),
            active("staking", keyed(&["dave"]), 1, default.actives[0].operations.clone()),
        ],
    }
}

fn by_permission(world: &mut World, id: i32, signers: &[&str]) -> Transaction {
    let mut raw = world.raw(transfer("alice", "bob", 1));
    raw.contract[0].permission_id = id;
    signed(raw, signers)
}

#[test]
fn an_account_without_permissions_is_its_own_key() {
    let mut world = World::new();
    for id in [0, 2] {
        let transaction = by_permission(&mut world, id, &["alice"]);
        world.settle_signed(transaction);
    }
    let unsigned = by_permission(&mut world, 0, &[]);
    assert_eq!(text(&mut world, unsigned), "miss sig or contract");
    for (id, expected) in [(1, "permission isn't exit"), (3, "permission isn't exit")] {
        let transaction = by_permission(&mut world, id, &["alice"]);
        assert_eq!(text(&mut world, transaction), expected);
    }
}

#[test]
fn foreign_short_and_repeated_signatures() {
    let mut world = World::new();
    let foreign = by_permission(&mut world, 0, &["bob"]);
    let expected = format!(
        "{} is signed by {} but it is not contained of permission.",
        hex::encode(&foreign.signature[0]),
        at("bob")
    );
    assert_eq!(text(&mut world, foreign), expected);

    let mut short = by_permission(&mut world, 0, &["alice"]);
    short.signature[0].truncate(64);
    assert_eq!(text(&mut world, short), "Signature size is 64");

    let twice = by_permission(&mut world, 0, &["alice", "alice"]);
    assert_eq!(text(&mut world, twice), "Signature count is 2 more than key counts of permission : 1");
    let many = by_permission(&mut world, 0, &["alice"; 6]);
    assert_eq!(text(&mut world, many), "too many signatures");

    // Both conventions of the recovery number, high s, and bytes after the 65th are all accepted.
    let mut modern = by_permission(&mut world, 0, &["alice"]);
    modern.signature[0][64] += 27;
    modern.signature[0].push(9);
    world.settle_signed(modern);
}

#[test]
fn a_shared_account_needs_the_weight_that_it_was_given() {
    let mut world = World::new();
    let update = world.settle(shared(), "alice");
    assert_eq!(update.fee, 100 * TRX);
    assert_eq!(world.balance("alice"), PURSE - 100 * TRX);
    let ids: Vec<i32> = world.account("alice").active_permission.iter().map(|active| active.id).collect();
    assert_eq!(ids, [2, 3]);

    let both = by_permission(&mut world, 2, &["bob", "carol"]);
    let info = world.settle_signed(both);
    // One TRX for the second signature, and its 67 bytes, which the update has left no free bandwidth for.
    assert_eq!((info.fee, info.receipt.unwrap().net_fee), (TRX + 334_000, (267 + 67) * 1_000));

    let one = by_permission(&mut world, 2, &["bob"]);
    assert_eq!(text(&mut world, one), "sig error");
    let same = by_permission(&mut world, 2, &["bob", "bob"]);
    assert_eq!(text(&mut world, same), format!("{} has signed twice!", at("bob")));
    let owner = by_permission(&mut world, 2, &["alice"]);
    assert!(text(&mut world, owner).ends_with("but it is not contained of permission."));

    let mut raw = world.raw(freeze());
    raw.contract[0].permission_id = 2;
    assert_eq!(text(&mut world, signed(raw, &["bob", "carol"])), "Permission denied");
    let mut raw = world.raw(freeze());
    raw.contract[0].permission_id = 3;
    world.settle_signed(signed(raw, &["dave"]));
}

fn freeze() -> tron_tx::proto::FreezeBalanceV2Contract {
    tron_tx::proto::FreezeBalanceV2Contract { owner_address: bytes(at("alice")), frozen_balance: TRX, resource: 0 }
}

#[test]
fn permissions_that_are_refused() {
    let mut world = World::new();
    let mut says = |change: &dyn Fn(&mut AccountPermissionUpdateContract)| {
        let mut contract = shared();
        change(&mut contract);
        let (code, text) = world.refused(contract, "alice");
        assert_eq!(code, ResponseCode::ContractValidateError);
        text.strip_prefix("Contract validate error : ").unwrap().to_owned()
    };
    assert_eq!(says(&|c| c.owner = None), "owner permission is missed");
    assert_eq!(says(&|c| c.actives.clear()), "active permission is missed");
    assert_eq!(says(&|c| c.actives = vec![c.actives[0].clone(); 9]), "active permission is too many");
    assert_eq!(says(&|c| c.witness = c.owner.clone()), "account isn't witness can't set witness permission");
    assert_eq!(says(&|c| c.actives[0].threshold = 0), "permission's threshold should be greater than 0");
    assert_eq!(
        says(&|c| c.actives[0].threshold = 3),
        "sum of all key's weight should not be less than threshold in permission Active"
    );
    assert_eq!(
        says(&|c| c.actives[0].keys[1] = c.actives[0].keys[0].clone()),
        "address should be distinct in permission Active"
    );
    assert_eq!(says(&|c| c.actives[0].keys[0].weight = 0), "key's weight should be greater than 0");
    assert_eq!(says(&|c| c.actives[0].keys.clear()), "key's count should be greater than 0");
    assert_eq!(says(&|c| c.actives[0].operations = vec![0; 31]), "operations size must 32");
    // Bit 52 is the market's, which mainnet has not enabled.
    assert_eq!(says(&|c| c.actives[0].operations[6] = 0x10), "52 isn't a validate ContractType");
    assert_eq!(says(&|c| c.actives[0].permission_name = "n".repeat(33)), "permission's name is too long");
    assert_eq!(says(&|c| c.actives[0].permission_type = 0), "active permission type is error");
    assert_eq!(says(&|c| c.actives[0].parent_id = 1), "permission's parent should be owner");
}

#[test]
fn the_owner_may_be_replaced() {
    let mut world = World::new();
    let mut contract = shared();
    contract.owner.as_mut().unwrap().keys = keyed(&["carol"]);
    world.settle(contract, "alice");
    let old = by_permission(&mut world, 0, &["alice"]);
    assert!(text(&mut world, old).contains("is not contained of permission"));
    let new = by_permission(&mut world, 0, &["carol"]);
    world.settle_signed(new);
}

#[test]
fn a_signature_of_another_chain_state_is_of_another_key() {
    let mut world = World::new();
    let raw = world.raw(transfer("alice", "bob", 1));
    let mut transaction = signed(raw, &["alice"]);
    // The signature is of the id before this change, so it recovers some other key.
    let changed = TransactionRaw { fee_limit: 1, ..transaction.raw_data.clone().unwrap() };
    transaction.raw_data = Some(changed);
    assert!(text(&mut world, transaction).contains(" is signed by "));
    assert_eq!(key("alice").address(), at("alice"));
}
