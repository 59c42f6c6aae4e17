use super::*;

#[test]
fn instructions_that_cost_other_than_in_the_evm() {
    let cases = [
        ("nothing", "", 0),
        ("MSTORE: 1 and a word of memory", "5f 5f 52", 2 + 2 + 1 + 3),
        ("MLOAD of memory that is there", "5f 5f 52 5f 51", 8 + 2 + 1),
        ("MSTORE8", "5f 5f 53", 2 + 2 + 1 + 3),
        ("EXP: 10 a byte", "610100 6002 0a", 3 + 3 + 10 + 20),
        ("CALLDATACOPY: nothing but words and memory", "6040 5f 5f 37", 3 + 2 + 2 + 6 + 6),
        ("CODECOPY", "6020 5f 5f 39", 3 + 2 + 2 + 3 + 3),
        ("EXTCODECOPY", "6020 5f 5f 30 3c", 3 + 2 + 2 + 2 + 20 + 3 + 3),
        ("SLOAD", "5f 54", 2 + 50),
        ("BALANCE", "30 31", 2 + 20),
        ("SELFBALANCE", "47", 5),
        ("EXTCODESIZE", "30 3b", 2 + 20),
        ("EXTCODEHASH", "30 3f", 2 + 400),
        ("BLOCKHASH", "5f 40", 2 + 20),
        ("CALLTOKENVALUE and CALLTOKENID", "d2 d3", 4),
        ("ISCONTRACT", "30 d4", 2 + 20),
        ("TOKENBALANCE", "5f 5f d1", 4 + 20),
        ("KECCAK256 of a word", "6020 5f 20", 3 + 2 + 30 + 6 + 3),
        ("LOG1 of a word", "5f 6020 5f a1", 2 + 3 + 2 + 375 + 375 + 256 + 3),
        ("TSTORE and TLOAD", "6001 5f 5d 5f 5c", 3 + 2 + 100 + 2 + 100),
        ("MCOPY of a word", "6020 5f 5f 5e", 3 + 2 + 2 + 3 + 3 + 3),
        ("PUSH0", "5f", 2),
        ("BASEFEE", "48", 2),
    ];
    for (what, code, expected) in cases {
        assert_eq!(energy(code), expected, "{what}");
    }
}

#[test]
fn storage_knows_present_and_absent_alone() {
    let one = "6001 5f 55";
    let two = "6002 5f 55";
    let zero = "5f 5f 55";
    assert_eq!(energy(one), 20_005);
    assert_eq!(energy(zero), 5_004, "zero into nothing is not a new row");
    assert_eq!(energy(&format!("{one} {one}")), 25_010, "the same value again");
    assert_eq!(energy(&format!("{one} {two}")), 25_010);
    assert_eq!(energy(&format!("{one} {zero}")), 25_009, "clearing is not paid back");
    assert_eq!(energy(&format!("{one} {zero} {one}")), 30_014, "a row cleared in this transaction is still there");
    assert_eq!(energy(&format!("{zero} {one}")), 10_009, "and so is one that was written as zero");
}

#[test]
fn a_row_of_zero_is_gone_afterwards() {
    let ran = run("6001 5f 55 5f 5f 55 6007 6001 55");
    assert_eq!(ran.state.storage.size(), 1);
    assert_eq!(ran.state.storage(HERE, number(1)), number(7));
}

#[test]
fn the_environment_is_trons() {
    assert_eq!(top("30"), padded(HERE), "ADDRESS");
    assert_eq!(top("33"), padded(CALLER), "CALLER");
    assert_eq!(top("32"), padded(CALLER), "ORIGIN");
    assert_eq!(top("41"), padded(THERE), "COINBASE");
    assert_eq!(top("42"), number(1_700_000_000), "TIMESTAMP in seconds");
    assert_eq!(top("43"), number(300), "NUMBER");
    assert_eq!(top("44"), number(0), "PREVRANDAO");
    assert_eq!(top("45"), number(0), "GASLIMIT");
    assert_eq!(top("3a"), number(0), "GASPRICE");
    assert_eq!(top("46"), number(0x2b66_53dc), "CHAINID");
    assert_eq!(top("48"), number(100), "BASEFEE is the price of energy");
    assert_eq!(top("610120 40"), [37u8; 32], "BLOCKHASH of 288");
    assert_eq!(top("602b 40"), number(0), "BLOCKHASH of long ago");
    assert_eq!(top("47"), number(1_000), "SELFBALANCE in sun");
    assert_eq!(top("30 d4"), number(1), "ISCONTRACT");
    assert_eq!(top("33 d4"), number(0), "ISCONTRACT of a key");
    // 41 in front of an address does not matter.
    let prefixed = format!("74 41{} 31", hex::encode(CALLER.evm()));
    assert_eq!(top(&prefixed), number(1_000));
}

#[test]
fn hashes_of_code() {
    let own = hex::encode(tron_tx::hash::keccak256(&code("30 3f 5f 52 6020 5f f3")));
    assert_eq!(hex::encode(top("30 3f")), own);
    let nothing = "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470";
    assert_eq!(hex::encode(top("33 3f")), nothing, "an account without code");
    assert_eq!(top(&format!("73 {} 3f", hex::encode(NOWHERE.evm()))), number(0), "no account");
}
