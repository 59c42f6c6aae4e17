use proptest::prelude::*;
use prost::Message as _;

use super::*;
use crate::arbitrary::encoded;
use crate::proto::{Described, StringMapEntry, TransactionResult};
use crate::vectors;

fn transactions() -> Vec<SignedTransaction> {
    let cancelled = vec![StringMapEntry::new("ENERGY", 0), StringMapEntry::new("BANDWIDTH", 7)];
    [
        (
            vectors::TRANSFER_RAW,
            vectors::TRANSFER_SIGNATURE,
            TransactionResult { contract_ret: 1, ..Default::default() },
        ),
        (
            vectors::TRIGGER_RAW,
            vectors::TRIGGER_SIGNATURE,
            TransactionResult { ret: 1, contract_ret: 10, ..Default::default() },
        ),
        (
            vectors::SHASTA_RAW,
            vectors::SHASTA_SIGNATURE,
            TransactionResult { contract_ret: 1, cancel_unfreeze_v2_amount: cancelled, ..Default::default() },
        ),
    ]
    .map(|(raw, signature, result)| SignedTransaction {
        raw_data: vectors::bytes(raw),
        signatures: vec![vectors::bytes(signature)],
        results: vec![result],
    })
    .into()
}

fn header(transactions: &[SignedTransaction]) -> BlockHeader {
    let leaves: Vec<_> = transactions.iter().map(SignedTransaction::leaf).collect();
    let raw_data = BlockHeaderRaw {
        timestamp: 1_751_466_435_000,
        tx_trie_root: hash::transaction_root(&leaves).into(),
        parent_hash: vec![3; 32],
        number: 66_987_565,
        witness_address: vectors::address(vectors::OWNER).to_bytes21().into(),
        version: 32,
        ..Default::default()
    };
    BlockHeader { raw_data: Some(raw_data), witness_signature: vec![9; 65] }
}

fn checked(value: &Value) -> Result<Option<CheckedBlock>, BlockError> {
    parse_block(value.to_string().as_bytes())
}

#[test]
fn a_block_round_trips() {
    let transactions = transactions();
    let header = header(&transactions);
    let value = render_block(&header, &transactions, false);
    let block = checked(&value).unwrap().unwrap();
    assert_eq!(Some(block.header.raw), header.raw_data);
    assert_eq!(block.header.id.number(), 66_987_565);
    let read: Vec<_> = block.transactions.iter().map(|entry| entry.transaction.clone()).collect();
    assert_eq!(read, transactions);
    assert_eq!(block.transactions[0].txid.to_string(), vectors::TRANSFER_TXID);
    let list = json!({ "block": [value, render_block(&self::header(&[]), &[], false)] });
    assert_eq!(parse_blocks(list.to_string().as_bytes()).unwrap().len(), 2);
}

#[test]
fn every_change_is_noticed() {
    let transactions = transactions();
    let good = render_block(&header(&transactions), &transactions, false);
    let refused = |change: &dyn Fn(&mut Value)| {
        let mut value = good.clone();
        change(&mut value);
        checked(&value).unwrap_err()
    };
    let root = |error| matches!(error, BlockError::Root(_));
    assert!(root(refused(&|value| value["transactions"].as_array_mut().unwrap().truncate(2))));
    assert!(root(refused(&|value| value["transactions"].as_array_mut().unwrap().swap(0, 1))));
    assert!(root(refused(&|value| value["transactions"][0]["ret"][0]["contractRet"] = "REVERT".into())));
    assert!(root(refused(&|value| value["transactions"][0]["signature"] = json!([]))));
    assert!(root(refused(&|value| value["transactions"] = json!([]))));
    let raw = |value: &mut Value| value["transactions"][0]["raw_data_hex"] = vectors::SHASTA_RAW.into();
    assert!(matches!(refused(&raw), BlockError::TxId { .. }));
    let version = |value: &mut Value| value["block_header"]["raw_data"]["version"] = 31.into();
    assert!(matches!(refused(&version), BlockError::Id { .. }));
    assert!(root(refused(&|value| value["transactions"][0]["ret"][0]["1002"] = json!(["00"]))));
    assert!(root(refused(&|value| value["transactions"][0]["1002"] = json!([7]))));
    let odd = |value: &mut Value| value["transactions"][0]["1002"] = json!("no list");
    assert!(refused(&odd).to_string().contains("unknown fields"));
}

/// A delegation in mainnet's block 79,072,107, whose sender had put a field into its result that no protocol has.
const SPIKED: &str = "0a93010a028b58220806e328e403f663c74098dfcfeeb9335a750839126f0a35747970652e676f6f676c65617069732e636f6d2f70726f746f636f6c2e44656c65676174655265736f75726365436f6e747261637412360a15416651c0e2ff4bb6306dedee3432178bc3440f6dd7100118c0ccf3c7332215414656aefbd8de0f2b0fa3fb7a4724079add283ce42803708790cceeb9331241f04bc4c12a3323d37ad1a57ab6eab4e0e258dbf34733d73ea7fec3d1a49e98f632d848c19fa36b4b0cf2de320f6f5adcd90696fb747c47b0a8d23363b6f6de50012a111801d23e0cc83e81f6a50cd03ed4b6a20f";

#[test]
fn fields_that_no_protocol_has_stop_no_scanner() {
    let whole = vectors::bytes(SPIKED);
    let spike = [0x2a, 0x11, 0x18, 1, 0xd2, 0x3e, 0x0c];
    let at = whole.windows(spike.len()).position(|window| window == spike).unwrap();
    let result = [&whole[..at], &[0x2a, 2, 0x18, 1]].concat();
    let transaction = SignedTransaction::decode(&result).unwrap();
    let mut header = header(&[]);
    let raw = header.raw_data.as_mut().unwrap();
    raw.tx_trie_root = hash::sha256(&whole).into();
    let mut value = render_block(&header, std::slice::from_ref(&transaction), false);
    value["transactions"][0]["ret"][0]["1002"] = json!(["c83e81f6a50cd03ed4b6a20f"]);
    let block = checked(&value).unwrap().unwrap();
    assert_eq!(block.transactions[0].transaction, transaction);
}

#[test]
fn every_kind_of_unknown_field_is_put_back() {
    // Results with an unnamed code, and below the transaction an integer, two byte strings and a group.
    let transaction = transactions().remove(0);
    let unknown = [0x98, 0x06, 0xff, 1, 0xa2, 0x06, 1, 9, 0xa2, 0x06, 0, 0xab, 0x06, 0x08, 5, 0xac, 0x06];
    let plain = SignedTransaction { results: vec![], ..transaction.clone() }.encode();
    let whole = [&plain[..], &[0x2a, 4, 0x10, 7, 0x18, 1], &unknown].concat();
    let mut header = header(&[]);
    header.raw_data.as_mut().unwrap().tx_trie_root = hash::sha256(&whole).into();
    let mut value = render_block(&header, &[transaction], false);
    let shown = &mut value["transactions"][0];
    shown["ret"] = json!([{"ret": "UNKNOWN_ENUM_VALUE_code_7", "contractRet": "SUCCESS"}]);
    shown["99"] = json!([255]);
    shown["100"] = json!(["09", ""]);
    shown["101"] = json!([{"1": [5]}]);
    assert_eq!(checked(&value).unwrap().unwrap().transactions.len(), 1);
}

#[test]
fn headers_of_mainnet_and_nile_hash_to_their_ids() {
    for (id, number, root, witness, parent, version, timestamp) in [
        (
            "0000000003b6b891043be54ac0ae1ef579fad5e6e1732cb0ac4237a873b8453e",
            62_306_449,
            "7cb6ddff8ada79c91baf6667cc8ead757b39205a8dc8ae097298dbb0587bddb7",
            "4114f2c09d3de3fe82a71960da65d4935a30b24e1f",
            "0000000003b6b890d8e1d886520dcad1820f4313a435ad593a80c549ea883054",
            30,
            1_717_563_117_000_i64,
        ),
        (
            "0000000003fe262d52bfa4b2814f816fd2e57af5b98a33d60d8630a03a908e0e",
            66_987_565,
            "faf8fe3858339ead25cc892461c82a59b84dca4a51c45b026676bf3f45a352a2",
            "41b2f713d57dbcec679d93a8849fa0cd0e4db594ba",
            "0000000003fe262c85cd6b02033f4c3e5c1efa35de256a17bd906dc61fb1aeed",
            34,
            1_777_445_121_000,
        ),
    ] {
        let value = json!({"blockID": id, "block_header": {"raw_data": {
            "number": number, "txTrieRoot": root, "witness_address": witness, "parentHash": parent,
            "version": version, "timestamp": timestamp,
        }, "witness_signature": "00"}});
        let header = parse_header(value.to_string().as_bytes()).unwrap().unwrap();
        assert_eq!((header.id.to_string().as_str(), header.raw.number), (id, number));
    }
}

#[test]
fn answers_that_are_no_block() {
    assert!(checked(&json!({})).unwrap().is_none());
    assert!(parse_header(b"{}").unwrap().is_none());
    assert!(parse_blocks(b"{}").unwrap().is_empty());
    let error = json!({"Error": "class java.lang.IllegalAccessException : lack of computing resources"});
    assert!(matches!(checked(&error), Err(BlockError::Node(_))));
    assert!(matches!(parse_blocks(error.to_string().as_bytes()), Err(BlockError::Node(_))));
    assert!(matches!(checked(&json!({"blockID": "00"})), Err(BlockError::Shape(_))));
    assert!(matches!(parse_block(b"<html>"), Err(BlockError::Json(_))));
}

#[test]
fn a_header_alone_is_checked_without_transactions() {
    let header = header(&transactions());
    let value = render_block(&header, &[], false);
    assert!(matches!(checked(&value), Err(BlockError::Root(_))));
    let read = parse_header(value.to_string().as_bytes()).unwrap().unwrap();
    assert_eq!(Some(read.raw), header.raw_data);
}

proptest! {
    #[test]
    fn any_result_round_trips(result in encoded(TransactionResult::SCHEMA)) {
        let results = vec![TransactionResult::decode(result.as_slice()).unwrap()];
        let transaction = SignedTransaction { results, ..transactions().remove(0) };
        let transactions = [transaction];
        let value = render_block(&header(&transactions), &transactions, false);
        let block = checked(&value).unwrap().unwrap();
        prop_assert_eq!(&block.transactions[0].transaction, &transactions[0]);
    }

    #[test]
    fn never_panics(bytes: Vec<u8>) {
        let _ = parse_block(&bytes);
    }
}
