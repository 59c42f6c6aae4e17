use tron_tx::proto::{AccountCreateContract, FreezeBalanceV2Contract, ResourceCode, TransactionInfo, TransactionRaw};

use crate::broadcast::ResponseCode;
use crate::genesis::{GenesisAccount, GenesisConfig};
use crate::testing::{PURSE, TRX, World, at, bytes, call, config, signed, transfer};

fn net(info: &TransactionInfo) -> (i64, i64) {
    let receipt = info.receipt.as_ref().unwrap();
    (receipt.net_usage, receipt.net_fee)
}

fn stake(name: &str, trx: i64) -> FreezeBalanceV2Contract {
    FreezeBalanceV2Contract {
        owner_address: bytes(at(name)),
        frozen_balance: trx * TRX,
        resource: ResourceCode::Bandwidth.into(),
    }
}

#[test]
fn a_transfer_of_one_sun_takes_265_bytes() {
    let mut world = World::new();
    assert_eq!(net(&world.settle(transfer("alice", "bob", 1), "alice")), (265, 0));
    assert_eq!(world.account("alice").free_net_usage, 265);
}

#[test]
fn a_token_transfer_takes_345_bytes_and_two_of_them_are_not_free() {
    let mut world = World::new();
    let token = world.deploy("bob", &[0x00], 100);
    // The contract's own fee limit has as many digits as a usual one.
    let data = vec![0x01; 68];
    let first = world.trigger("alice", call("alice", token, data.clone()), 50 * TRX);
    assert_eq!(net(&first), (345, 0));
    let second = world.trigger("alice", call("alice", token, data), 50 * TRX);
    assert_eq!((net(&second), second.fee), ((0, 345_000), 345_000));
}

#[test]
fn a_new_account_costs_1_1_trx() {
    let mut world = World::new();
    let info = world.settle(transfer("alice", "carol", 3 * TRX), "alice");
    assert_eq!((net(&info), info.fee), ((0, 100_000), 1_100_000));
    assert_eq!((world.balance("alice"), world.balance("carol")), (PURSE - 4_100_000, 3 * TRX));
    assert_eq!(world.account("alice").free_net_usage, 0);
    // A second transfer to it is an ordinary one.
    assert_eq!(world.settle(transfer("alice", "carol", 1), "alice").fee, 0);
}

#[test]
fn a_new_account_costs_1_trx_with_staked_bandwidth() {
    let mut world = World::new();
    world.settle(stake("alice", 1_000), "alice");
    let info = world.settle(transfer("alice", "carol", 1), "alice");
    assert_eq!((net(&info), info.fee), ((265, 0), 1_000_000));
    let contract = AccountCreateContract {
        owner_address: bytes(at("alice")),
        account_address: bytes(at("dave")),
        ..AccountCreateContract::default()
    };
    let info = world.settle(contract.clone(), "alice");
    assert_eq!((info.fee, world.account("dave").balance), (1_000_000, 0));
    let (_, text) = world.refused(contract, "alice");
    assert_eq!(text, "Contract validate error : Account has existed");
}

#[test]
fn who_has_neither_bytes_nor_trx_is_refused() {
    let mut config = config();
    config.accounts.push(GenesisAccount { address: at("poor"), balance: 100_000 });
    let mut world = World::with(config);
    for _ in 0..2 {
        world.settle(transfer("poor", "bob", 1), "poor");
    }
    let (code, text) = world.refused(transfer("poor", "bob", 1), "poor");
    assert_eq!((code, text.as_str()), (ResponseCode::BandwithError, "Account resource insufficient error."));
}

#[test]
fn a_memo_costs_a_trx() {
    let mut world = World::new();
    let raw = world.raw(transfer("alice", "bob", 1));
    let raw = TransactionRaw { memo: b"rent".to_vec(), ..raw };
    let info = world.settle_signed(signed(raw, &["alice"]));
    // Two bytes of tag and length, four of text.
    assert_eq!((net(&info), info.fee), ((271, 0), 1_000_000));
}

#[test]
fn usage_comes_back_over_a_day() {
    let mut world = World::with(GenesisConfig { block_ms: 3_000, ..config() });
    world.settle(transfer("alice", "bob", 1), "alice");
    world.wait_ms(43_200_000);
    let half = world.account("alice").free_net_usage;
    assert!((131..=133).contains(&half), "{half}");
    world.wait_ms(43_200_000);
    assert_eq!(world.account("alice").free_net_usage, 0);
}
