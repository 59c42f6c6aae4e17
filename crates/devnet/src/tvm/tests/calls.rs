use tron_tx::contract_address;

use super::*;

/// CALL of `to` with all energy, `value`, no data.
fn call(to: Address, value: &str) -> String {
    format!("5f 5f 5f 5f {value} 73{} 5a f1", hex::encode(to.evm()))
}

fn run_both(here: &str, there: &str) -> Ran {
    run_in(world(&code(here), &code(there)), &[], LIMIT)
}

/// PUSH0 four times for the data, then value, address and energy.
const CALL_SETUP: i64 = 8 + 2 + 3 + 2;

#[test]
fn a_call_costs_forty_and_gives_back_what_is_left() {
    let ran = run_both(&call(THERE, "5f"), "6001 5f 55");
    assert_eq!((ran.result, ran.energy_used), (ContractResult::Success, CALL_SETUP + 40 + 20_005));
    assert_eq!(ran.internal.len(), 1);
    assert_eq!(ran.internal[0].note, b"call");
    assert_eq!(ran.state.storage(THERE, [0; 32]), number(1));
}

#[test]
fn value_costs_nine_thousand_and_a_new_account_more() {
    let sent = run_both(&call(THERE, "6005"), "");
    // The stipend comes back unused and covers part of the 9 000.
    assert_eq!(sent.energy_used, CALL_SETUP + 1 + 40 + 9_000 - 2_300);
    assert_eq!(sent.state.account(&THERE).unwrap().balance, 1_005);
    let made = run_both(&call(NOWHERE, "6005"), "");
    assert_eq!(made.energy_used, CALL_SETUP + 1 + 40 + 9_000 + 25_000 - 2_300);
    assert_eq!(made.state.account(&NOWHERE).unwrap().balance, 5);
    let nothing = run_both(&call(NOWHERE, "5f"), "");
    assert_eq!(nothing.energy_used, CALL_SETUP + 40);
    assert!(nothing.state.account(&NOWHERE).is_none());
}

#[test]
fn the_callee_may_have_everything() {
    // There: GAS, stored as the answer. No 63/64 are kept back.
    let here = format!("{} 3d 5f 5f 3e 6020 5f f3", call(THERE, "5f"));
    let ran = run_both(&here, "5a 5f 52 6020 5f f3");
    let left = i64::from_be_bytes(ran.output[24..].try_into().unwrap());
    assert_eq!(left, LIMIT - CALL_SETUP - 40 - 2);
}

#[test]
fn an_exception_inside_takes_what_was_forwarded_and_a_revert_does_not() {
    let asks = format!("5f 5f 5f 5f 5f 73{} 612710 f1 5f 55", hex::encode(THERE.evm()));
    let failed = run_both(&asks, "6001 5f 55 fe");
    assert_eq!(failed.energy_used, CALL_SETUP + 1 + 40 + 10_000 + 2 + 5_000);
    assert_eq!((failed.result, failed.state.storage.size()), (ContractResult::Success, 0));
    assert!(failed.internal[0].rejected);
    let reverted = run_both(&asks, "5f 5f fd");
    assert_eq!(reverted.energy_used, CALL_SETUP + 1 + 40 + 4 + 2 + 5_000);
}

#[test]
fn calls_go_sixty_four_deep() {
    // Counts itself, then calls itself with all energy.
    let myself = "5f 54 6001 01 5f 55 5f 5f 5f 5f 5f 30 5a f1";
    let ran = run_in(world(&code(myself), &[]), &[], 10_000_000);
    assert_eq!(ran.result, ContractResult::Success, "{}", ran.message);
    // The root and 64 inner frames.
    assert_eq!(ran.state.storage(HERE, [0; 32]), number(65));
}

#[test]
fn more_than_the_balance_gives_zero_and_more_than_63_bits_ends_the_transaction() {
    let result = |value: &str| format!("{} 5f 55", call(THERE, value));
    let poor = run_both(&result("6103e9"), "");
    assert_eq!((poor.result, poor.state.storage.size()), (ContractResult::Success, 0));
    assert_eq!(poor.state.account(&THERE).unwrap().balance, 1_000);

    let absurd = run_both(&result("678000000000000000"), "");
    assert_eq!(absurd.result, ContractResult::TransferFailed);
    assert_eq!(absurd.message, "endowment out of long range");
    // What was not spent is not lost, unlike after every other exception, and the stipend comes back too.
    assert_eq!(absurd.energy_used, CALL_SETUP + 1 + 40 + 9_000 - 2_300);
    let own = run_both(&call(HERE, "6001"), "");
    assert_eq!(
        (own.result, own.message.as_str()),
        (ContractResult::TransferFailed, "Cannot transfer TRX to yourself.")
    );
}

#[test]
fn delegated_code_acts_on_the_callers_storage() {
    let here = format!("5f 5f 5f 5f 73{} 5a f4", hex::encode(THERE.evm()));
    let ran = run_both(&here, "33 5f 55");
    assert_eq!(ran.state.storage(HERE, [0; 32]), padded(CALLER));
    assert_eq!(ran.state.storage(THERE, [0; 32]), number(0));
}

#[test]
fn static_calls_change_nothing() {
    let here = format!("5f 5f 5f 5f 73{} 612710 fa 5f 55", hex::encode(THERE.evm()));
    let ran = run_both(&here, "6001 5f 55");
    assert_eq!((ran.result, ran.state.storage.size()), (ContractResult::Success, 0));
}

#[test]
fn created_contracts_stand_at_trons_addresses() {
    // Empty init code leaves an account without code.
    let created = top("5f 5f 5f f0");
    assert_eq!(created, padded(contract_address::created(&TxId::new([0x11; 32]), 0)));
    let created2 = top("6007 5f 5f 5f f5");
    assert_eq!(created2, padded(contract_address::created2(HERE, &number(7), &[])));
}

#[test]
fn created_code_is_stored_and_paid_by_the_byte() {
    // The init code 60016000f3 returns one byte of zero.
    let here = "64 6001 6000 f3 5f 52 6005 601b 5f f0 80 3b 5f 55 5f 55";
    let ran = run(here);
    assert_eq!(ran.result, ContractResult::Success, "{}", ran.message);
    let address = contract_address::created(&TxId::new([0x11; 32]), 0);
    assert_eq!(ran.state.contract(&address).unwrap().code.original_byte_slice(), [0]);
    assert_eq!(ran.internal[0].note, b"create");
    let setup = 3 + 2 + 1 + 3 + 3 + 3 + 2;
    let init = 3 + 3 + 3 + 200;
    let after = 3 + 20 + 2 + 20_000 + 2 + 5_000;
    assert_eq!(ran.energy_used, setup + 32_000 + init + after);
}

#[test]
fn a_contract_may_destroy_itself() {
    let ran = run(&format!("6001 5f 55 73{} ff", hex::encode(NOWHERE.evm())));
    assert_eq!(ran.result, ContractResult::Success);
    assert_eq!(ran.state.account(&NOWHERE).unwrap().balance, 1_000);
    assert!(ran.state.account(&HERE).is_none() && ran.state.contract(&HERE).is_none());
    assert_eq!(ran.state.storage.size(), 0);
}

#[test]
fn precompiles() {
    // The answer of precompile `n` to one word of zeros, and what the call used.
    let ask = |n: u8| top(&format!("6020 6040 6020 5f 5f 60{n:02x} 5a f1 50 6040 51"));
    let sha = tron_tx::hash::sha256(&[0; 32]);
    assert_eq!(ask(2), sha);
    assert_eq!(ask(3), tron_tx::hash::sha256(&sha[..20]), "not RIPEMD-160");
    assert_eq!(ask(4), [0; 32]);
    let base = energy("6020 6040 6020 5f 5f 6004 5a f1");
    // Identity is 15 and 3 a word; SHA-256 60 and 12.
    assert_eq!(energy("6020 6040 6020 5f 5f 6002 5a f1") - base, 60 + 12 - 15 - 3);
    assert_eq!(energy("6020 6040 6020 5f 5f 6003 5a f1") - base, 600 + 120 - 15 - 3);
    assert_eq!(energy("6020 6040 6020 5f 5f 6001 5a f1") - base, 3_000 - 15 - 3);
}
