//! Against the real SoftHSM 2: what is signed, what is refused, what is repaired.

mod data;
mod device;
mod forms;
mod hang;
mod inventory;
mod release;
mod rows;
mod secrecy;
mod statements;

use std::fs;

use cryptoki::context::Function;
use cryptoki::error::{Error as CryptokiError, RvError};
use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, AttributeInfo, AttributeType};
use k256::ecdsa::signature::hazmat::PrehashVerifier;
use k256::ecdsa::{Signature, VerifyingKey};
use sha2::{Digest, Sha256};
use tron_tx::SignedTransaction;

use super::*;
use crate::action::Action;
use crate::attributes;
use crate::check::case::Case;
use crate::seat::Seat;
use crate::softhsm::{SoftHsm, module};

const FIRST: CkaId = CkaId::new([1; 16]);
const SECOND: CkaId = CkaId::new([2; 16]);

fn fresh(number: u8) -> Challenge {
    let plane = "pl_6ba7b810-9dad-11d1-80b4-00c04fd430c8".parse().unwrap();
    Challenge { plane, nonce: [number; 32], at: primitives::UnixMs(1) }
}

fn make(token: &Token, id: CkaId) -> PinnedKey {
    token.ensure_key(id, "hot", fresh(9)).wait().unwrap()
}

fn on_seat<T: Send + 'static>(token: &Token, work: impl FnOnce(&mut Seat) -> T + Send + 'static) -> T {
    token.pool.submit(Errand::Sign, move |seat| Ok(work(seat))).wait().unwrap()
}

#[test]
fn three_hundred_signatures_are_low_verified_and_recovered() {
    let hsm = SoftHsm::new(1);
    let token = hsm.open();
    let key = make(&token, FIRST);
    let verifying = VerifyingKey::from_sec1_bytes(&key.public_key.to_uncompressed()).unwrap();
    let mut high = 0;
    for number in 0..300_u32 {
        let digest: [u8; 32] = Sha256::digest(number.to_be_bytes()).into();
        let reply = on_seat(&token, move |seat| seat.sign(&key, &digest).unwrap());
        let raw = Signature::from_slice(&reply).unwrap();
        high += u32::from(raw.normalize_s() != raw);
        let accepted = signature::accept(&reply, &digest, &key.public_key).unwrap();
        let bytes = accepted.to_bytes();
        let low = Signature::from_slice(&bytes[..64]).unwrap();
        assert_eq!(low.normalize_s(), low, "signature {number} has a high s");
        verifying.verify_prehash(&digest, &low).unwrap();
        assert!(bytes[64] < 2);
        assert_eq!(accepted.signer(&digest).unwrap(), key.address());
    }
    // Half of them in the mean, with a deviation of 9: normalising was really exercised.
    assert!((75..225).contains(&high), "{high} of 300 were high");
}

#[test]
fn no_other_key_signs_what_was_checked_for_one() {
    let hsm = SoftHsm::new(1);
    let token = hsm.open();
    let (key, other) = (make(&token, FIRST), make(&token, SECOND));
    let mut case = Case::usdt();
    case.paid_by(&key);
    let checked = case.run().unwrap();
    let error = token.sign(other, &checked).wait().unwrap_err();
    assert!(matches!(error, TokenError::OtherKey { id } if id == SECOND), "{error}");
    token.sign(key, &checked).wait().unwrap().verify().unwrap();
}

#[test]
fn a_checked_transaction_is_signed_by_the_account_that_pays() {
    let hsm = SoftHsm::new(2);
    let token = hsm.open();
    let key = make(&token, FIRST);
    let mut case = Case::usdt();
    case.paid_by(&key);
    let checked = case.run().unwrap();
    let signature = token.sign(key, &checked).wait().unwrap().verify().unwrap();
    let transaction = SignedTransaction::new(checked.raw_data().to_vec(), &[signature]);
    assert_eq!(transaction.txid(), checked.txid());
    assert_eq!(transaction.signers().unwrap(), [key.address()]);
}

#[test]
fn an_unusable_reply_is_refused() {
    let hsm = SoftHsm::new(1);
    let token = hsm.open();
    let (key, other) = (make(&token, FIRST), make(&token, SECOND));
    let digest = [3; 32];
    let reply = on_seat(&token, move |seat| seat.sign(&key, &digest).unwrap());
    signature::accept(&reply, &digest, &key.public_key).unwrap();
    let refused = |reply: &[u8], digest: [u8; 32], key: &PinnedKey| {
        let error = signature::accept(reply, &digest, &key.public_key).unwrap_err();
        assert!(matches!(error, TokenError::Signature(_)), "{error}");
    };
    refused(&reply, digest, &other);
    refused(&reply, [4; 32], &key);
    refused(&reply[..63], digest, &key);
    refused(&[&reply[..], &[0]].concat(), digest, &key);
    refused(&[0; 64], digest, &key);
    refused(&[0xff; 64], digest, &key);
}

#[test]
fn the_private_key_cannot_be_taken_out() {
    let hsm = SoftHsm::new(1);
    let token = hsm.open();
    let key = make(&token, FIRST);
    on_seat(&token, move |seat| {
        let (pair, _) = seat.look_up(key.id).unwrap();
        let session = seat.session();
        let info = session.get_attribute_info(pair.private, &[AttributeType::Value]).unwrap();
        assert!(matches!(info.as_slice(), [AttributeInfo::Sensitive]), "{info:?}");
        assert!(session.get_attributes(pair.private, &[AttributeType::Value]).unwrap().is_empty());
        for change in [Attribute::Extractable(true), Attribute::Sensitive(false), Attribute::Modifiable(true)] {
            session.update_attributes(pair.private, std::slice::from_ref(&change)).unwrap_err();
        }
        session.copy_object(pair.private, &[Attribute::Sensitive(false)]).unwrap_err();
        let wrapping = session
            .generate_key(
                &Mechanism::AesKeyGen,
                &[Attribute::ValueLen(32.into()), Attribute::Wrap(true), Attribute::Token(false)],
            )
            .unwrap();
        let wrapped = session.wrap_key(&Mechanism::AesKeyWrapPad, wrapping, pair.private).unwrap_err();
        assert!(
            matches!(
                wrapped,
                CryptokiError::Pkcs11(RvError::KeyUnextractable | RvError::KeyNotWrappable, Function::WrapKey)
            ),
            "{wrapped}"
        );
        let hashing = session.sign(&Mechanism::EcdsaSha256, pair.private, b"raw bytes").unwrap_err();
        assert!(matches!(hashing, CryptokiError::Pkcs11(RvError::MechanismInvalid, _)), "{hashing}");
    });
}

#[test]
fn a_key_with_the_wrong_attributes_is_not_taken_up() {
    let hsm = SoftHsm::new(1);
    let token = hsm.open();
    on_seat(&token, |seat| {
        let mut private = attributes::private_template(FIRST, "leaky", &std::collections::BTreeSet::new());
        private.retain(|attribute| !matches!(attribute, Attribute::Extractable(_)));
        private.push(Attribute::Extractable(true));
        let public = attributes::public_template(FIRST, "leaky", &std::collections::BTreeSet::new());
        seat.session().generate_key_pair(&Mechanism::EccKeyPairGen, &public, &private).unwrap();
    });
    let error = token.ensure_key(FIRST, "hot", fresh(0)).wait().unwrap_err();
    assert_eq!(error.to_string(), "the key is not safe to use: CKA_NEVER_EXTRACTABLE is not confirmed");
}

#[test]
fn two_keys_are_two_and_the_pin_tells_them_apart() {
    let hsm = SoftHsm::new(2);
    let token = hsm.open();
    let (first, second) = (make(&token, FIRST), make(&token, SECOND));
    assert_ne!(first.public_key, second.public_key);
    assert_eq!(make(&token, FIRST), first, "asked again, the same key");
    token.prove_possession(first, fresh(7)).wait().unwrap();
    let swapped = PinnedKey { id: FIRST, public_key: second.public_key };
    let error = token.prove_possession(swapped, fresh(7)).wait().unwrap_err();
    assert!(matches!(error, TokenError::PublicKeyMismatch { id: FIRST }), "{error}");
    let error = on_seat(&token, move |seat| seat.sign(&swapped, &[1; 32]).unwrap_err());
    assert!(matches!(error, TokenError::PublicKeyMismatch { id: FIRST }), "{error}");
    let unknown = PinnedKey { id: CkaId::new([3; 16]), ..first };
    let error = token.prove_possession(unknown, fresh(7)).wait().unwrap_err();
    assert!(matches!(error, TokenError::KeyMissing { .. }), "{error}");
}

#[test]
fn an_id_that_two_pairs_share_is_ambiguous() {
    let hsm = SoftHsm::new(1);
    let token = hsm.open();
    make(&token, FIRST);
    on_seat(&token, |seat| {
        let omit = std::collections::BTreeSet::new();
        let private = attributes::private_template(FIRST, "twin", &omit);
        let public = attributes::public_template(FIRST, "twin", &omit);
        seat.session().generate_key_pair(&Mechanism::EccKeyPairGen, &public, &private).unwrap();
    });
    let error = token.ensure_key(FIRST, "hot", fresh(0)).wait().unwrap_err();
    assert!(matches!(error, TokenError::KeyAmbiguous { private: 2, public: 2, .. }), "{error}");
}

#[test]
fn a_key_outlives_its_process_state() {
    let hsm = SoftHsm::new(1);
    let key = make(&hsm.open(), FIRST);
    let reopened = hsm.open();
    reopened.prove_possession(key, fresh(1)).wait().unwrap();
    assert_eq!(make(&reopened, FIRST), key);
}

#[test]
fn a_lost_login_is_repaired_once_for_all_sessions() {
    let hsm = SoftHsm::new(3);
    let token = hsm.open();
    let key = make(&token, FIRST);
    for _ in 0..6 {
        token.prove_possession(key, fresh(1)).wait().unwrap();
    }
    token.login.lose();
    let tickets: Vec<_> = (0..12).map(|number| token.prove_possession(key, fresh(number))).collect();
    for ticket in tickets {
        ticket.wait().unwrap();
    }
    token.login.lose();
    on_seat(&token, move |seat| seat.sign(&key, &[5; 32]).unwrap());
}

#[test]
fn keys_are_made_while_others_sign() {
    let hsm = SoftHsm::new(4);
    let token = hsm.open();
    let key = make(&token, FIRST);
    let made: Vec<_> =
        (10..30).map(|number| token.ensure_key(CkaId::new([number; 16]), "hot", fresh(number))).collect();
    let signed: Vec<_> = (0..100).map(|number| token.prove_possession(key, fresh(number))).collect();
    for ticket in signed {
        ticket.wait().unwrap();
    }
    for ticket in made {
        ticket.wait().unwrap();
    }
}

#[test]
fn a_wrong_pin_is_said_once_and_not_repeated() {
    let hsm = SoftHsm::new(1);
    let error = Token::open_with_pin(&hsm.profile, pin::from_random([0x11; 16])).unwrap_err();
    assert!(matches!(error, TokenError::PinRejected), "{error}");
    assert_eq!(error.action(), Action::LatchPin);
    assert!(!format!("{error} {error:?}").contains("1111"));
}

#[test]
fn a_pin_changed_under_a_running_token_latches() {
    let hsm = SoftHsm::new(1);
    let token = hsm.open();
    let key = make(&token, FIRST);
    on_seat(&token, |seat| {
        seat.session().set_pin(&pin::from_random([0x5a; 16]), &pin::from_random([0x77; 16])).unwrap();
    });
    token.prove_possession(key, fresh(1)).wait().unwrap();
    token.login.lose();
    for _ in 0..3 {
        let error = token.prove_possession(key, fresh(1)).wait().unwrap_err();
        assert!(matches!(error, TokenError::PinRejected), "{error}");
    }
    assert!(token.pin_rejected());
    assert!(!format!("{token:?}").contains(&"5a".repeat(16)));
}

#[test]
fn a_missing_token_or_module_is_named() {
    let hsm = SoftHsm::new(1);
    let mut profile = hsm.profile.clone();
    profile.token_label = "other".to_owned();
    let error = Token::open(&profile).unwrap_err();
    assert!(matches!(&error, TokenError::TokenMissing { label } if label == "other"), "{error}");
    profile.module = hsm.path("no-module.so");
    let error = Token::open(&profile).unwrap_err();
    assert!(matches!(error, TokenError::ModuleMissing { .. }), "{error}");
    profile.module = hsm.path("text.so");
    fs::write(&profile.module, "not a library").unwrap();
    let error = Token::open(&profile).unwrap_err();
    assert!(matches!(error, TokenError::ModuleUnusable { .. }), "{error}");
    profile.pin_file = hsm.path("no-pin");
    assert!(matches!(Token::open(&profile).unwrap_err(), TokenError::Pin(_)));
}

#[test]
fn a_token_is_never_made_over_another() {
    let hsm = SoftHsm::new(1);
    let pin = pin::from_random([1; 16]);
    let made = |label: &str| crate::provision::provision(&module(), label, &pin, &pin, None);
    assert!(matches!(made("test").unwrap_err(), TokenError::TokenExists { .. }));
    for label in ["", "a label that is longer than 32 bytes", "tést", "a\nb"] {
        assert!(matches!(made(label).unwrap_err(), TokenError::TokenLabel), "{label}");
    }
    made("second").unwrap();
    hsm.open();
}
