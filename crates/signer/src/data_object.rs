//! A few bytes that the token keeps for us: CKO_DATA, private, found by label and application.
//!
//! A value is never changed in place, where a crash could leave half of it: the new one is made, then all are destroyed
//! that are neither it nor the one that the caller knows to be durable. So there may be several, and the reader chooses.

use cryptoki::object::{Attribute, AttributeInfo, AttributeType, ObjectClass, ObjectHandle};

use crate::error::TokenError;
use crate::login::is_logged_in;
use crate::seat::{Seat, not_logged_in};

/// The name of a value in the token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataName {
    /// CKA_LABEL: what it is.
    pub label: &'static str,
    /// CKA_APPLICATION: whose it is, so that several planes can share a token.
    pub application: String,
}

impl DataName {
    /// What finds it.
    pub(crate) fn template(&self) -> Vec<Attribute> {
        vec![
            Attribute::Class(ObjectClass::DATA),
            Attribute::Label(self.label.as_bytes().to_vec()),
            Attribute::Application(self.application.as_bytes().to_vec()),
        ]
    }

    /// What makes it, with a value.
    pub(crate) fn object(&self, value: &[u8]) -> Vec<Attribute> {
        let mut template = self.template();
        template.extend([
            Attribute::Token(true),
            Attribute::Private(true),
            Attribute::Modifiable(false),
            Attribute::Value(value.to_vec()),
        ]);
        template
    }
}

/// Every value of this name, in no order.
pub(crate) fn read(seat: &mut Seat, name: &DataName) -> Result<Vec<Vec<u8>>, TokenError> {
    seat.repaired(|seat| {
        let login = seat.login();
        let _alone = login.lock_objects();
        Ok(find(seat, name)?.into_iter().map(|(_, value)| value).collect())
    })
}

/// Adds a value, unless it is there, and removes all others but `keep`.
pub(crate) fn replace(seat: &mut Seat, name: &DataName, value: &[u8], keep: Option<&[u8]>) -> Result<(), TokenError> {
    seat.repaired(|seat| {
        let login = seat.login();
        let _alone = login.lock_objects();
        let found = find(seat, name)?;
        if !found.iter().any(|(_, known)| known == value) {
            seat.session().create_object(&name.object(value))?;
        }
        for (object, known) in found {
            if known != value && Some(known.as_slice()) != keep {
                seat.session().destroy_object(object)?;
            }
        }
        Ok(())
    })
}

/// The objects of this name with their values. The caller holds the object lock.
fn find(seat: &Seat, name: &DataName) -> Result<Vec<(ObjectHandle, Vec<u8>)>, TokenError> {
    let session = seat.session();
    let objects = session.find_objects(&name.template())?;
    if objects.is_empty() && !is_logged_in(session) {
        // Without a login private objects are invisible, which must not look like one that is not there.
        return Err(not_logged_in());
    }
    objects.into_iter().map(|object| Ok((object, value(seat, object)?))).collect()
}

/// An object's value; empty where the token shows none.
fn value(seat: &Seat, object: ObjectHandle) -> Result<Vec<u8>, TokenError> {
    let kind = [AttributeType::Value];
    if !matches!(seat.session().get_attribute_info(object, &kind)?.as_slice(), [AttributeInfo::Available(_)]) {
        return Ok(Vec::new());
    }
    let values = seat.session().get_attributes(object, &kind)?;
    Ok(values
        .into_iter()
        .find_map(|value| if let Attribute::Value(bytes) = value { Some(bytes) } else { None })
        .unwrap_or_default())
}
