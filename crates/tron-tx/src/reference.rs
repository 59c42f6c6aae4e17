//! TAPOS: the block that a transaction refers to, and so the chain and fork that it is valid on.

use primitives::BlockId;

use crate::decode_error::{DecodeError, FieldFlaw};

/// A reference block as a transaction carries it (java-tron `TransactionCapsule.setReference`).
///
/// A node knows the last 65,536 blocks by these bytes and refuses a transaction whose block it does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RefBlock {
    /// The low 16 bits of the block's number, big-endian.
    pub bytes: [u8; 2],
    /// Bytes 8 to 16 of the block's id.
    pub hash: [u8; 8],
}

impl RefBlock {
    pub(crate) fn decode(bytes: &[u8], hash: &[u8]) -> Result<Self, DecodeError> {
        let length = |field, expected, found| DecodeError::field(field, FieldFlaw::Length { expected, found });
        Ok(Self {
            bytes: bytes.try_into().map_err(|_| length("ref_block_bytes", 2, bytes.len()))?,
            hash: hash.try_into().map_err(|_| length("ref_block_hash", 8, hash.len()))?,
        })
    }

    /// Whether this is a reference to that block.
    pub fn matches(&self, block: &BlockId) -> bool {
        *self == Self::from(*block)
    }
}

impl From<BlockId> for RefBlock {
    fn from(block: BlockId) -> Self {
        let id = block.as_bytes();
        let mut hash = [0; 8];
        hash.copy_from_slice(&id[8..16]);
        Self { bytes: [id[6], id[7]], hash }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_its_bytes_from_the_id() {
        let id = BlockId::parse("0000000003fe6431aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbcccccccccccccccc").unwrap();
        let reference = RefBlock::from(id);
        assert_eq!((reference.bytes, reference.hash), ([0x64, 0x31], [0xaa; 8]));
        assert!(reference.matches(&id));
        assert!(!RefBlock { bytes: [0x64, 0x32], ..reference }.matches(&id));
    }
}
