//! From a request to a submission: what is wrong with it is said before anything is stored.

use api::tron_client::SubmissionRequest;
use primitives::{TxId, UnixMs};
use thiserror::Error;
use tron_tx::proto::TransactionRaw;
use tron_tx::{DecodeError, RefBlock, decode_exactly, hash};

use super::StoredReference;

/// A signature is r, s and v; java-tron 4.8.2 accepts a few bytes more, we do not.
const SIGNATURE_LENGTH: usize = 65;
/// java-tron `TransactionCapsule.checkWeight` takes at most the keys of a permission, five.
const SIGNATURES_MAX: usize = 5;
/// The protocol's own limit for a transaction, bytes (java-tron `Constant.TRANSACTION_MAX_BYTE_SIZE`).
const RAW_DATA_MAX: usize = 500 * 1024;

/// Why a submission is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SubmissionFlaw {
    /// The path names another transaction.
    #[error("the path says {stated}, raw_data hashes to {computed}")]
    Txid {
        /// In the path.
        stated: TxId,
        /// What raw_data hashes to.
        computed: TxId,
    },
    /// raw_data is no transaction that the chain could write like this.
    #[error("raw_data is no transaction: {0}")]
    RawData(#[from] DecodeError),
    /// A field of raw_data without which nothing can be said about when it is valid.
    #[error("raw_data has no proper {0}")]
    Field(&'static str),
    /// Too many bytes.
    #[error("raw_data has {0} bytes, the protocol allows {RAW_DATA_MAX}")]
    TooLong(usize),
    /// A signature of another length, or too many of them.
    #[error("signatures are at most {SIGNATURES_MAX}, of {SIGNATURE_LENGTH} bytes each")]
    Signatures,
}

/// What raw_data says about when and where the transaction is valid. What it *does* is not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    /// The block that it refers to.
    pub reference: StoredReference,
    /// When it ceases to be valid.
    pub expiration: UnixMs,
}

/// Checks a request for the transaction of this name.
pub fn check(txid: TxId, request: &SubmissionRequest) -> Result<Validity, SubmissionFlaw> {
    let raw_data = &request.raw_data.0;
    if raw_data.len() > RAW_DATA_MAX {
        return Err(SubmissionFlaw::TooLong(raw_data.len()));
    }
    let computed = hash::txid(raw_data);
    if computed != txid {
        return Err(SubmissionFlaw::Txid { stated: txid, computed });
    }
    let proper = request.signatures.iter().all(|signature| signature.0.len() == SIGNATURE_LENGTH);
    if !proper || request.signatures.len() > SIGNATURES_MAX {
        return Err(SubmissionFlaw::Signatures);
    }
    // Nodes write a transaction anew before they hash it: other bytes could never be found under this name.
    let raw: TransactionRaw = decode_exactly(raw_data)?;
    let reference = RefBlock {
        bytes: raw.ref_block_bytes.try_into().map_err(|_| SubmissionFlaw::Field("ref_block_bytes"))?,
        hash: raw.ref_block_hash.try_into().map_err(|_| SubmissionFlaw::Field("ref_block_hash"))?,
    };
    let expiration =
        UnixMs::from_i64(raw.expiration).filter(|at| at.0 > 0).ok_or(SubmissionFlaw::Field("expiration"))?;
    Ok(Validity { reference: StoredReference(reference), expiration })
}

#[cfg(test)]
mod tests {
    use super::*;
    use primitives::HexBytes;
    use proptest::prelude::*;

    /// The transfer of one sun that tronpy and tronweb agree on.
    const RAW: &str = "0a0264312208212a13dbe72ac5c040e381a7dcfc325a65080112610a2d747970652e676f6f676c65617069732e636f6d2f70726f746f636f6c2e5472616e73666572436f6e747261637412300a154194a15629b2b2bbd3a5453e6d6696b2875278633b1215413c9b65b212316904572826240224750eccce29a218017083ada3dcfc32";
    const TXID: &str = "c93cdd6b4d9f5b3c617060ea0a9c7b6080d9855f599cc987f69105a5e3e9c9b4";

    fn request(raw: &[u8], signatures: &[usize]) -> SubmissionRequest {
        let signatures = signatures.iter().map(|length| HexBytes(vec![1; *length])).collect();
        SubmissionRequest { raw_data: HexBytes(raw.to_vec()), signatures }
    }

    #[test]
    fn a_transfer_says_when_it_is_valid() {
        let raw = hex::decode(RAW).unwrap();
        let validity = check(TxId::parse(TXID).unwrap(), &request(&raw, &[65])).unwrap();
        assert_eq!(validity.expiration, UnixMs(1_751_466_492_131));
        assert_eq!(validity.reference.0.bytes, [0x64, 0x31]);
        assert_eq!(hex::encode(validity.reference.0.hash), "212a13dbe72ac5c0");
    }

    #[test]
    fn each_flaw_has_its_name() {
        let raw = hex::decode(RAW).unwrap();
        let txid = TxId::parse(TXID).unwrap();
        let other = TxId::new([0; 32]);
        assert_eq!(check(other, &request(&raw, &[])), Err(SubmissionFlaw::Txid { stated: other, computed: txid }));
        assert_eq!(check(txid, &request(&raw, &[64])), Err(SubmissionFlaw::Signatures));
        assert_eq!(check(txid, &request(&raw, &[65; 6])), Err(SubmissionFlaw::Signatures));
        let long = vec![0; RAW_DATA_MAX + 1];
        assert_eq!(check(txid, &request(&long, &[])), Err(SubmissionFlaw::TooLong(long.len())));
        assert_eq!(check(hash::txid(&[]), &request(&[], &[])), Err(SubmissionFlaw::Field("ref_block_bytes")));
        let trailing = [raw.as_slice(), &[0]].concat();
        assert!(matches!(check(hash::txid(&trailing), &request(&trailing, &[])), Err(SubmissionFlaw::RawData(_))));
    }

    proptest! {
        #[test]
        fn never_panics(raw: Vec<u8>) {
            let _ = check(hash::txid(&raw), &request(&raw, &[]));
        }
    }
}
