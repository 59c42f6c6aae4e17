//! tron-client's word for where the solid chain is.

use prost::Message;

use super::{Statement, StatementError};
use crate::{BlockId, ChainId, UnixMs};

/// A solid block that tron-client read itself. A transaction's reference block must be a fresh one: it is how a service
/// without a way to the chain knows which chain it signs for, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Anchor {
    /// The chain that the block is on.
    pub chain_id: ChainId,
    /// The block's number.
    pub number: u64,
    /// The block's id; carries the number.
    pub block_id: BlockId,
    /// The block's own timestamp.
    pub solid_time: UnixMs,
}

#[derive(Clone, PartialEq, Message)]
struct Wire {
    #[prost(uint32, tag = "1")]
    chain_id: u32,
    #[prost(uint64, tag = "2")]
    number: u64,
    #[prost(bytes = "vec", tag = "3")]
    block_id: Vec<u8>,
    #[prost(uint64, tag = "4")]
    solid_time: u64,
}

impl Statement for Anchor {
    const DOMAIN: &'static [u8] = b"lucid-plane/anchor/v1\0";

    fn encode(&self) -> Vec<u8> {
        Wire {
            chain_id: self.chain_id.0,
            number: self.number,
            block_id: self.block_id.as_bytes().to_vec(),
            solid_time: self.solid_time.0,
        }
        .encode_to_vec()
    }

    fn decode(bytes: &[u8]) -> Result<Self, StatementError> {
        let wire = Wire::decode(bytes).map_err(|_| StatementError::Malformed("anchor"))?;
        let anchor = Self {
            chain_id: ChainId(wire.chain_id),
            number: wire.number,
            block_id: wire.block_id.as_slice().try_into().map_err(|_| StatementError::Malformed("block id"))?,
            solid_time: UnixMs(wire.solid_time),
        };
        if anchor.block_id.number() != anchor.number {
            return Err(StatementError::Malformed("the block id carries another number"));
        }
        if anchor.encode() == bytes { Ok(anchor) } else { Err(StatementError::Malformed("not the one encoding")) }
    }
}
