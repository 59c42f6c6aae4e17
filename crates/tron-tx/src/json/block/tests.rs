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
    let unknown = |value: &mut Value| value["transactions"][0]["ret"][0]["newField"] = 1.into();
    assert!(refused(&unknown).to_string().contains("newField"));
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
