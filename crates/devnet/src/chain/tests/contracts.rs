use tron_tx::proto::{ContractResult, TransactionInfo, TransactionRaw, TriggerSmartContract};

use crate::broadcast::ResponseCode;
use crate::call::{CallError, ConstantCall};
use crate::chain::At;
use crate::testing::{PURSE, TRX, World, at, bytes, call, init_code, result_of, signed};

/// Stores the first word of the calldata in slot 0.
const STORE: [u8; 7] = [0x60, 0x00, 0x35, 0x60, 0x00, 0x55, 0x00];
/// PUSH1, CALLDATALOAD, PUSH1 are 3 each.
const AROUND_STORE: i64 = 9;
const REVERT: [u8; 5] = [0x60, 0x00, 0x60, 0x00, 0xfd];
const INVALID: [u8; 1] = [0xfe];

fn energy(info: &TransactionInfo) -> (i64, i64, i64, i64) {
    let receipt = info.receipt.as_ref().unwrap();
    (receipt.energy_usage_total, receipt.energy_usage, receipt.energy_fee, receipt.origin_energy_usage)
}

fn word(value: u8) -> Vec<u8> {
    let mut word = vec![0; 32];
    word[31] = value;
    word
}

#[test]
fn a_new_slot_costs_15000_more_than_a_used_one() {
    let mut world = World::new();
    let contract = world.deploy("bob", &STORE, 100);
    let first = world.trigger("alice", call("alice", contract, word(1)), 100 * TRX);
    assert_eq!(energy(&first), (20_000 + AROUND_STORE, 0, (20_000 + AROUND_STORE) * 100, 0));
    for value in [2, 2, 0] {
        let later = world.trigger("alice", call("alice", contract, word(value)), 100 * TRX);
        assert_eq!(energy(&later).0, 5_000 + AROUND_STORE);
    }
    // Zero again leaves no row, so writing zero is 5 000 and writing one is new.
    assert_eq!(energy(&world.trigger("alice", call("alice", contract, word(0)), 100 * TRX)).0, 5_000 + AROUND_STORE);
    assert_eq!(energy(&world.trigger("alice", call("alice", contract, word(1)), 100 * TRX)).0, 20_000 + AROUND_STORE);
}

#[test]
fn staked_energy_pays_before_trx_and_the_receipt_says_so() {
    let mut world = World::new();
    let contract = world.deploy("bob", &STORE, 100);
    let stake = tron_tx::proto::FreezeBalanceV2Contract {
        owner_address: bytes(at("alice")),
        frozen_balance: 20_000 * TRX,
        resource: 1,
    };
    world.settle(stake, "alice");
    // 20 000 of 1 020 000 TRX in the network are staked for a million units.
    let limit = world.chain.view(At::Head).resources(&at("alice")).unwrap().energy_limit;
    assert_eq!(limit, 19_607);
    let info = world.trigger("alice", call("alice", contract, word(1)), 100 * TRX);
    assert_eq!(energy(&info), (20_009, 19_607, (20_009 - 19_607) * 100, 0));
    // One slot of 28 800 later a first unit is back.
    assert_eq!(world.chain.view(At::Head).resources(&at("alice")).unwrap().energy_used, 19_606);
}

#[test]
fn a_revert_costs_what_was_used_and_an_exception_everything() {
    let mut world = World::new();
    let reverting = world.deploy("bob", &REVERT, 100);
    let info = world.trigger("alice", call("alice", reverting, Vec::new()), 100 * TRX);
    assert_eq!((result_of(&info), energy(&info).0), (ContractResult::Revert, 6));
    assert_eq!((info.result, info.res_message.as_slice()), (1, b"REVERT opcode executed".as_slice()));

    let failing = world.deploy("bob", &INVALID, 100);
    let info = world.trigger("alice", call("alice", failing, Vec::new()), TRX);
    assert_eq!((result_of(&info), energy(&info).0), (ContractResult::IllegalOperation, 10_000));
}

#[test]
fn the_fee_limit_is_the_end() {
    let mut world = World::new();
    let contract = world.deploy("bob", &STORE, 100);
    let info = world.trigger("alice", call("alice", contract, word(1)), 2_000_800);
    assert_eq!((result_of(&info), energy(&info).0), (ContractResult::OutOfEnergy, 20_008));
    let text = "Not enough energy for 'SSTORE' operation executing: curInvokeEnergyLimit[20008], curOpEnergy[20000], \
                usedEnergy[9]";
    assert_eq!(String::from_utf8(info.res_message).unwrap(), text);
    assert!(world.chain.view(At::Head).state.storage(contract, [0; 32]) == [0; 32]);
    // A limit of zero is no energy at all, and the call is included all the same.
    let info = world.trigger("alice", call("alice", contract, word(1)), 0);
    assert_eq!(
        (result_of(&info), energy(&info).0, info.fee),
        (ContractResult::OutOfEnergy, 0, info.receipt.as_ref().unwrap().net_fee)
    );
}

#[test]
fn the_value_of_a_failed_call_comes_back() {
    let mut world = World::new();
    let reverting = world.deploy("bob", &REVERT, 100);
    let with_value = |contract| TriggerSmartContract { call_value: 7 * TRX, ..call("alice", contract, Vec::new()) };
    let info = world.trigger("alice", with_value(reverting), 100 * TRX);
    assert_eq!(world.balance("alice"), PURSE - info.fee);
    let keeping = world.deploy("bob", &[0x00], 100);
    let before = world.balance("alice");
    let info = world.trigger("alice", with_value(keeping), 100 * TRX);
    assert_eq!(world.balance("alice"), before - info.fee - 7 * TRX);
    assert_eq!(world.chain.view(At::Head).account(&keeping).unwrap().balance, 7 * TRX);
}

#[test]
fn calls_that_are_refused() {
    let mut world = World::new();
    let contract = world.deploy("bob", &STORE, 100);
    let mut says = |call: TriggerSmartContract, fee_limit: i64| {
        let raw = world.raw(call);
        let refusal = world.broadcast(signed(TransactionRaw { fee_limit, ..raw }, &["alice"])).unwrap_err();
        assert_eq!(refusal.code, ResponseCode::ContractValidateError);
        refusal.message.strip_prefix("Contract validate error : ").unwrap().to_owned()
    };
    assert_eq!(says(call("alice", at("bob"), word(1)), TRX), "No contract or not a smart contract");
    let limit = "feeLimit must be >= 0 and <= 15000000000";
    assert_eq!(says(call("alice", contract, word(1)), -1), limit);
    assert_eq!(says(call("alice", contract, word(1)), 15_000_000_001), limit);
    let rich = TriggerSmartContract { call_value: PURSE + 1, ..call("alice", contract, word(1)) };
    assert_eq!(says(rich, TRX), "Validate InternalTransfer error, balance is not sufficient.");
    let token = TriggerSmartContract { token_id: 5, ..call("alice", contract, word(1)) };
    assert_eq!(says(token, TRX), "tokenId must be > 1000000");
}

#[test]
fn the_creator_shares_the_energy_of_callers() {
    let mut world = World::new();
    let stake = tron_tx::proto::FreezeBalanceV2Contract {
        owner_address: bytes(at("bob")),
        frozen_balance: 50_000 * TRX,
        resource: 1,
    };
    let contract = world.deploy("bob", &STORE, 40);
    world.settle(stake, "bob");
    let info = world.trigger("alice", call("alice", contract, word(1)), 100 * TRX);
    // 60 % of 20 009 are the creator's.
    assert_eq!(energy(&info), (20_009, 0, (20_009 - 12_005) * 100, 12_005));
}

#[test]
fn deployments() {
    let mut world = World::new();
    let runtime = [0x60, 0x2a, 0x00];
    let info = world.settle_deployment("bob", init_code(&runtime), 100, 100 * TRX);
    assert_eq!((result_of(&info), info.contract_result[0].as_slice()), (ContractResult::Success, runtime.as_slice()));
    // Four PUSHes and a DUP, CODECOPY at 3 a word, 3 for the memory, and 200 for each byte of code.
    assert_eq!(energy(&info).0, 5 * 3 + 3 + 3 + 600);
    let address = primitives::Address::from_bytes21(&info.contract_address).unwrap();
    let id = primitives::TxId::try_from(info.id.as_slice()).unwrap();
    assert_eq!(address, tron_tx::contract_address::deployed(&id, at("bob")));
    let view = world.chain.view(At::Head);
    assert_eq!(view.contract(&address).unwrap().code.original_byte_slice(), runtime);
    assert_eq!(view.account(&address).unwrap().account_type, 2);

    let info = world.settle_deployment("bob", init_code(&[0xef, 0x00]), 100, 100 * TRX);
    assert_eq!(result_of(&info), ContractResult::InvalidCode);
    let info = world.settle_deployment("bob", init_code(&runtime), 100, 62_000);
    assert_eq!((result_of(&info), energy(&info).0), (ContractResult::OutOfEnergy, 620));
    let failed = primitives::Address::from_bytes21(&info.contract_address).unwrap();
    assert!(world.chain.view(At::Head).contract(&failed).is_none());
    assert!(world.chain.view(At::Head).account(&failed).is_none());
}

#[test]
fn constant_calls_and_estimates_leave_nothing() {
    let mut world = World::new();
    let contract = world.deploy("bob", &STORE, 100);
    let view = world.chain.view(At::Head);
    let question = |contract, data| ConstantCall { caller: at("nobody"), contract, value: 0, data };
    let outcome = view.constant_call(&question(Some(contract), word(3))).unwrap();
    assert_eq!((outcome.result, outcome.energy_used), (ContractResult::Success, 20_009));
    // java-tron stops when 1 TRX would not buy the difference: between the need and 10 000 more.
    let estimate = view.estimate_energy(&question(Some(contract), word(3))).unwrap();
    assert!((20_009..=30_009).contains(&estimate), "{estimate}");
    let trial = view.constant_call(&question(None, init_code(&[0x00]))).unwrap();
    assert_eq!((trial.result, trial.output), (ContractResult::Success, vec![0x00]));
    assert_eq!(view.constant_call(&question(Some(at("bob")), Vec::new())), Err(CallError::NoContract));

    let reverting = world.deploy("bob", &REVERT, 100);
    let view = world.chain.view(At::Head);
    let outcome = view.constant_call(&question(Some(reverting), Vec::new())).unwrap();
    assert_eq!((outcome.result, outcome.message.as_str()), (ContractResult::Revert, "REVERT opcode executed"));
    let estimate = view.estimate_energy(&question(Some(reverting), Vec::new()));
    assert_eq!(estimate, Err(CallError::Failed("REVERT opcode executed".to_owned())));
}
