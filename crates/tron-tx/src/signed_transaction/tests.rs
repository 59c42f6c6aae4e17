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

/// The signed transaction of tronweb's own tests.
const TRONWEB: &str = "0a85010a02380a220830202d4c1473d46640d8edabfea72f5a67080112630a2d747970652e676f6f676c65617069732e636f6d2f70726f746f636f6c2e5472616e73666572436f6e747261637412320a1541fbbb1a37f9fbc18a3e2b8fd8c0823251cd3b8ee8121541af4852489314e72ffae825238c52d0e1ffff1ead18c0843d70f182cffca72f1241fa301a789dc51714be33b0f298e3f990650bec285ab628ab8ea5f18aeb3466643ca89b604d9df74fa19a11235e0d7ab974322f0097eefe0b7efb38ea9ce4cf6601";

#[test]
fn reads_what_tronweb_signed() {
    let whole = bytes(TRONWEB);
    assert_eq!(whole.len(), 203);
    let transaction = SignedTransaction::decode(&whole).unwrap();
    assert_eq!(transaction.txid().to_string(), "04d6b2fc0de48335e3f159ca8b33fffb366fe01d3fcd159dd50e8c5d7fce296b");
    assert_eq!(transaction.signers().unwrap()[0].to_string(), "TYvEkK4fJ8aGVwLTxX6Qyw48ewD6BAvbYv");
}

#[test]
fn what_follows_65_bytes_of_signature_is_ignored_as_on_the_chain() {
    let mut shasta = signed(vectors::SHASTA_RAW, vectors::SHASTA_SIGNATURE);
    shasta.signatures[0].extend_from_slice(&[0, 0, 0]);
    assert_eq!(shasta.signers().unwrap()[0].to_string(), vectors::SHASTA_SIGNER);
    shasta.signatures[0].truncate(64);
    assert_eq!(shasta.signers(), Err(SignatureError::Length(64)));
}

/// A contract call in mainnet's block 78,812,179, the 336th of 446, and its way up to the root in the header.
const MAINNET: &str = "0ad6020a0293fb22081f550a3106e02ce74080b4d7fab6335ab002081f12ab020a31747970652e676f6f676c65617069732e636f6d2f70726f746f636f6c2e54726967676572536d617274436f6e747261637412f5010a1541ecb28bd5d75a281092d939aa69177fdf42ec3034121541f77eac12837d07ab41ecc1a7779e1dea7d1e096e22c401cb30c7ff00000000000000000000000015571cd1f1485d7f671ee7584fe70e1fe2741245000000000000000000000000000000000000000000000000000000000000004000000000000000000000000000000000000000000000000000000000000000600000000000000000000000003a08f76772e200653bb55c2a92998daca62e0e97000000000000000000000000000000000000000000000000000000000000759e0000000000000000000000007e2f07221f1362884bcba7b04383f793584ac43870e7f4d3fab633900180a8d6b9071241dfed77d4b4af5ca6a95edc149b87d7b217e87717258d8cc4d3f9134afe52eada7b0b84f07c5503e6c10bc2ba87d36c8ecac88de19708930e7ce8e3acb741140f1b2a021801";

#[test]
fn a_leaf_of_mainnet_climbs_to_its_blocks_root() {
    let transaction = SignedTransaction::decode(&bytes(MAINNET)).unwrap();
    let txid = transaction.txid().to_string();
    assert_eq!(txid, "1d649769f0ecf78bd6812226d067144bca18b4d01fb34cfdb260fd51cc3072db");
    let root = [
        (true, "096e12e23d05f14f49c8a795d12c962087aadb552c47e66f03ac3f1816bd043e"),
        (true, "ad6d479996682dadb5f54feb1610a66ced881616ef5b23ba0bd48aa3444f1bc9"),
        (true, "d93717564b69f9009fada5b67a321e27cb17d17001b793a5b0878a34aeaf047c"),
        (true, "0591ae2178271338461ab6468589f8c51af4f09b4c3f1f1c0f8557afbfe8e435"),
        (false, "6c7a3ca2b95b453fa64ad1c40b3a33108030048bfd99abfb686b87622ec6ba9f"),
        (false, "8293d5857b0d99f3c23d57d335adc7926b7b04f1a138cbcc7b4861c35483fe92"),
        (true, "14495edc295d0d705b87ab7b6555ad35c3de686ba7059442e0c998cc54477331"),
        (false, "d3d88031f86881ecdd92cb73fdf9184298b27b475a88988598568f89ae4be7f6"),
        (true, "d062265527539b2e875bbd8c33f4d9d42e661d9323626fb3653b504332d81324"),
    ]
    .into_iter()
    .fold(transaction.leaf(), |node, (left, sibling)| {
        let sibling = vectors::word(sibling);
        hash::transaction_root(&if left { [sibling, node] } else { [node, sibling] })
    });
    assert_eq!(hex::encode(root), "97f0a622086121549f853684b3bb02f901603078a4b0251425dc7c62a7a0ac6e");
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
