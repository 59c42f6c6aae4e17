use proptest::prelude::*;

use super::*;
use crate::vectors::{self, bytes, key, word};
use crate::{LocalKey, message_digest};

#[test]
fn addresses_of_known_keys() {
    for (scalar, address) in [
        ("0000000000000000000000000000000000000000000000000000000000000001", "TMVQGm1qAQYVdetCeGRRkTWYYrLXuHK2HC"),
        ("0000000000000000000000000000000000000000000000000000000000000002", "TDvSsdrNM5eeXNL3czpa6AxLDHZA9nwe9K"),
        (vectors::KEY, vectors::OWNER),
        ("51d1d6047622bca92272d36b297799ecc152dc2ef91b229debf84fc41e8c73ee", "TVEZYjZyemfJoLUdGtzsM2ua1HAnbsNgAF"),
        ("59f40af46420081988724249fb743e7597c8ddc1cbbc0738b96ceb1dbb149373", "TBzEvowPVErmNWVegYMQcurDF3jgHU4VME"),
    ] {
        let key = key(scalar);
        assert_eq!(key.address().to_string(), address);
        let public = key.public_key();
        assert_eq!(PublicKey::from_sec1(&public.to_uncompressed()).unwrap(), public);
        assert_eq!(PublicKey::from_sec1(&public.to_compressed()).unwrap(), public);
    }
    assert!(LocalKey::from_scalar(&[0; 32]).is_err());
    assert!(LocalKey::from_scalar(&[0xff; 32]).is_err());
    assert!(PublicKey::from_sec1(&[4; 65]).is_err());
}

#[test]
fn signs_as_tronpy_does() {
    for (txid, signature) in
        [(vectors::TRANSFER_TXID, vectors::TRANSFER_SIGNATURE), (vectors::TRIGGER_TXID, vectors::TRIGGER_SIGNATURE)]
    {
        let signed = key(vectors::KEY).sign(&word(txid));
        assert_eq!(hex::encode(signed.to_bytes()), signature);
        assert_eq!(signed.signer(&word(txid)).unwrap().to_string(), vectors::OWNER);
    }
}

#[test]
fn recovers_the_signer_in_either_convention() {
    let signature = bytes(vectors::SHASTA_SIGNATURE);
    for v in [1, 28, 5, 32] {
        let parsed = RecoverableSignature::parse(&[&signature[..64], &[v]].concat()).unwrap();
        assert_eq!(parsed.signer(&word(vectors::SHASTA_TXID)).unwrap().to_string(), vectors::SHASTA_SIGNER);
        assert_eq!(parsed.to_bytes()[64], 1);
        assert_eq!(parsed.to_bytes_27()[64], 28);
    }
}

#[test]
fn a_message_is_signed_apart_from_transactions() {
    let digest = message_digest(b"hello world");
    assert_eq!(hex::encode(digest), "cf02daeb2bea196ed5692322a66ed50080ce74ff8cb711199f1b04f3c13bc10d");
    let key = key("0000000000000000000000000000000000000000000000000000000000000001");
    assert_eq!(
        hex::encode(key.sign(&digest).to_bytes_27()),
        "0dc0b53d525e0103a6013061cf18e60cf158809149f2b8994a545af65a7004cb1eeaff560e801ab51b28df5d42549aa024c2aa7e9d34de1e01294b9afb5e6c7e1c"
    );
}

#[test]
fn refuses_what_is_no_signature() {
    let good = bytes(vectors::TRANSFER_SIGNATURE);
    let parse = |bytes: &[u8]| RecoverableSignature::parse(bytes).unwrap_err();
    assert_eq!(parse(&[]), SignatureError::Length(0));
    assert_eq!(parse(&good[..64]), SignatureError::Length(64));
    assert_eq!(parse(&[&good[..], &[0]].concat()), SignatureError::Length(66));
    assert_eq!(parse(&[&good[..64], &[8]].concat()), SignatureError::RecoveryNumber(8));
    assert_eq!(parse(&[&good[..64], &[35]].concat()), SignatureError::RecoveryNumber(35));
    assert_eq!(parse(&[0; 65]), SignatureError::Scalars);
    assert_eq!(parse(&[0xff; 65]), SignatureError::RecoveryNumber(255));
}

/// The order of the group, to make the high twin of a signature.
const ORDER: &str = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";

fn high_twin(scalars: &[u8; 64]) -> [u8; 64] {
    let order = alloy_primitives::U256::from_be_slice(&bytes(ORDER));
    let s = order - alloy_primitives::U256::from_be_slice(&scalars[32..]);
    let mut twin = *scalars;
    twin[32..].copy_from_slice(&s.to_be_bytes::<32>());
    twin
}

fn scalars(signature: &RecoverableSignature) -> [u8; 64] {
    signature.to_bytes()[..64].try_into().unwrap()
}

proptest! {
    #[test]
    fn a_tokens_signature_becomes_recoverable(secret in 1_u128.., digest: [u8; 32], high: bool) {
        let mut scalar = [0; 32];
        scalar[16..].copy_from_slice(&secret.to_be_bytes());
        let key = LocalKey::from_scalar(&scalar).unwrap();
        let signed = key.sign(&digest);
        let from_token = if high { high_twin(&scalars(&signed)) } else { scalars(&signed) };
        let made = RecoverableSignature::from_rs_and_key(&from_token, &digest, &key.public_key()).unwrap();
        prop_assert_eq!(made, signed);
        prop_assert_eq!(PreparedKey::new(key.public_key()).accept(&from_token, &digest), Ok(signed));
        prop_assert_eq!(made.signer(&digest).unwrap(), key.address());
    }

    #[test]
    fn a_high_s_recovers_to_the_same_key(secret in 1_u128.., digest: [u8; 32]) {
        let mut scalar = [0; 32];
        scalar[16..].copy_from_slice(&secret.to_be_bytes());
        let key = LocalKey::from_scalar(&scalar).unwrap();
        let low = key.sign(&digest);
        let v = low.to_bytes()[64] ^ 1;
        let high = RecoverableSignature::parse(&[&high_twin(&scalars(&low))[..], &[v]].concat()).unwrap();
        prop_assert_eq!(high.signer(&digest).unwrap(), key.address());
        prop_assert_eq!(high.normalised(), low);
        prop_assert_eq!(low.normalised(), low);
    }

    /// Whatever a token answers, also of one bit turned over: a prepared key says of it what the key says.
    #[test]
    fn a_prepared_key_says_what_the_key_says(
        answer in prop::array::uniform32(any::<u8>()),
        signed: bool,
        turned in prop::option::of(0..512_usize),
        digest: [u8; 32],
    ) {
        let key = key(vectors::KEY);
        let mut scalars = if signed { scalars(&key.sign(&digest)) } else { [answer; 2].concat().try_into().unwrap() };
        if let Some(bit) = turned {
            scalars[bit / 8] ^= 1 << (bit % 8);
        }
        let public = key.public_key();
        let said = RecoverableSignature::from_rs_and_key(&scalars, &digest, &public);
        prop_assert_eq!(said.is_ok(), signed && turned.is_none());
        prop_assert_eq!(PreparedKey::new(public).accept(&scalars, &digest), said);
    }

    #[test]
    fn parsing_and_recovering_never_panic(bytes in prop::collection::vec(any::<u8>(), 60..70), digest: [u8; 32]) {
        if let Ok(signature) = RecoverableSignature::parse(&bytes) {
            let _ = signature.signer(&digest);
        }
    }
}

#[test]
fn a_signature_of_another_key_or_hash_is_noticed() {
    let (key, other) = (key(vectors::KEY), LocalKey::from_scalar(&[7; 32]).unwrap());
    let signed = scalars(&key.sign(&[1; 32]));
    let made =
        |digest: [u8; 32], key: &LocalKey| RecoverableSignature::from_rs_and_key(&signed, &digest, &key.public_key());
    assert!(made([1; 32], &key).is_ok());
    assert_eq!(made([2; 32], &key), Err(SignatureError::WrongKey));
    assert_eq!(made([1; 32], &other), Err(SignatureError::WrongKey));
    let prepared = |digest: [u8; 32], key: &LocalKey| PreparedKey::new(key.public_key()).accept(&signed, &digest);
    assert!(prepared([1; 32], &key).is_ok());
    assert_eq!(prepared([2; 32], &key), Err(SignatureError::WrongKey));
    assert_eq!(prepared([1; 32], &other), Err(SignatureError::WrongKey));
    // s = 0 and r beyond the order.
    assert_eq!(PreparedKey::new(key.public_key()).accept(&[0; 64], &[1; 32]), Err(SignatureError::Scalars));
    assert_eq!(PreparedKey::new(key.public_key()).accept(&[0xff; 64], &[1; 32]), Err(SignatureError::Scalars));
}
