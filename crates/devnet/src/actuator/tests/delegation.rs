use tron_tx::proto::DelegateResourceContract;

use super::{ENERGY, delegate, freeze, says, undelegate};
use crate::chain::At;
use crate::testing::{TRX, World, at, bytes, call, transfer};

/// Alice has staked 1 000 TRX for energy and Bob has deployed something that costs 5 009 a call.
fn world() -> (World, primitives::Address) {
    let mut world = World::new();
    world.settle(freeze("alice", 10_000, ENERGY), "alice");
    let contract = world.deploy("bob", &[0x60, 0x00, 0x35, 0x60, 0x00, 0x55, 0x00], 100);
    (world, contract)
}

#[test]
fn lent_stake_pays_for_the_receiver() {
    let (mut world, contract) = world();
    world.settle(delegate("alice", "bob", 9_000 * TRX), "alice");
    let (alice, bob) = (world.account("alice"), world.account("bob"));
    let lent = alice.account_resource.unwrap().delegated_frozen_v2_balance_for_energy;
    let borrowed = bob.account_resource.unwrap().acquired_delegated_frozen_v2_balance_for_energy;
    assert_eq!((lent, borrowed, alice.frozen_v2[1].amount), (9_000 * TRX, 9_000 * TRX, 1_000 * TRX));
    assert_eq!(world.chain.view(At::Head).resources(&at("bob")).unwrap().energy_limit, 8_910);
    // Votes stay with the owner.
    assert_eq!(world.chain.view(At::Head).resources(&at("alice")).unwrap().tron_power_limit, 10_000);

    let info = world.trigger("bob", call("bob", contract, vec![0; 32]), 100 * TRX);
    let receipt = info.receipt.unwrap();
    assert_eq!((receipt.energy_usage, receipt.energy_fee), (5_009, 0));
    let parts = world.chain.view(At::Head).delegated_resource(&at("alice"), &at("bob"));
    assert_eq!((parts.len(), parts[0].frozen_balance_for_energy), (1, 9_000 * TRX));
    let index = world.chain.view(At::Head).delegation_index(&at("bob"));
    assert_eq!((index.from_accounts, index.to_accounts.len()), (vec![bytes(at("alice"))], 0));
    assert_eq!(world.chain.view(At::Head).delegation_index(&at("alice")).to_accounts, [bytes(at("bob"))]);
}

#[test]
fn taking_back_moves_the_use_that_belongs_to_the_stake() {
    let (mut world, contract) = world();
    world.settle(delegate("alice", "bob", 9_000 * TRX), "alice");
    world.trigger("bob", call("bob", contract, vec![0; 32]), 100 * TRX);
    world.settle(undelegate("alice", "bob", 3_000 * TRX), "alice");
    let view = world.chain.view(At::Head);
    let (alice, bob) = (view.resources(&at("alice")).unwrap(), view.resources(&at("bob")).unwrap());
    // A third of the 5 009, less what came back meanwhile.
    assert!((1_667..=1_669).contains(&alice.energy_used), "{alice:?}");
    assert!((3_337..=3_340).contains(&bob.energy_used), "{bob:?}");
    assert_eq!((alice.energy_limit, bob.energy_limit), (3_960, 5_940));

    world.settle(undelegate("alice", "bob", 6_000 * TRX), "alice");
    let view = world.chain.view(At::Head);
    assert!(view.delegated_resource(&at("alice"), &at("bob")).is_empty());
    assert!(view.delegation_index(&at("bob")).from_accounts.is_empty());
    let alice = view.resources(&at("alice")).unwrap();
    assert!((5_003..=5_009).contains(&alice.energy_used), "{alice:?}");
    assert_eq!(view.resources(&at("bob")).unwrap().energy_used, 0);
}

#[test]
fn what_is_in_use_cannot_be_lent() {
    let (mut world, contract) = world();
    world.trigger("alice", call("alice", contract, vec![0; 32]), 100 * TRX);
    let free = world.chain.view(At::Head).can_delegate(&at("alice"), crate::state::StakedResource::Energy);
    // 5 009 of 9 900 units are in use.
    assert!((4_900 * TRX..5_000 * TRX).contains(&free), "{free}");
    let text = "delegateBalance must be less than or equal to available FreezeEnergyV2 balance";
    assert_eq!(says(&mut world, delegate("alice", "bob", free + 2 * TRX), "alice"), text);
    world.settle(delegate("alice", "bob", free), "alice");
}

#[test]
fn locks_hold_until_they_are_over() {
    let (mut world, _) = world();
    let locked = DelegateResourceContract { lock: true, lock_period: 100, ..delegate("alice", "bob", 4_000 * TRX) };
    let head = world.chain.head().time();
    world.settle(locked.clone(), "alice");
    world.settle(delegate("alice", "bob", 1_000 * TRX), "alice");
    let parts = world.chain.view(At::Head).delegated_resource(&at("alice"), &at("bob"));
    assert_eq!(parts.len(), 2);
    assert_eq!(parts[1].expire_time_for_energy, head.plus_ms(300_000).to_i64());

    let text = format!(
        "insufficient delegateFrozenBalance(Energy), request={}, unlock_balance={}",
        1_000 * TRX + 1,
        1_000 * TRX
    );
    assert_eq!(says(&mut world, undelegate("alice", "bob", 1_000 * TRX + 1), "alice"), text);
    let shorter = DelegateResourceContract { lock_period: 1, ..locked.clone() };
    let text = says(&mut world, shorter, "alice");
    assert!(text.starts_with("The lock period for ENERGY this time cannot be less than the remaining time["), "{text}");

    world.wait_ms(301_000);
    world.settle(undelegate("alice", "bob", 5_000 * TRX), "alice");
    assert!(world.chain.view(At::Head).delegated_resource(&at("alice"), &at("bob")).is_empty());
}

#[test]
fn delegations_that_are_refused() {
    let (mut world, contract) = world();
    let small = "delegateBalance must be greater than or equal to 1 TRX";
    assert_eq!(says(&mut world, delegate("alice", "bob", TRX - 1), "alice"), small);
    let own = "receiverAddress must not be the same as ownerAddress";
    assert_eq!(says(&mut world, delegate("alice", "alice", TRX), "alice"), own);
    let unknown = format!("Account[{}] not exists", at("carol").to_hex21());
    assert_eq!(says(&mut world, delegate("alice", "carol", TRX), "alice"), unknown);
    let to_contract = DelegateResourceContract { receiver_address: bytes(contract), ..delegate("alice", "bob", TRX) };
    assert_eq!(says(&mut world, to_contract, "alice"), "Do not allow delegate resources to contract addresses");
    let long = DelegateResourceContract { lock: true, lock_period: 864_001, ..delegate("alice", "bob", TRX) };
    let text = "The lock period of delegate resource cannot be less than 0 and cannot exceed 864000!";
    assert_eq!(says(&mut world, long, "alice"), text);
    assert_eq!(says(&mut world, undelegate("alice", "bob", TRX), "alice"), "delegated Resource does not exist");
    world.settle(transfer("alice", "bob", 1), "alice");
}
