//! Answers that are well-formed calls with the wrong content, and forms of vendors that SoftHSM does not have.

use k256::ecdsa::Signature;

use super::*;
use crate::attributes::AttributeFault;

#[test]
fn a_signature_of_another_key_or_of_another_length_is_refused() {
    let (hsm, plan) = SoftHsm::faulty(1);
    let token = hsm.open();
    let key = make(&token, FIRST);
    let mut case = Case::usdt();
    case.paid_by(&key);
    let checked = case.run().unwrap();
    for fault in ["other-key", "short"] {
        plan.set(&format!("C_Sign {fault}"));
        let error = token.sign(key, &checked).wait().unwrap().verify().unwrap_err();
        assert!(matches!(error, TokenError::Signature(_)), "{fault}: {error}");
        let error = token.prove_possession(key, fresh(1)).wait().unwrap_err();
        assert!(matches!(error, TokenError::Signature(_)), "{fault}: {error}");
        let error = token.ensure_key(SECOND, "hot", fresh(1)).wait().unwrap_err();
        assert!(matches!(error, TokenError::Signature(_)), "{fault}: no key is shown that does not sign: {error}");
    }
    plan.set("");
    token.sign(key, &checked).wait().unwrap().verify().unwrap();
}

#[test]
fn signatures_that_are_always_high_are_made_low() {
    let (hsm, plan) = SoftHsm::faulty(1);
    let token = hsm.open();
    let key = make(&token, FIRST);
    plan.set("C_Sign high-s");
    for number in 0..50_u8 {
        let digest = [number; 32];
        let reply = on_seat(&token, move |seat| seat.sign(&key, &digest).unwrap());
        let raw = Signature::from_slice(&reply).unwrap();
        assert_ne!(raw.normalize_s(), raw, "the module gives high ones");
        let accepted = signature::accept(&reply, &digest, &key.public_key).unwrap();
        assert_eq!(accepted.signer(&digest).unwrap(), key.address());
        let low = Signature::from_slice(&accepted.to_bytes()[..64]).unwrap();
        assert_eq!(low.normalize_s(), low);
    }
}

#[test]
fn a_bare_or_compressed_point_is_the_same_key() {
    let (hsm, plan) = SoftHsm::faulty(1);
    let key = make(&hsm.open(), FIRST);
    for (number, fault) in [(7, "raw-point"), (8, "compressed-point")] {
        plan.set(&format!("C_GetAttributeValue {fault}"));
        let token = hsm.open();
        token.prove_possession(key, fresh(1)).wait().unwrap();
        assert_eq!(make(&token, FIRST), key, "{fault}");
        let made = make(&token, CkaId::new([number; 16]));
        plan.set("");
        hsm.open().prove_possession(made, fresh(2)).wait().unwrap();
    }
}

#[test]
fn attributes_that_the_module_does_not_know_prove_nothing() {
    let (hsm, plan) = SoftHsm::faulty(1);
    let token = hsm.open();
    let key = make(&token, FIRST);
    let (private, public) = on_seat(&token, move |seat| {
        let (pair, _) = seat.look_up(key.id).unwrap();
        (pair.private, pair.public)
    });
    plan.set("C_GetAttributeValue unknown-attributes");
    let error = on_seat(&token, move |seat| attributes::assert_safe(seat.session(), private, public).unwrap_err());
    assert!(matches!(error, TokenError::Attribute(AttributeFault::NotConfirmed("CKA_LOCAL"))), "{error}");
    // Why only true values are believed: the driver makes up a false one.
    let made_up = on_seat(&token, move |seat| seat.session().get_attributes(private, &[AttributeType::Extractable]));
    assert!(matches!(made_up.as_deref(), Ok([Attribute::Extractable(false)])), "{made_up:?}");
    token.prove_possession(key, fresh(1)).wait().unwrap_err();
    token.ensure_key(SECOND, "hot", fresh(1)).wait().unwrap_err();
    plan.set("");
    token.prove_possession(key, fresh(1)).wait().unwrap();
}
