//! tron-client's word on what became of a transaction for ever.

use prost::Message;

use super::fields::{array, number_of, value_of};
use super::{Statement, StatementError};
use crate::{BlockId, ChainId, TxId};

/// What became of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fate {
    /// It is in a solid block and its contract succeeded.
    Succeeded,
    /// It is in a solid block and its contract did not succeed.
    Failed,
    /// It is in none of the solid blocks from its reference block to past its expiration.
    Dead,
}

/// What became of a transaction, by who read the solid chain. It is how a service without a way to the chain knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finality {
    /// The chain.
    pub chain_id: ChainId,
    /// The transaction.
    pub txid: TxId,
    /// What became of it.
    pub fate: Fate,
    /// The solid block that it is in, or the last one that it could have been in and is not.
    pub block: BlockId,
}

#[derive(Clone, PartialEq, Message)]
struct Wire {
    #[prost(uint32, tag = "1")]
    chain_id: u32,
    #[prost(bytes = "vec", tag = "2")]
    txid: Vec<u8>,
    #[prost(uint32, tag = "3")]
    fate: u32,
    #[prost(bytes = "vec", tag = "4")]
    block: Vec<u8>,
}

const FATES: [(u32, Fate); 3] = [(1, Fate::Succeeded), (2, Fate::Failed), (3, Fate::Dead)];

impl Statement for Finality {
    const DOMAIN: &'static [u8] = b"lucid-plane/finality/v1\0";

    fn encode(&self) -> Vec<u8> {
        Wire {
            chain_id: self.chain_id.0,
            txid: self.txid.as_bytes().to_vec(),
            fate: number_of(&FATES, &self.fate),
            block: self.block.as_bytes().to_vec(),
        }
        .encode_to_vec()
    }

    fn decode(bytes: &[u8]) -> Result<Self, StatementError> {
        let wire = Wire::decode(bytes).map_err(|_| StatementError::Malformed("finality"))?;
        let finality = Self {
            chain_id: ChainId(wire.chain_id),
            txid: TxId::new(array(&wire.txid, "txid")?),
            fate: value_of(&FATES, wire.fate, "fate")?,
            block: BlockId::new(array(&wire.block, "block id")?),
        };
        if finality.encode() == bytes { Ok(finality) } else { Err(StatementError::Malformed("not the one encoding")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statement::{SignKey, Signed};

    fn said(fate: Fate) -> Finality {
        Finality { chain_id: ChainId(0x2b66_53dc), txid: TxId::new([7; 32]), fate, block: BlockId::new([9; 32]) }
    }

    #[test]
    fn the_encoding_is_the_one_that_was_fixed() {
        let expected = format!("08dca799db021220{}1801{}{}", "07".repeat(32), "2220", "09".repeat(32));
        assert_eq!(hex::encode(said(Fate::Succeeded).encode()), expected);
        for fate in [Fate::Succeeded, Fate::Failed, Fate::Dead] {
            assert_eq!(Finality::decode(&said(fate).encode()).unwrap(), said(fate));
        }
    }

    #[test]
    fn no_byte_of_it_can_be_altered() {
        let key = SignKey::from_seed(&[3; 32]);
        let signed = serde_json::to_value(Signed::sign(said(Fate::Dead), &key)).unwrap();
        let bytes = said(Fate::Dead).encode();
        for at in 0..bytes.len() {
            let mut altered = bytes.clone();
            altered[at] ^= 1;
            let mut wire = signed.clone();
            wire["statement"] = hex::encode(altered).into();
            let read = serde_json::from_value::<Signed<Finality>>(wire);
            assert!(read.is_err() || read.unwrap().verify(&key.verify_key()).is_err(), "byte {at}");
        }
    }
}
