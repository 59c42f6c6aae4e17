use primitives::UnixMs;
use proptest::prelude::*;
use serde_json::{Value, json};
use tron_tx::proto::{BlockHeader, BlockHeaderRaw, TransactionResult};
use tron_tx::{SignedTransaction, hash};

use super::*;

/// A block of such transactions and its receipts, as a node serves them.
fn served(number: u64, parent: BlockId, transactions: &[SignedTransaction]) -> (Value, Value) {
    let leaves: Vec<[u8; 32]> = transactions.iter().map(SignedTransaction::leaf).collect();
    let raw = BlockHeaderRaw {
        timestamp: 3_000,
        tx_trie_root: hash::transaction_root(&leaves).to_vec(),
        parent_hash: parent.as_bytes().to_vec(),
        number: i64::try_from(number).unwrap(),
        witness_address: vec![0x41; 21],
        version: 32,
        ..BlockHeaderRaw::default()
    };
    let header = BlockHeader { raw_data: Some(raw), witness_signature: vec![1; 65] };
    let receipts: Vec<Value> = transactions
        .iter()
        .map(|t| json!({ "id": t.txid().to_string(), "fee": 7, "receipt": {"net_fee": 7} }))
        .collect();
    (tron_tx::json::render_block(&header, transactions, false), json!(receipts))
}

/// A transaction that says what matters here; `seed` tells it from others.
fn transaction(seed: u8, result: ContractResult) -> SignedTransaction {
    let raw = tron_tx::proto::TransactionRaw { timestamp: i64::from(seed) + 1, ..Default::default() };
    let message = tron_tx::proto::Transaction { raw_data: Some(raw), signature: vec![vec![seed; 65]], ret: Vec::new() };
    let results = vec![TransactionResult { contract_ret: result as i32, ..Default::default() }];
    SignedTransaction { results, ..SignedTransaction::from_message(message).unwrap() }
}

fn run(block: &Value, receipts: &Value, number: u64, parent: Option<BlockId>) -> Result<ScannedBlock, BlockFault> {
    verify(block.to_string().as_bytes(), &Bytes::from(receipts.to_string()), number, parent)
}

const PARENT: BlockId = BlockId::new([7; 32]);

proptest! {
    #[test]
    fn an_honest_block_passes_and_any_change_of_it_does_not(
        results in proptest::collection::vec(1_i32..16, 0..20), number in 1_u64..1 << 40, victim: prop::sample::Index, hurt in 0_u8..7,
    ) {
        let transactions: Vec<SignedTransaction> = results.iter().enumerate()
            .map(|(index, code)| transaction(u8::try_from(index).unwrap(), ContractResult::try_from(*code).unwrap())).collect();
        let (mut block, mut receipts) = served(number, PARENT, &transactions);
        let scanned = run(&block, &receipts, number, Some(PARENT)).unwrap();
        prop_assert_eq!((scanned.block.number, scanned.block.time, scanned.parent), (number, UnixMs(3_000), PARENT));
        prop_assert_eq!(scanned.txids.to_vec(), transactions.iter().map(SignedTransaction::txid).collect::<Vec<_>>());
        prop_assert_eq!(scanned.block.id.number(), number);

        if transactions.is_empty() { return Ok(()); }
        let index = victim.index(transactions.len());
        match hurt {
            0 => block["block_header"]["raw_data"]["timestamp"] = json!(3_001),
            1 => block["transactions"][index]["ret"] = json!([{ "contractRet": "DEFAULT" }]),
            2 => block["transactions"][index]["signature"] = json!([]),
            3 => { block["transactions"].as_array_mut().unwrap().remove(index); }
            4 => { receipts.as_array_mut().unwrap().remove(index); }
            5 => receipts[index]["id"] = json!("00".repeat(32)),
            _ => receipts = json!({}),
        }
        let fault = run(&block, &receipts, number, Some(PARENT)).unwrap_err();
        let expected = match hurt { 0 => "id", 1..=3 => "root", 5 => "receipt_names", _ => "receipt_count" };
        prop_assert_eq!(fault.kind(), expected, "{}", fault);
    }

    #[test]
    fn receipts_are_found_by_name_in_any_order(count in 1_u8..20, wanted in 0_u8..20, rotate in 0_usize..20) {
        let transactions: Vec<SignedTransaction> = (0..count).map(|seed| transaction(seed, ContractResult::Revert)).collect();
        let (block, mut receipts) = served(1, PARENT, &transactions);
        let list = receipts.as_array_mut().unwrap();
        let turns = rotate % list.len();
        list.rotate_left(turns);
        let scanned = run(&block, &receipts, 1, None).unwrap();
        let name = transaction(wanted, ContractResult::Revert).txid();
        let found = scanned.receipts(|txid| *txid == name).unwrap();
        if wanted < count {
            prop_assert_eq!(found.len(), 1);
            prop_assert_eq!((found[0].0, found[0].1.contract_ret.as_str(), found[0].1.fee.units()), (name, "REVERT", 7));
        } else {
            prop_assert!(found.is_empty());
        }
    }

    #[test]
    fn never_panics(block: Vec<u8>, receipts: Vec<u8>) {
        let _ = verify(&block, &Bytes::from(receipts), 1, None);
    }
}

#[test]
fn it_must_be_the_block_that_was_asked_for_and_follow_ours() {
    let (block, receipts) = served(5, PARENT, &[]);
    assert_eq!(run(&block, &receipts, 6, None).unwrap_err(), BlockFault::Number { expected: 6, got: 5 });
    let other = BlockId::new([8; 32]);
    let fault = run(&block, &receipts, 5, Some(other)).unwrap_err();
    assert_eq!(fault, BlockFault::Parent { number: 5, parent: PARENT, expected: other });
    assert!(fault.is_lie());
    let nothing = run(&json!({}), &receipts, 5, None).unwrap_err();
    assert_eq!((nothing.kind(), nothing.is_lie()), ("empty", false));
    assert!(run(&block, &json!({}), 5, None).is_ok(), "an empty block has no receipts");
    let refusal = run(&json!({ "Error": "class x : y" }), &receipts, 5, None).unwrap_err();
    assert_eq!(refusal.kind(), "malformed");
}
