use super::*;

fn end(here: &str) -> (ContractResult, i64, String) {
    let ran = run(here);
    (ran.result, ran.energy_used, ran.message)
}

#[test]
fn exceptions_use_up_the_limit_and_have_the_protocols_names() {
    let cases = [
        ("fe", ContractResult::IllegalOperation, "Invalid operation code: opCode[fe];"),
        ("0c", ContractResult::IllegalOperation, "Invalid operation code: opCode[0c];"),
        ("da", ContractResult::IllegalOperation, "Invalid operation code: opCode[da];"),
        ("6003 56", ContractResult::BadJumpDestination, "Operation with pc isn't 'JUMPDEST': PC[2];"),
        ("01", ContractResult::StackTooSmall, "Expected stack size is not reached when 'ADD' operation executing"),
        ("5b 5f 5f 56", ContractResult::StackTooLarge, "Expected: overflow 1024 elements stack limit"),
        ("6001 5f 5f 3e", ContractResult::Unknown, "Attempt to read out of bounds of the return data buffer"),
    ];
    for (code, result, text) in cases {
        assert_eq!(end(code), (result, LIMIT, text.to_owned()), "{code}");
    }
}

#[test]
fn a_revert_uses_what_it_used_and_returns_its_words() {
    let ran = run("602a 5f 52 6020 5f fd");
    assert_eq!((ran.result, ran.energy_used), (ContractResult::Revert, 3 + 2 + 1 + 3 + 3 + 2));
    assert_eq!((ran.output.as_ref(), ran.message.as_str()), (number(42).as_slice(), "REVERT opcode executed"));
}

#[test]
fn energy_runs_out_where_it_is_lacking() {
    let state = world(&code("6001 5f 55"), &[]);
    assert_eq!(run_in(state.clone(), &[], 20_005).result, ContractResult::Success);
    let ran = run_in(state.clone(), &[], 20_004);
    assert_eq!((ran.result, ran.energy_used), (ContractResult::OutOfEnergy, 20_004));
    assert_eq!(ran.state.storage.size(), 0);
    let text = "Not enough energy for 'SSTORE' operation executing: curInvokeEnergyLimit[20004], curOpEnergy[20000], \
                usedEnergy[5]";
    assert_eq!(ran.message, text);
    assert_eq!(run_in(state, &[], 0).energy_used, 0);
}

#[test]
fn memory_ends_at_three_mebibytes() {
    // A word that ends exactly there, and one beyond.
    let state = |at: &str| world(&code(&format!("5f 62{at} 52")), &[]);
    assert_eq!(run_in(state("2fffe0"), &[], 100_000_000).result, ContractResult::Success);
    let ran = run_in(state("2fffe1"), &[], 100_000_000);
    assert_eq!(ran.result, ContractResult::OutOfMemory);
    assert_eq!(ran.message, "Out of Memory when 'MSTORE' operation executing");
}

#[test]
fn events_vanish_with_what_failed() {
    let logged = run("6020 5f a0");
    assert_eq!(logged.logs.len(), 1);
    assert_eq!(logged.logs[0].address, HERE.evm());
    assert!(run("6020 5f a0 5f 5f fd").logs.is_empty());
}
