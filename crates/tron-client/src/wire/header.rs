//! What we keep of a block's header.

use primitives::{Address, BlockId, BlockRef, UnixMs};
use tron_tx::json::{BlockError, CheckedHeader, parse_header};

use super::WireError;

/// A header whose id was recomputed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The block that it heads.
    pub block: BlockRef,
    /// The block before.
    pub parent: BlockId,
    /// The producer: an account that surely exists. In genesis it is no address.
    pub witness: Option<Address>,
}

/// Reads the answer of `getblock {detail: false}`.
pub fn read_header(body: &[u8]) -> Result<Header, WireError> {
    let header = parse_header(body).map_err(|error: BlockError| WireError::Json(error.to_string()))?;
    Header::of(&header.ok_or(WireError::Empty)?)
}

impl Header {
    /// The parts that we keep.
    pub fn of(header: &CheckedHeader) -> Result<Self, WireError> {
        let raw = &header.raw;
        let number = u64::try_from(raw.number).map_err(|_| WireError::Member("number"))?;
        let time = UnixMs::from_i64(raw.timestamp).ok_or(WireError::Member("timestamp"))?;
        Ok(Self {
            block: BlockRef { number, id: header.id, time },
            parent: raw.parent_hash.as_slice().try_into().map_err(|_| WireError::Member("parentHash"))?,
            witness: Address::from_bytes21(&raw.witness_address).ok(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn mainnets_genesis_lacks_number_time_and_producer() {
        let words = "A new system must allow existing systems to be linked together without requiring any central control or coordination";
        let mut body = json!({
            "blockID": "00000000000000001ebf88508a03865c71d452e25f4d51194196a1d22b6653dc",
            "block_header": { "raw_data": {
                "txTrieRoot": "8ef446bf3f395af929c218014f6101ec86576c5f61b2ae3236bf3a2ab5e2fecd",
                "parentHash": "e58f33f9baf9305dc6f82b9f1934ea8f0ade2defb951258d50167028c780351f",
                "witness_address": hex::encode(words) } },
        });
        let header = read_header(body.to_string().as_bytes()).unwrap();
        assert_eq!(primitives::ChainId::of_genesis(&header.block.id).0, 0x2b66_53dc);
        assert_eq!((header.block.number, header.block.time, header.witness), (0, UnixMs(0), None));
        body["block_header"]["raw_data"]["timestamp"] = json!(1);
        assert!(matches!(read_header(body.to_string().as_bytes()), Err(WireError::Json(_))), "another header, same id");
        assert_eq!(read_header(b"{}"), Err(WireError::Empty));
    }
}
