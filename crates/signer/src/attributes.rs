//! The template that keys are made with, and the proof that the token obeyed it.

use std::collections::BTreeSet;

use cryptoki::mechanism::MechanismType;
use cryptoki::object::{Attribute, AttributeInfo, AttributeType, ObjectHandle};
use cryptoki::session::Session;
use thiserror::Error;

use crate::error::TokenError;
use crate::key::CkaId;
use crate::profile::OptionalAttribute;

/// CKA_EC_PARAMS of secp256k1: the DER form of the object identifier 1.3.132.0.10 (SEC 2).
pub(crate) const SECP256K1_OID: [u8; 7] = [0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x0a];

/// Which property the token did not give the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AttributeFault {
    /// The token does not vouch for a property that must be true.
    #[error("{0} is not confirmed")]
    NotConfirmed(&'static str),
    /// The token says that a property is set that must not be.
    #[error("{0} is set")]
    Set(&'static str),
    /// The token did not refuse to give the private key out.
    #[error("the private value can be read")]
    Readable,
    /// The key is on another curve.
    #[error("CKA_EC_PARAMS is not secp256k1")]
    Curve,
}

/// What must be TRUE on the private key. Only true values prove anything: the driver fills what a broken module does
/// not answer with zeros, so that a false one may be made up.
pub(crate) const MUST_BE_TRUE: [(AttributeType, &str); 7] = [
    (AttributeType::Local, "CKA_LOCAL"),
    (AttributeType::AlwaysSensitive, "CKA_ALWAYS_SENSITIVE"),
    (AttributeType::NeverExtractable, "CKA_NEVER_EXTRACTABLE"),
    (AttributeType::Sensitive, "CKA_SENSITIVE"),
    (AttributeType::Token, "CKA_TOKEN"),
    (AttributeType::Private, "CKA_PRIVATE"),
    (AttributeType::Sign, "CKA_SIGN"),
];

/// What must not be TRUE where the token answers at all: no proof of safety, and a proof of the contrary.
pub(crate) const MUST_NOT_BE_TRUE: [(AttributeType, &str); 7] = [
    (AttributeType::Extractable, "CKA_EXTRACTABLE"),
    (AttributeType::Modifiable, "CKA_MODIFIABLE"),
    (AttributeType::Derive, "CKA_DERIVE"),
    (AttributeType::Decrypt, "CKA_DECRYPT"),
    (AttributeType::Unwrap, "CKA_UNWRAP"),
    (AttributeType::SignRecover, "CKA_SIGN_RECOVER"),
    (AttributeType::AlwaysAuthenticate, "CKA_ALWAYS_AUTHENTICATE"),
];

/// The flags of a private key that say what it is and what it is good for, with their names.
pub(crate) fn flags() -> impl Iterator<Item = (AttributeType, &'static str)> {
    let optional = [(AttributeType::Copyable, "CKA_COPYABLE"), (AttributeType::Destroyable, "CKA_DESTROYABLE")];
    MUST_BE_TRUE.into_iter().chain(MUST_NOT_BE_TRUE).chain(optional)
}

/// The private key: sensitive, never extractable, not modifiable, good for signing and nothing else.
///
/// Everything unwanted is said explicitly, because SoftHSM 2.6 grants decrypt, unwrap and sign-recover by default.
pub(crate) fn private_template(id: CkaId, label: &str, omit: &BTreeSet<OptionalAttribute>) -> Vec<Attribute> {
    let mut template = vec![
        Attribute::Token(true),
        Attribute::Private(true),
        Attribute::Sensitive(true),
        Attribute::Sign(true),
        Attribute::Extractable(false),
        Attribute::Modifiable(false),
        Attribute::Derive(false),
        Attribute::Decrypt(false),
        Attribute::Unwrap(false),
        Attribute::Id(id.as_bytes().to_vec()),
        Attribute::Label(label.as_bytes().to_vec()),
    ];
    for (optional, attribute) in [
        (OptionalAttribute::AllowedMechanisms, Attribute::AllowedMechanisms(vec![MechanismType::ECDSA])),
        (OptionalAttribute::Copyable, Attribute::Copyable(false)),
        (OptionalAttribute::Destroyable, Attribute::Destroyable(false)),
        (OptionalAttribute::SignRecover, Attribute::SignRecover(false)),
    ] {
        if !omit.contains(&optional) {
            template.push(attribute);
        }
    }
    template
}

/// The public key: CKA_PRIVATE is false, because some tokens reject a private public key, and others any word on it.
pub(crate) fn public_template(id: CkaId, label: &str, omit: &BTreeSet<OptionalAttribute>) -> Vec<Attribute> {
    let mut template = vec![
        Attribute::Token(true),
        Attribute::Verify(true),
        Attribute::Modifiable(false),
        Attribute::EcParams(SECP256K1_OID.to_vec()),
        Attribute::Id(id.as_bytes().to_vec()),
        Attribute::Label(label.as_bytes().to_vec()),
    ];
    if !omit.contains(&OptionalAttribute::PublicPrivate) {
        template.push(Attribute::Private(false));
    }
    template
}

/// Reads the attributes of the key pair back and refuses a key that is not what the template asked for.
pub(crate) fn assert_safe(session: &Session, private: ObjectHandle, public: ObjectHandle) -> Result<(), TokenError> {
    for (attribute, name) in MUST_BE_TRUE {
        if read_flag(session, private, attribute)? != Some(true) {
            return Err(AttributeFault::NotConfirmed(name).into());
        }
    }
    for (attribute, name) in MUST_NOT_BE_TRUE {
        if read_flag(session, private, attribute)? == Some(true) {
            return Err(AttributeFault::Set(name).into());
        }
    }
    assert_unreadable(session, private)?;
    match read_bytes(session, public, AttributeType::EcParams)? {
        Some(params) if params == SECP256K1_OID => Ok(()),
        _ => Err(AttributeFault::Curve.into()),
    }
}

/// Asks for the private value and insists on a refusal.
pub(crate) fn assert_unreadable(session: &Session, private: ObjectHandle) -> Result<(), TokenError> {
    let stated = session.get_attribute_info(private, &[AttributeType::Value])?;
    if !matches!(stated.as_slice(), [AttributeInfo::Sensitive | AttributeInfo::Unavailable]) {
        return Err(AttributeFault::Readable.into());
    }
    let given = session.get_attributes(private, &[AttributeType::Value]);
    match given {
        Ok(values) if !values.is_empty() => Err(AttributeFault::Readable.into()),
        _ => Ok(()),
    }
}

/// A boolean attribute, `None` where the token does not know it. The info call comes first: it alone tells an attribute
/// that is absent from one that the driver filled with zeros.
pub(crate) fn read_flag(
    session: &Session,
    object: ObjectHandle,
    kind: AttributeType,
) -> Result<Option<bool>, TokenError> {
    if !matches!(session.get_attribute_info(object, &[kind])?.as_slice(), [AttributeInfo::Available(_)]) {
        return Ok(None);
    }
    let values = session.get_attributes(object, &[kind])?;
    Ok(values.first().filter(|value| value.attribute_type() == kind).and_then(|value| match value {
        Attribute::Local(flag)
        | Attribute::AlwaysSensitive(flag)
        | Attribute::NeverExtractable(flag)
        | Attribute::Sensitive(flag)
        | Attribute::Token(flag)
        | Attribute::Private(flag)
        | Attribute::Sign(flag)
        | Attribute::Extractable(flag)
        | Attribute::Modifiable(flag)
        | Attribute::Derive(flag)
        | Attribute::Decrypt(flag)
        | Attribute::Unwrap(flag)
        | Attribute::SignRecover(flag)
        | Attribute::AlwaysAuthenticate(flag)
        | Attribute::Copyable(flag)
        | Attribute::Destroyable(flag) => Some(*flag),
        _ => None,
    }))
}

/// A byte-string attribute, `None` where the token does not know it.
pub(crate) fn read_bytes(
    session: &Session,
    object: ObjectHandle,
    kind: AttributeType,
) -> Result<Option<Vec<u8>>, TokenError> {
    if !matches!(session.get_attribute_info(object, &[kind])?.as_slice(), [AttributeInfo::Available(_)]) {
        return Ok(None);
    }
    Ok(session.get_attributes(object, &[kind])?.into_iter().find_map(|value| match value {
        Attribute::EcParams(bytes) | Attribute::EcPoint(bytes) => Some(bytes),
        _ => None,
    }))
}
