//! No call to the module gives a key's value, or a key that would give it.

use cryptoki::mechanism::elliptic_curve::{EcKdf, Ecdh1DeriveParams};
use cryptoki::object::{KeyType, ObjectClass};

use super::*;

/// Every attribute of an elliptic curve key that is, or would lead to, its value.
const WEAKER: [fn() -> Attribute; 3] =
    [|| Attribute::Sensitive(false), || Attribute::Extractable(true), || Attribute::Derive(true)];

#[test]
fn no_call_gives_the_value_of_a_key() {
    let hsm = SoftHsm::new(1);
    let token = hsm.open();
    let key = make(&token, FIRST);
    on_seat(&token, move |seat| {
        let session = seat.session();
        let mine = [Attribute::Class(ObjectClass::PRIVATE_KEY), Attribute::Id(key.id.as_bytes().to_vec())];
        let private = session.find_objects(&mine).unwrap()[0];
        let told = session.get_attributes(private, &[AttributeType::Value]).unwrap_or_default();
        assert!(
            told.iter().all(|attribute| matches!(attribute, Attribute::Value(value) if value.is_empty())),
            "{told:?}"
        );
        let info = session.get_attribute_info(private, &[AttributeType::Value]).unwrap();
        assert!(matches!(info[0], AttributeInfo::Sensitive), "{info:?}");

        for weaker in WEAKER {
            let refused = session.update_attributes(private, &[weaker()]);
            assert!(refused.is_err(), "{:?} was set", weaker());
            let copied = session.copy_object(private, &[weaker(), Attribute::Token(false)]);
            assert!(copied.is_err(), "{:?} in a copy", weaker());
        }
        assert!(session.copy_object(private, &[Attribute::Token(false), Attribute::Private(false)]).is_err());

        let template = [
            Attribute::Token(false),
            Attribute::Wrap(true),
            Attribute::Encrypt(true),
            Attribute::ValueLen(32.into()),
            Attribute::KeyType(KeyType::AES),
        ];
        let wrapping = session.generate_key(&Mechanism::AesKeyGen, &template).unwrap();
        for mechanism in [Mechanism::AesKeyWrap, Mechanism::AesKeyWrapPad, Mechanism::AesCbcPad([0; 16])] {
            let wrapped = session.wrap_key(&mechanism, wrapping, private);
            assert!(wrapped.is_err(), "{mechanism:?}: {wrapped:?}");
        }
        // With a public key of one's choice the shared secret tells of the key that made it.
        let point = key.public_key.to_uncompressed();
        let derived = [Attribute::Class(ObjectClass::SECRET_KEY), Attribute::KeyType(KeyType::GENERIC_SECRET)];
        let ecdh = Ecdh1DeriveParams::new(EcKdf::null(), &point);
        assert!(session.derive_key(&Mechanism::Ecdh1Derive(ecdh), private, &derived).is_err());
    });
}
