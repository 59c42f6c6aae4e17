use tron_tx::proto::{CancelAllUnfreezeV2Contract, WithdrawExpireUnfreezeContract};

use super::{ENERGY, freeze, says, unfreeze};
use crate::chain::At;
use crate::testing::{PURSE, TRX, World, at, bytes};

const FOURTEEN_DAYS: u64 = 14 * 86_400_000;

fn withdraw() -> WithdrawExpireUnfreezeContract {
    WithdrawExpireUnfreezeContract { owner_address: bytes(at("alice")) }
}

#[test]
fn stake_leaves_the_balance_and_buys_a_share() {
    let mut world = World::new();
    world.settle(freeze("alice", 10_000, ENERGY), "alice");
    let account = world.account("alice");
    assert_eq!((account.balance, account.frozen_v2[1].amount), (PURSE - 10_000 * TRX, 10_000 * TRX));
    assert_eq!(account.frozen_v2.len(), 3);
    let use_of = world.chain.view(At::Head).resources(&at("alice")).unwrap();
    // 10 000 of 1 010 000 TRX for a million units.
    assert_eq!((use_of.energy_limit, use_of.total_energy_weight, use_of.tron_power_limit), (9_900, 1_010_000, 10_000));
}

#[test]
fn stakes_that_are_refused() {
    let mut world = World::new();
    assert_eq!(says(&mut world, freeze("alice", 0, ENERGY), "alice"), "frozenBalance must be positive");
    let small = tron_tx::proto::FreezeBalanceV2Contract { frozen_balance: TRX - 1, ..freeze("alice", 1, ENERGY) };
    let text = "frozenBalance must be greater than or equal to 1 TRX";
    assert_eq!(says(&mut world, small, "alice"), text);
    let text = "frozenBalance must be less than or equal to accountBalance";
    assert_eq!(says(&mut world, freeze("alice", 100_001, ENERGY), "alice"), text);
    let text = "ResourceCode error, valid ResourceCode[BANDWIDTH、ENERGY]";
    assert_eq!(says(&mut world, freeze("alice", 1, 2), "alice"), text);
    assert_eq!(says(&mut world, unfreeze("alice", TRX, ENERGY), "alice"), "no frozenBalance(Energy)");
    assert_eq!(says(&mut world, unfreeze("alice", TRX, 0), "alice"), "no frozenBalance(BANDWIDTH)");
    world.settle(freeze("alice", 5, ENERGY), "alice");
    for sun in [0, -1, 5 * TRX + 1] {
        let text = format!("Invalid unfreeze_balance, [{sun}] is error");
        assert_eq!(says(&mut world, unfreeze("alice", sun, ENERGY), "alice"), text);
    }
    assert_eq!(says(&mut world, withdraw(), "alice"), "no unFreeze balance to withdraw ");
    let cancel = CancelAllUnfreezeV2Contract { owner_address: bytes(at("alice")) };
    assert_eq!(says(&mut world, cancel, "alice"), "No unfreezeV2 list to cancel");
}

#[test]
fn stake_comes_back_after_fourteen_days() {
    let mut world = World::new();
    world.settle(freeze("alice", 10, ENERGY), "alice");
    let head = world.chain.head().time();
    let info = world.settle(unfreeze("alice", 4 * TRX, ENERGY), "alice");
    assert_eq!(info.unfreeze_amount, 4 * TRX);
    let account = world.account("alice");
    assert_eq!((account.frozen_v2[1].amount, account.balance), (6 * TRX, PURSE - 10 * TRX));
    assert_eq!(account.unfrozen_v2[0].unfreeze_expire_time, head.plus_ms(FOURTEEN_DAYS).to_i64());
    assert_eq!(world.chain.view(At::Head).resources(&at("alice")).unwrap().energy_limit, 5);

    world.wait_ms(FOURTEEN_DAYS - 10_000);
    assert_eq!(says(&mut world, withdraw(), "alice"), "no unFreeze balance to withdraw ");
    world.wait_ms(20_000);
    let view = world.chain.view(At::Head);
    assert_eq!(view.withdrawable_unfreeze(&at("alice"), view.head_time()), 4 * TRX);
    let info = world.settle(withdraw(), "alice");
    assert_eq!(info.withdraw_expire_amount, 4 * TRX);
    assert_eq!(world.balance("alice"), PURSE - 6 * TRX);
    assert!(world.account("alice").unfrozen_v2.is_empty());
}

#[test]
fn thirty_two_requests_may_be_under_way() {
    let mut world = World::new();
    world.settle(freeze("alice", 100, ENERGY), "alice");
    for _ in 0..32 {
        world.send(unfreeze("alice", TRX, ENERGY), "alice").unwrap();
    }
    world.mine();
    assert_eq!(world.chain.view(At::Head).available_unfreeze_count(&at("alice")), 0);
    let text = "Invalid unfreeze operation, unfreezing times is over limit";
    assert_eq!(says(&mut world, unfreeze("alice", TRX, ENERGY), "alice"), text);
    // Once they are over the next request pays them out.
    world.wait_ms(FOURTEEN_DAYS + 10_000);
    let info = world.settle(unfreeze("alice", TRX, ENERGY), "alice");
    assert_eq!((info.unfreeze_amount, info.withdraw_expire_amount), (TRX, 32 * TRX));
}

#[test]
fn cancelling_stakes_again_what_is_not_over() {
    let mut world = World::new();
    world.settle(freeze("alice", 10, ENERGY), "alice");
    world.settle(freeze("alice", 10, 0), "alice");
    world.settle(unfreeze("alice", TRX, ENERGY), "alice");
    world.wait_ms(FOURTEEN_DAYS + 10_000);
    world.settle(freeze("alice", 1, ENERGY), "alice");
    let before = world.chain.view(At::Head).total_weight();
    // The expired request is paid out by the next one, so make the others first in one block.
    world.settle(unfreeze("alice", 2 * TRX, ENERGY), "alice");
    world.settle(unfreeze("alice", 3 * TRX, 0), "alice");
    let info = world.settle(CancelAllUnfreezeV2Contract { owner_address: bytes(at("alice")) }, "alice");
    let amounts: Vec<_> = info.cancel_unfreeze_v2_amount.iter().map(|e| (e.key.as_deref(), e.value)).collect();
    let expected = [(Some("BANDWIDTH"), Some(3 * TRX)), (Some("ENERGY"), Some(2 * TRX)), (Some("TRON_POWER"), Some(0))];
    assert_eq!(amounts, expected);
    let account = world.account("alice");
    assert_eq!((account.frozen_v2[0].amount, account.frozen_v2[1].amount), (10 * TRX, 10 * TRX));
    assert_eq!(world.chain.view(At::Head).total_weight(), before);
}
