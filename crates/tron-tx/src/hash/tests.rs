use super::*;
use crate::vectors::{address, bytes};
use crate::{Payload, SignedTransaction};

/// A transaction as genesis has it: nothing but the contract.
fn bare_transfer(owner: &str, to: Vec<u8>, amount: i64) -> SignedTransaction {
    let transfer = proto::TransferContract { owner_address: owner.as_bytes().to_vec(), to_address: to, amount };
    let contract = vec![Payload::from(transfer).into_contract(0)];
    let raw_data = proto::TransactionRaw { contract, ..Default::default() }.encode_to_vec();
    SignedTransaction { raw_data, ..Default::default() }
}

#[test]
fn rebuilds_the_genesis_block_of_mainnet() {
    let owner = "0x000000000000000000000";
    let transactions = [
        ("TLLM21wteSPs4hKjbxgmH1L6poyMjeTbHm", 99_000_000_000_000_000),
        ("TXmVpin5vq5gdZsciyyjdZgKRUju4st1wM", 0),
        ("TLsV52sRDL79HXGGm9yzwKibb6BeruhUzy", i64::MIN),
    ]
    .map(|(to, amount)| bare_transfer(owner, address(to).to_bytes21().into(), amount));
    let txids = transactions.each_ref().map(|transaction| transaction.txid().to_string());
    assert_eq!(
        txids,
        [
            "788b4d0ca432b3d07f895dffe80429bf58398d0e86222460b07f9db38e238803",
            "dfb4a633165cb85963ec1edfb4c9283644a3e136b77c063f4ba2e39307863a75",
            "25b18a55f86afb10e7aca38d0073d04c80397c6636069193953fdefaea0b8369",
        ]
    );
    let root = transaction_root(&transactions.each_ref().map(SignedTransaction::leaf));
    assert_eq!(hex::encode(root), "8ef446bf3f395af929c218014f6101ec86576c5f61b2ae3236bf3a2ab5e2fecd");
    let words = "A new system must allow existing systems to be linked together without requiring any central \
                 control or coordination";
    let header = proto::BlockHeaderRaw {
        tx_trie_root: root.into(),
        parent_hash: bytes("e58f33f9baf9305dc6f82b9f1934ea8f0ade2defb951258d50167028c780351f"),
        witness_address: words.into(),
        ..Default::default()
    };
    assert_eq!(block_id(&header).to_string(), "00000000000000001ebf88508a03865c71d452e25f4d51194196a1d22b6653dc");
}

#[test]
fn the_root_of_two_transactions_is_java_trons() {
    let transactions =
        [("41A389132D6639FBDA4FBC8B659264E6B7C90DB086", 1), ("41ED738B3A0FE390EAA71B768B6D02CDBD18FB207B", 2)]
            .map(|(to, amount)| bare_transfer("0x0000000000000000000", bytes(to), amount));
    let root = transaction_root(&transactions.each_ref().map(SignedTransaction::leaf));
    assert_eq!(hex::encode(root), "5bc862243292e6aa1d5e21a60bb6a673e4c2544709f6363d4a2f85ec29bcfe00");
}

#[test]
fn odd_nodes_move_up_unchanged() {
    let pair = |left: [u8; 32], right: [u8; 32]| sha256(&[left, right].concat());
    let leaves = [1, 2, 3, 4, 5].map(|byte| [byte; 32]);
    let left = pair(leaves[0], leaves[1]);
    assert_eq!(transaction_root(&[]), [0; 32]);
    assert_eq!(transaction_root(&leaves[..1]), leaves[0]);
    assert_eq!(transaction_root(&leaves[..3]), pair(left, leaves[2]));
    assert_eq!(transaction_root(&leaves), pair(pair(left, pair(leaves[2], leaves[3])), leaves[4]));
}

#[test]
fn a_block_id_begins_with_the_number() {
    let header = proto::BlockHeaderRaw { number: 0x0102_0304, timestamp: 3, ..Default::default() };
    let id = block_id(&header);
    assert_eq!(id.number(), 0x0102_0304);
    assert_eq!(id.as_bytes()[8..], block_digest(&header)[8..]);
}
