use proptest::prelude::*;

use super::*;
use crate::trc20::topic;

#[test]
fn selectors_are_the_published_ones() {
    let published = "a9059cbb 23b872dd 095ea7b3 70a08231 dd62ed3e 313ce567 95d89b41 06fdde03 18160ddd 8da5cb5b 893d20e8 \
                     d73dd623 66188463 5c975abb 8456cb59 3f4ba83a e47d6060 59bf1abe 0ecb93c0 e4997dc5 f3bdc228 dd644f72 \
                     35390714 75dc7d8c c0324c77 0e136b19 26976e3f b7a3446c cc872b66 e5b5019a";
    let computed: Vec<_> = selector::ALL.iter().map(|(selector, _)| hex::encode(selector)).collect();
    assert_eq!(computed.join(" "), published);
    for (selector, signature) in selector::ALL {
        assert_eq!(crate::hash::keccak256(signature.as_bytes())[..4], *selector, "{signature}");
        assert_eq!(selector::signature(*selector), Some(*signature));
    }
}

#[test]
fn topics_are_the_published_ones() {
    for (topic, published) in [
        (topic::TRANSFER, "ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"),
        (topic::APPROVAL, "8c5be1e5ebec7d5bd14f71427d1e84f3dd0314c0f7b2291e5b200ac8c7c3b925"),
        (topic::ADDED_BLACK_LIST, "42e160154868087d6bfdc0ca23d96a1c1cfa32f1b72ba9ba27b69b98a0d819dc"),
        (topic::REMOVED_BLACK_LIST, "d7e9ec6e6ecd65492dce6bf513cd6867560d49544421d0783ddf06e76c24470c"),
        (topic::DESTROYED_BLACK_FUNDS, "61e6e66b0d6339b2980aecc6ccc0039736791f0ccde9ed512e789a7fbdd698c6"),
        (topic::PAUSE, "6985a02210a168e66602d3235cb6db0e70f92b3ba4d376a33c0f3d9434bff625"),
        (topic::UNPAUSE, "7805862f689e2f13df9f062ff482ad3ad112aca9e0847911ed832e158c525b33"),
        (topic::PARAMS, "b044a1e409eac5c48e5af22d4af52670dd1a99059537a78b31b48c6500a6354e"),
        (topic::ISSUE, "cb8241adb0c3fdb35b70c24ce35c5eb0c17af7431c99f827d44a445ca624176a"),
        (topic::REDEEM, "702d5967f45f6513a38ffc42d6ba9bf230bd40e8f53b16363c7eb4fd2deb9a44"),
        (topic::DEPRECATE, "cc358699805e9a8b7f77b522628c7cb9abd07d9efb86b6fb616af1609036a99e"),
        (topic::OWNERSHIP_TRANSFERRED, "8be0079c531659141344cd1fd0a4f28419497f9722a3daafe3b4186f6b6457e0"),
    ] {
        assert_eq!(hex::encode(topic), published);
    }
}

#[test]
fn reads_only_exact_calls() {
    let to = Address::from_evm([7; 20]);
    let good = transfer(to, 25_000_000);
    assert_eq!(TokenCall::decode(&good), Ok(TokenCall::Transfer { to, value: U256::from(25_000_000) }));
    assert_eq!(TokenCall::decode(&good[..67]), Err(CalldataError::Length(67)));
    assert_eq!(TokenCall::decode(&[&good[..], &[0]].concat()), Err(CalldataError::Length(69)));
    assert_eq!(TokenCall::decode(&balance_of(to)), Err(CalldataError::Selector));
    assert_eq!(TokenCall::decode(&[]), Err(CalldataError::Selector));
}

#[test]
fn reads_calls_of_wallets_that_write_the_prefix() {
    let to = Address::from_evm([7; 20]);
    let mut padded = transfer(to, 1);
    let plain = TokenCall::decode(&padded);
    assert_eq!(TokenCall::decode_as_executed(&padded), plain);
    padded[15] = 0x41;
    assert_eq!(TokenCall::decode(&padded), Err(CalldataError::Padding));
    assert_eq!(TokenCall::decode_as_executed(&padded), plain);
    padded[15] = 0xa0;
    assert_eq!(TokenCall::decode_as_executed(&padded), Err(CalldataError::Padding));
    (padded[14], padded[15]) = (1, 0x41);
    assert_eq!(TokenCall::decode_as_executed(&padded), Err(CalldataError::Padding));
}

#[test]
fn reads_answers() {
    let word = |last: u8| [[0; 31].as_slice(), &[last]].concat();
    assert_eq!(u64_result(&word(7)), Some(7));
    assert_eq!(u64_result(&[0xff; 32]), None);
    assert_eq!(u64_result(&[0; 31]), None);
    assert_eq!([0, 1, 2].map(|last| bool_result(&word(last))), [Some(false), Some(true), None]);
}

proptest! {
    #[test]
    fn round_trips(body: [u8; 20], value: u64) {
        let account = Address::from_evm(body);
        let value256 = U256::from(value);
        prop_assert_eq!(
            TokenCall::decode(&transfer(account, value)).unwrap(),
            TokenCall::Transfer { to: account, value: value256 }
        );
        prop_assert_eq!(
            TokenCall::decode(&approve(account, value)).unwrap(),
            TokenCall::Approve { spender: account, value: value256 }
        );
    }

    #[test]
    fn never_panics(bytes: Vec<u8>) {
        let _ = TokenCall::decode(&bytes);
    }
}
