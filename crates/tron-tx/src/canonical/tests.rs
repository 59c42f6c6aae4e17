use proptest::prelude::*;
use prost::Message as _;

use super::*;
use crate::proto::{DelegateResourceContract, Permission, TransactionRaw, TransferContract};
use crate::vectors;

fn words<M: Described + PartialEq>(bytes: &[u8]) -> String {
    decode_exactly::<M>(bytes).err().unwrap().to_string()
}

#[test]
fn says_what_is_wrong() {
    let good = TransferContract { owner_address: vec![1], to_address: vec![2], amount: 3 }.encode_to_vec();
    assert_eq!(hex::encode(&good), "0a01011201021803");
    assert!(decode_exactly::<TransferContract>(&good).is_ok());
    for (hex, error) in [
        ("0a010112010218032001", "TransferContract has no field 4"),
        ("0a0101120102180300", "TransferContract: bytes that are no field"),
        ("0a01011201021803ff", "TransferContract: the bytes end inside a field"),
        ("0a01011204021803", "TransferContract: the bytes end inside a field"),
        ("1201020a01011803", "TransferContract is not in canonical form: fields are out of order"),
        ("0a01010a01011201021803", "TransferContract is not in canonical form: a field is there twice"),
        ("0a0101120102188300", "TransferContract is not in canonical form: an integer is longer than it need be"),
        ("0a8100011201021803", "TransferContract is not in canonical form: an integer is longer than it need be"),
        ("0a01011201021800", "TransferContract is not in canonical form: a zero field is written out"),
        ("0a0112001803", "TransferContract: bytes that are no field"),
        ("0a010112001803", "TransferContract is not in canonical form: an empty field is written out"),
        ("0a0101120102190300000000000000", "TransferContract.amount has the wrong wire type"),
        ("0a01011201021a0103", "TransferContract.amount has the wrong wire type"),
    ] {
        assert_eq!(words::<TransferContract>(&hex::decode(hex).unwrap()), error, "{hex}");
    }
}

#[test]
fn truths_and_enumerations_have_one_form() {
    assert!(decode_exactly::<DelegateResourceContract>(&[0x28, 1]).is_ok());
    assert!(words::<DelegateResourceContract>(&[0x28, 2]).contains("not in canonical form"));
    // A 32-bit number with bits above them.
    assert!(words::<Permission>(&[0x10, 0xff, 0xff, 0xff, 0xff, 0x1f]).contains("not in canonical form"));
}

#[test]
fn text_has_to_be_text() {
    assert!(decode_exactly::<Permission>(b"\x1a\x02ok").is_ok());
    assert!(words::<Permission>(b"\x1a\x02\xff\xfe").contains("not a message of the protocol"));
}

#[test]
fn looks_inside_messages() {
    let mut raw = vectors::bytes(vectors::TRANSFER_RAW);
    let type_field = raw.windows(4).position(|window| window == [0x08, 0x01, 0x12, 0x61]).unwrap();
    raw[type_field] = 0x30;
    assert_eq!(words::<TransactionRaw>(&raw), "Transaction.Contract has no field 6");
}

proptest! {
    #[test]
    fn accepts_only_what_it_would_write(bytes: Vec<u8>) {
        if let Ok(message) = decode_exactly::<TransactionRaw>(&bytes) {
            prop_assert_eq!(message.encode_to_vec(), bytes);
        }
    }
}
