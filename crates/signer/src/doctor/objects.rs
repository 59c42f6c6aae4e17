//! Data objects, and that everything is gone in the end.

use cryptoki::object::{Attribute, AttributeType, ObjectClass};
use cryptoki::session::Session;

use super::report::Check;
use super::sessions::by_id;
use super::sheet::Sheet;
use super::{Examination, Throwaway, key};
use crate::data_object::DataName;
use crate::error::TokenError;
use crate::seat::Pair;

/// What is kept for a moment.
const VALUE: &[u8] = b"lucid token doctor";

/// Destroys the pair: nothing to be done about what cannot be, which [`left_behind`] sees if its session does not end it.
pub(super) fn destroy(session: &Session, pair: Pair, sheet: &Sheet) {
    sheet.begin(Check::LeftBehind);
    for object in [pair.private, pair.public] {
        let _ = session.destroy_object(object);
    }
}

/// Makes a data object as the audit log's head is one, reads it, and destroys it.
pub(super) fn data(session: &Session, examination: &Examination, sheet: &Sheet) {
    sheet.begin(Check::DataObject);
    if !examination.data_objects {
        let todo = "nothing; a cut audit log then shows by payout-router's heads only";
        return sheet.note("not tried: audit.head_in_token is false, or the profile says that it keeps none", todo);
    }
    let stored = examination.throwaway == Throwaway::Token;
    if !examination.profile.session_objects && !stored {
        let todo = "--token-object makes an object of the token instead and destroys it afterwards";
        return sheet.untried("this kind of token keeps no objects of a session", todo);
    }
    let name = data_name(examination);
    let mut template = name.object(VALUE);
    template.retain(|attribute| !matches!(attribute, Attribute::Token(_)));
    template.push(Attribute::Token(stored));
    let kept = || -> Result<bool, TokenError> {
        let object = session.create_object(&template)?;
        let found = session.find_objects(&name.template())?;
        let read = session.get_attributes(object, &[AttributeType::Value]);
        session.destroy_object(object)?;
        Ok(found == [object] && read?.iter().any(|value| matches!(value, Attribute::Value(bytes) if bytes == VALUE)))
    };
    let todo = "set audit.head_in_token = false: a cut audit log then shows by payout-router's heads only";
    match kept() {
        Ok(true) => sheet.good("one is made, found, read and destroyed: the audit log's head can be kept in it"),
        Ok(false) => sheet.bad("one was made, and is not found or not as it was written", todo),
        Err(error) => sheet.bad(error.to_string(), todo),
    }
}

/// Closes the session, and looks in the one that keeps the login for anything of the examination.
pub(super) fn left_behind(anchor: &Session, session: Session, examination: &Examination, sheet: &Sheet) {
    sheet.begin(Check::LeftBehind);
    drop(session);
    let keys = [ObjectClass::PRIVATE_KEY, ObjectClass::PUBLIC_KEY];
    let keys = keys.map(|class| by_id(examination, class).to_vec());
    let sought = keys.into_iter().chain([data_name(examination).template()]);
    let found: Result<usize, TokenError> = sought.map(|template| Ok(anchor.find_objects(&template)?.len())).sum();
    let label = key::LABEL;
    match found {
        Ok(0) => sheet.good("nothing"),
        Ok(count) => {
            let todo = format!("destroy what is labelled {label:?}, id {}, with the vendor's tool", examination.key());
            sheet.bad(format!("{count} objects are still there"), todo);
        }
        Err(error) => {
            sheet.bad(error.to_string(), format!("look for objects labelled {label:?} with the vendor's tool"));
        }
    }
}

fn data_name(examination: &Examination) -> DataName {
    DataName { label: key::LABEL, application: hex::encode(examination.seed) }
}
