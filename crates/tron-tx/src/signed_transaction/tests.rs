use proptest::prelude::*;

use super::*;
use crate::proto::StringMapEntry;
use crate::vectors::{self, bytes};

fn signed(raw: &str, signature: &str) -> SignedTransaction {
    SignedTransaction { raw_data: bytes(raw), signatures: vec![bytes(signature)], results: vec![] }
}

#[test]
fn bandwidth_is_as_the_chain_charges_it() {
    let transfer = signed(vectors::TRANSFER_RAW, vectors::TRANSFER_SIGNATURE);
    assert_eq!((transfer.encode().len(), transfer.bandwidth()), (201, Bandwidth(265)));
    let mut trigger = signed(vectors::TRIGGER_RAW, vectors::TRIGGER_SIGNATURE);
    assert_eq!((trigger.encode().len(), trigger.bandwidth()), (281, Bandwidth(345)));
    assert_eq!(bandwidth_when_signed(trigger.raw_data.len(), 1), Bandwidth(345));
    assert_eq!(bandwidth_when_signed(trigger.raw_data.len(), 2), Bandwidth(345 + 67));
    // What the block's producer adds is not charged.
    trigger.results.push(proto::TransactionResult { contract_ret: 1, ..Default::default() });
    assert_eq!(trigger.bandwidth(), Bandwidth(345));
}

#[test]
fn tells_who_signed() {
    let shasta = signed(vectors::SHASTA_RAW, vectors::SHASTA_SIGNATURE);
    assert_eq!(shasta.txid().to_string(), vectors::SHASTA_TXID);
    assert_eq!(shasta.signers().unwrap()[0].to_string(), vectors::SHASTA_SIGNER);
    let ours = SignedTransaction::new(
        bytes(vectors::TRANSFER_RAW),
        &[vectors::key(vectors::KEY).sign(&vectors::word(vectors::TRANSFER_TXID))],
    );
    assert_eq!(ours, signed(vectors::TRANSFER_RAW, vectors::TRANSFER_SIGNATURE));
}

#[test]
fn results_keep_their_order_and_zeros() {
    let result = proto::TransactionResult {
        contract_ret: 1,
        cancel_unfreeze_v2_amount: vec![StringMapEntry::new("TRON_POWER", 0), StringMapEntry::new("ENERGY", 5)],
        ..Default::default()
    };
    let transaction =
        SignedTransaction { results: vec![result], ..signed(vectors::TRANSFER_RAW, vectors::TRANSFER_SIGNATURE) };
    let encoded = transaction.encode();
    assert_eq!(SignedTransaction::decode(&encoded).unwrap(), transaction);
    // An entry's zero value is written out, as java-tron does.
    let entry = [b"\xe2\x01\x0e\x0a\x0aTRON_POWER".as_slice(), &[0x10, 0]].concat();
    assert!(encoded.windows(entry.len()).any(|window| window == entry));
}

#[test]
fn refuses_other_forms() {
    let whole = signed(vectors::TRANSFER_RAW, vectors::TRANSFER_SIGNATURE).encode();
    assert!(SignedTransaction::decode(&whole).is_ok());
    assert!(SignedTransaction::decode(&bytes(vectors::TRANSFER_RAW)).is_err());
    assert!(SignedTransaction::decode(&[&whole[..], &[0]].concat()).is_err());
    assert!(SignedTransaction::decode(&whole[..whole.len() - 1]).is_err());
    assert_eq!(SignedTransaction::decode(&[]), Err(DecodeError::NoRawData));
}

proptest! {
    #[test]
    fn round_trips(signatures in prop::collection::vec(any::<Vec<u8>>(), 0..4), fee: i64, contract_ret in 0..16) {
        let results = vec![proto::TransactionResult { fee, contract_ret, ..Default::default() }];
        let transaction = SignedTransaction { raw_data: bytes(vectors::TRANSFER_RAW), signatures, results };
        prop_assert_eq!(SignedTransaction::decode(&transaction.encode()), Ok(transaction));
    }

    #[test]
    fn never_panics(bytes: Vec<u8>) {
        let _ = SignedTransaction::decode(&bytes);
    }
}
