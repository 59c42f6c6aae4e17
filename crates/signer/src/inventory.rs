//! What the token has: looked up, read back and listed, never made.

use cryptoki::object::{Attribute, AttributeInfo, AttributeType, ObjectClass, ObjectHandle};
use primitives::statement::EffectiveAttribute;

use crate::attributes::{self, SECP256K1_OID};
use crate::circuit::Errand;
use crate::error::TokenError;
use crate::key::{CkaId, PinnedKey};
use crate::login::is_logged_in;
use crate::seat::{Seat, not_logged_in};
use crate::ticket::Ticket;
use crate::token::Token;

/// The most keys that one list has: more than any token that this driver is for can hold.
const LISTED_MAX: usize = 10_000;

/// A private key as the token names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ListedKey {
    /// CKA_ID; not ours where it has not 16 bytes.
    pub id: Vec<u8>,
    /// CKA_LABEL, as far as it is text.
    pub label: String,
}

/// What a token says is left: of the tries of its PIN, and of its room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remaining {
    /// CKF_USER_PIN_COUNT_LOW: a wrong PIN was presented since the last right one.
    pub pin_low: bool,
    /// CKF_USER_PIN_FINAL_TRY: the next wrong one locks it.
    pub pin_final_try: bool,
    /// CKF_USER_PIN_LOCKED.
    pub pin_locked: bool,
    /// Room for private objects, bytes; none where the token does not tell.
    pub private_bytes: Option<u64>,
}

impl Token {
    /// What the token says is left now.
    pub fn remaining(&self) -> Ticket<Remaining> {
        self.submit(Errand::Keep, |seat| {
            let about = seat.login().about()?;
            Ok(Remaining {
                pin_low: about.user_pin_count_low(),
                pin_final_try: about.user_pin_final_try(),
                pin_locked: about.user_pin_locked(),
                private_bytes: about.free_private_memory().and_then(|bytes| u64::try_from(bytes).ok()),
            })
        })
    }

    /// The key of this id, if the token has it, its attributes as a key's must be. Nothing is made.
    pub fn find_key(&self, id: CkaId) -> Ticket<Option<PinnedKey>> {
        self.submit(Errand::Prove, move |seat| {
            seat.repaired(|seat| match seat.look_up(id) {
                Err(TokenError::KeyMissing { .. }) => Ok(None),
                Err(error) => Err(error),
                Ok((pair, public_key)) => {
                    attributes::assert_safe(seat.session(), pair.private, pair.public)?;
                    Ok(Some(PinnedKey { id, public_key }))
                }
            })
        })
    }

    /// What the token says of the private key of this id now, ascending by name, for the manifest; a key that is not as
    /// its template asked is an error.
    pub fn attributes_of(&self, key: PinnedKey) -> Ticket<Vec<EffectiveAttribute>> {
        self.submit(Errand::Prove, move |seat| {
            seat.repaired(|seat| {
                let (pair, public_key) = seat.look_up(key.id)?;
                if public_key != key.public_key {
                    return Err(TokenError::PublicKeyMismatch { id: key.id });
                }
                attributes::assert_safe(seat.session(), pair.private, pair.public)?;
                effective(seat, pair.private)
            })
        })
    }

    /// Every private key of the token, ours or not, ascending.
    pub fn list_keys(&self) -> Ticket<Vec<ListedKey>> {
        self.submit(Errand::Keep, |seat| seat.repaired(|seat| listed(seat)))
    }
}

/// The flags as read back, and what [`attributes::assert_safe`] has just established.
fn effective(seat: &Seat, private: ObjectHandle) -> Result<Vec<EffectiveAttribute>, TokenError> {
    let attribute = |name: &str, value: String| EffectiveAttribute { name: name.to_owned(), value };
    let mut all =
        vec![attribute("CKA_EC_PARAMS", hex::encode(SECP256K1_OID)), attribute("CKA_VALUE", "refused".to_owned())];
    for (kind, name) in attributes::flags() {
        let value = attributes::read_flag(seat.session(), private, kind)?;
        all.push(attribute(name, value.map_or_else(|| "not answered".to_owned(), |flag| flag.to_string())));
    }
    all.sort();
    Ok(all)
}

fn listed(seat: &Seat) -> Result<Vec<ListedKey>, TokenError> {
    let login = seat.login();
    let _alone = login.lock_objects();
    let session = seat.session();
    let objects = session.find_objects(&[Attribute::Class(ObjectClass::PRIVATE_KEY)])?;
    if objects.is_empty() && !is_logged_in(session) {
        // Without a login private keys are invisible, which must not look like a token that has none.
        return Err(not_logged_in());
    }
    let named = objects.into_iter().take(LISTED_MAX).map(|object| {
        let id = bytes(seat, object, AttributeType::Id)?;
        let label = bytes(seat, object, AttributeType::Label)?;
        Ok(ListedKey { id, label: String::from_utf8_lossy(&label).trim_end_matches(['\0', ' ']).to_owned() })
    });
    let mut keys = named.collect::<Result<Vec<_>, TokenError>>()?;
    keys.sort();
    Ok(keys)
}

/// An attribute's bytes; empty where the token does not answer.
fn bytes(seat: &Seat, object: ObjectHandle, kind: AttributeType) -> Result<Vec<u8>, TokenError> {
    if !matches!(seat.session().get_attribute_info(object, &[kind])?.as_slice(), [AttributeInfo::Available(_)]) {
        return Ok(Vec::new());
    }
    let values = seat.session().get_attributes(object, &[kind])?;
    let value = values.into_iter().find_map(|value| match value {
        Attribute::Id(bytes) | Attribute::Label(bytes) => Some(bytes),
        _ => None,
    });
    Ok(value.unwrap_or_default())
}
