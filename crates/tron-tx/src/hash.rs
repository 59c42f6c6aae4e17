//! The chain's hashes (java-tron `TransactionCapsule`, `BlockCapsule`, `MerkleTree`): all of them single SHA-256.

use primitives::{BlockId, TxId};
use prost::Message as _;
use sha2::{Digest as _, Sha256};
use sha3::Keccak256;

use crate::proto;

/// SHA-256.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Keccak-256, which addresses and contracts use.
pub fn keccak256(bytes: &[u8]) -> [u8; 32] {
    Keccak256::digest(bytes).into()
}

/// A transaction's name: the hash of its raw_data alone.
pub fn txid(raw_data: &[u8]) -> TxId {
    TxId::new(sha256(raw_data))
}

/// The root over a block's transactions, each given by [`crate::SignedTransaction::leaf`].
///
/// An odd last node moves up unchanged; no transactions give 32 zero bytes.
pub fn transaction_root(leaves: &[[u8; 32]]) -> [u8; 32] {
    let mut level = leaves.to_vec();
    while level.len() > 1 {
        level = level
            .chunks(2)
            .map(|pair| match pair {
                [left, right] => Sha256::new().chain_update(left).chain_update(right).finalize().into(),
                [single, ..] => *single,
                [] => [0; 32],
            })
            .collect();
    }
    level.first().copied().unwrap_or([0; 32])
}

/// A block's id: the hash of its raw header, its first 8 bytes replaced by the number.
pub fn block_id(header: &proto::BlockHeaderRaw) -> BlockId {
    block_id_of(&header.encode_to_vec(), header.number)
}

/// A block's id from its raw header's bytes and its number.
pub fn block_id_of(raw_header: &[u8], number: i64) -> BlockId {
    let mut id = sha256(raw_header);
    id[..8].copy_from_slice(&number.to_be_bytes());
    BlockId::new(id)
}

/// What a block's producer signs: the hash of the raw header, number not inserted.
pub fn block_digest(header: &proto::BlockHeaderRaw) -> [u8; 32] {
    sha256(&header.encode_to_vec())
}

#[cfg(test)]
mod tests;
