//! Blocks.

use super::Transaction;

message! {
    /// The part of a header that is hashed and signed.
    BlockHeaderRaw = "BlockHeader.raw" {
        1 timestamp: int64,
        2 tx_trie_root "txTrieRoot": bytes,
        3 parent_hash "parentHash": bytes,
        7 number: int64,
        8 witness_id: int64,
        9 witness_address: address,
        10 version: int32,
        11 account_state_root "accountStateRoot": bytes,
    }
}

message! {
    /// A header with its producer's signature.
    BlockHeader = "BlockHeader" {
        1 raw_data: BlockHeaderRaw,
        2 witness_signature: bytes,
    }
}

message! {
    /// A block.
    Block = "Block" {
        1 transactions: [Transaction],
        2 block_header: BlockHeader,
    }
}
