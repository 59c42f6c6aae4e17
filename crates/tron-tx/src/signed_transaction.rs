//! A transaction with its signatures, as it is broadcast and stands in blocks.

use primitives::{Address, Bandwidth, TxId};
use prost::Message as _;

use crate::canonical::decode_exactly;
use crate::decode_error::DecodeError;
use crate::signature::{RecoverableSignature, SignatureError};
use crate::{hash, proto, wire};

/// Bytes that the chain counts per contract for the result that it will store (java-tron `Constant.MAX_RESULT_SIZE_IN_TX`).
const RESULT_BYTES: u64 = 64;

/// Raw data, signatures and, in a block, results. The raw data stays the bytes it came as, so no hash can drift.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SignedTransaction {
    /// The bytes that are hashed and signed.
    pub raw_data: Vec<u8>,
    /// The signatures as they came; [`RecoverableSignature::parse`] reads one.
    pub signatures: Vec<Vec<u8>>,
    /// The results that the block's producer added; empty before.
    pub results: Vec<proto::TransactionResult>,
}

impl SignedTransaction {
    /// A transaction ready to be broadcast.
    pub fn new(raw_data: Vec<u8>, signatures: &[RecoverableSignature]) -> Self {
        let signatures = signatures.iter().map(|signature| signature.to_bytes().to_vec()).collect();
        Self { raw_data, signatures, results: Vec::new() }
    }

    /// Reads a whole Transaction that would be written again exactly like this; raw data is not looked into beyond that.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        decode_exactly(bytes).and_then(Self::from_message)
    }

    /// From the message, whose raw data is encoded canonically.
    pub fn from_message(message: proto::Transaction) -> Result<Self, DecodeError> {
        let raw_data = message.raw_data.ok_or(DecodeError::NoRawData)?.encode_to_vec();
        Ok(Self { raw_data, signatures: message.signature, results: message.ret })
    }

    /// The transaction's name.
    pub fn txid(&self) -> TxId {
        hash::txid(&self.raw_data)
    }

    /// The whole Transaction's bytes: field 1 raw data, 2 signatures, 5 results.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = self.encode_without_results();
        for result in &self.results {
            wire::put_bytes(&mut out, 5, &result.encode_to_vec());
        }
        out
    }

    fn encode_without_results(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.raw_data.len() + 80 * self.signatures.len() + 16);
        wire::put_bytes(&mut out, 1, &self.raw_data);
        for signature in &self.signatures {
            wire::put_bytes(&mut out, 2, signature);
        }
        out
    }

    /// The leaf that stands for this transaction in its block's root: signatures and results count.
    pub fn leaf(&self) -> [u8; 32] {
        hash::sha256(&self.encode())
    }

    /// The bandwidth that it uses: its bytes without results, and 64 for its contract (java-tron `BandwidthProcessor`).
    pub fn bandwidth(&self) -> Bandwidth {
        Bandwidth((self.encode_without_results().len() as u64).saturating_add(RESULT_BYTES))
    }

    /// Who signed, in the order of the signatures, each read as the chain reads it.
    pub fn signers(&self) -> Result<Vec<Address>, SignatureError> {
        let digest = *self.txid().as_bytes();
        self.signatures.iter().map(|bytes| RecoverableSignature::parse_as_chain(bytes)?.signer(&digest)).collect()
    }
}

/// The bandwidth of a raw_data of this length once it has this many signatures.
pub fn bandwidth_when_signed(raw_data_length: usize, signatures: usize) -> Bandwidth {
    let unsigned = SignedTransaction { raw_data: vec![0; raw_data_length], ..Default::default() };
    let signed = SignedTransaction { signatures: vec![vec![0; 65]; signatures], ..unsigned };
    signed.bandwidth()
}

#[cfg(test)]
mod tests;
