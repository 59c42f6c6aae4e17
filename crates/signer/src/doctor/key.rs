//! A key that is thrown away: made by the template of wallets' keys, read back, its public half decoded.

use std::collections::BTreeSet;
use std::time::Instant;

use cryptoki::error::{Error as CryptokiError, RvError};
use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, AttributeType};
use cryptoki::session::Session;
use tron_tx::PublicKey;

use super::report::{Check, Flag};
use super::sheet::{Ended, Sheet};
use super::{Examination, Throwaway};
use crate::attributes::{self, MUST_BE_TRUE, MUST_NOT_BE_TRUE, SECP256K1_OID};
use crate::ec_point;
use crate::error::TokenError;
use crate::key::CkaId;
use crate::profile::OptionalAttribute;
use crate::seat::Pair;

/// What people see who look into the token meanwhile.
pub(super) const LABEL: &str = "lucid doctor";

impl Examination {
    /// The id of the key that is thrown away.
    pub(super) const fn key(&self) -> CkaId {
        CkaId::new(self.seed)
    }

    fn is_stored(&self) -> bool {
        self.throwaway == Throwaway::Token
    }

    /// What is left out of its template: also what would keep it from being destroyed.
    fn omitted(&self) -> BTreeSet<OptionalAttribute> {
        let kept = self.is_stored().then_some(OptionalAttribute::Destroyable);
        self.profile.omit.iter().copied().chain(kept).collect()
    }
}

/// Makes the pair.
pub(super) fn make(session: &Session, examination: &Examination, sheet: &Sheet) -> Result<Pair, Ended> {
    sheet.begin(Check::KeyGeneration);
    if !examination.profile.session_objects && !examination.is_stored() {
        let todo = "--token-object makes an object of the token instead and destroys it afterwards";
        sheet.untried("this kind of token keeps no objects of a session", todo);
        return Err(Ended);
    }
    let omit = examination.omitted();
    let started = Instant::now();
    match generate(session, examination, &omit) {
        Ok(pair) => {
            let omitted: Vec<_> = omit.iter().map(|attribute| attribute.word()).collect();
            let without = if omitted.is_empty() { String::new() } else { format!(", without {}", omitted.join(", ")) };
            sheet.good(format!("a pair in {} ms{without}", started.elapsed().as_millis()));
            Ok(pair)
        }
        Err(error) => {
            let todo = advice(session, examination, &omit, &error);
            sheet.bad(TokenError::from(error).to_string(), todo);
            Err(Ended)
        }
    }
}

fn generate(
    session: &Session,
    examination: &Examination,
    omit: &BTreeSet<OptionalAttribute>,
) -> Result<Pair, CryptokiError> {
    let stored = |mut template: Vec<Attribute>| {
        template.retain(|attribute| !matches!(attribute, Attribute::Token(_)));
        template.push(Attribute::Token(examination.is_stored()));
        template
    };
    let public = stored(attributes::public_template(examination.key(), LABEL, omit));
    let private = stored(attributes::private_template(examination.key(), LABEL, omit));
    let (public, private) = session.generate_key_pair(&Mechanism::EccKeyPairGen, &public, &private)?;
    Ok(Pair { private, public })
}

/// What would help: where the template is at fault, which attributes to leave out, found by trying.
fn advice(
    session: &Session,
    examination: &Examination,
    omit: &BTreeSet<OptionalAttribute>,
    error: &CryptokiError,
) -> String {
    let CryptokiError::Pkcs11(rv, _) = error else { return "update the vendor's client".to_owned() };
    match rv {
        RvError::AttributeTypeInvalid
        | RvError::AttributeValueInvalid
        | RvError::AttributeReadOnly
        | RvError::TemplateInconsistent => {}
        RvError::CurveNotSupported | RvError::DomainParamsInvalid => {
            return "it has no secp256k1 as it is set up: see its profile's conditions, or take another".to_owned();
        }
        RvError::DeviceMemory => return "it is full: delete keys that were retired, or take another".to_owned(),
        _ => return "see to the device, its link and its policy".to_owned(),
    }
    let single = OptionalAttribute::ALL.map(|attribute| BTreeSet::from([attribute]));
    let more = single.into_iter().chain([OptionalAttribute::ALL.into()]);
    for tried in more.map(|more| omit.union(&more).copied().collect::<BTreeSet<_>>()) {
        let Ok(pair) = generate(session, examination, &tried) else { continue };
        for object in [pair.private, pair.public] {
            // What is left is told of at the end.
            let _ = session.destroy_object(object);
        }
        let words: Vec<_> = tried.iter().map(|attribute| format!("{:?}", attribute.word())).collect();
        return format!("it refuses an attribute of the template; it takes token.omit = [{}]", words.join(", "));
    }
    let stored = "if it keeps no objects of a session, try --token-object";
    format!("it refuses the template, with or without the optional attributes; {stored}")
}

/// Reads the attributes. Only what must be true proves anything, and a key of a session need not be of the token.
pub(super) fn read_back(session: &Session, pair: Pair, examination: &Examination, sheet: &Sheet) {
    sheet.begin(Check::Attributes);
    let read = |(kind, name)| Ok(Flag { name, value: attributes::read_flag(session, pair.private, kind)? });
    let flags: Vec<Flag> = match attributes::flags().map(read).collect::<Result<_, TokenError>>() {
        Ok(flags) => flags,
        Err(error) => return sheet.bad(error.to_string(), "update the vendor's client"),
    };
    sheet.fact(|report| report.attributes.clone_from(&flags));
    let value = |wanted: &str| flags.iter().find(|flag| flag.name == wanted).and_then(|flag| flag.value);
    let unconfirmed = MUST_BE_TRUE.iter().map(|(_, name)| *name).filter(|name| value(name) != Some(true));
    let unconfirmed: Vec<_> = unconfirmed.filter(|name| *name != "CKA_TOKEN" || examination.is_stored()).collect();
    let set: Vec<_> = MUST_NOT_BE_TRUE.iter().map(|(_, name)| *name).filter(|name| value(name) == Some(true)).collect();
    let mut well = true;
    let mut bad = |detail: String, todo: &str| {
        well = false;
        sheet.bad(detail, todo);
    };
    let unsafe_key = "keys made here would not be safe: see the token's policy, or take another";
    if !unconfirmed.is_empty() {
        bad(format!("not confirmed: {}", unconfirmed.join(", ")), unsafe_key);
    }
    if !set.is_empty() {
        bad(format!("set: {}", set.join(", ")), unsafe_key);
    }
    if !examination.is_stored() && value("CKA_TOKEN") == Some(true) {
        bad("a key of a session was stored in the token".to_owned(), "use a profile with session_objects = false");
    }
    if let Err(error) = attributes::assert_unreadable(session, pair.private) {
        bad(error.to_string(), unsafe_key);
    }
    match attributes::read_bytes(session, pair.public, AttributeType::EcParams) {
        Ok(Some(params)) if params == SECP256K1_OID => {}
        Ok(_) => bad("CKA_EC_PARAMS is not secp256k1's".to_owned(), "it made a key of another curve: take another"),
        Err(error) => bad(error.to_string(), "update the vendor's client"),
    }
    if well {
        let unknown: Vec<_> = flags.iter().filter(|flag| flag.value.is_none()).map(|flag| flag.name).collect();
        let rest = if unknown.is_empty() { String::new() } else { format!("; unknown to it: {}", unknown.join(", ")) };
        sheet.good(format!("all that must be true is, the value cannot be read{rest}"));
    }
}

/// Reads and decodes the public key.
pub(super) fn point(session: &Session, pair: Pair, sheet: &Sheet) -> Result<PublicKey, Ended> {
    sheet.begin(Check::PublicKey);
    let todo = "its public keys cannot be read: update the vendor's client, or take another";
    let read = attributes::read_bytes(session, pair.public, AttributeType::EcPoint);
    let bytes = sheet.need(read, todo)?.unwrap_or_default();
    let key = sheet.need(ec_point::decode(&bytes), todo)?;
    let form = match bytes.len() {
        67 => "a DER OCTET STRING, as the standard has it",
        65 => "bare, without the standard's frame",
        _ => "compressed",
    };
    sheet.good(format!("CKA_EC_POINT is {form} ({} bytes)", bytes.len()));
    Ok(key)
}
