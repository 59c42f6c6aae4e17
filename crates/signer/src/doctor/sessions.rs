//! Several sessions at once, each with a handle that it has found itself.

use std::thread;
use std::time::Instant;

use cryptoki::error::{Error as CryptokiError, RvError};
use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, ObjectClass, ObjectHandle};
use cryptoki::session::Session;
use cryptoki::slot::Slot;
use tron_tx::PublicKey;

use super::Examination;
use super::report::Check;
use super::sheet::Sheet;
use crate::error::TokenError;
use crate::module::Module;
use crate::signature;

/// Signatures in each session.
const EACH: usize = 10;

/// A digest and the answer to it.
type Signed = ([u8; 32], Vec<u8>);

/// Opens as many sessions as production would, finds the key in each, and has all sign at once.
pub(super) fn side_by_side(module: &Module, slot: Slot, key: &PublicKey, examination: &Examination, sheet: &Sheet) {
    sheet.begin(Check::Sessions);
    let wanted = usize::from(examination.profile.sessions.get());
    let mut open = Vec::new();
    for _ in 0..wanted {
        match module.context().open_rw_session(slot) {
            Ok(session) => open.push(session),
            Err(CryptokiError::Pkcs11(RvError::SessionCount, _)) => break,
            Err(error) => return sheet.bad(TokenError::from(error).to_string(), "see to the device and its link"),
        }
    }
    if open.is_empty() {
        return sheet.bad("there is no session beside the one that logs in", "close sessions of other programs");
    }
    let count = open.len();
    let mut seats = Vec::new();
    for session in open {
        match find(&session, examination) {
            Ok(handle) => seats.push((session, handle)),
            Err(error) => return sheet.bad(error.to_string(), "a key must be found by its id: update the client"),
        }
    }
    sheet.signs();
    let started = Instant::now();
    let outcomes = thread::scope(|scope| {
        let threads = seats
            .into_iter()
            .enumerate()
            .map(|(place, (session, handle))| scope.spawn(move || sign(&session, handle, examination, place)));
        let threads: Vec<_> = threads.collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or(Err(TokenError::Closed))).collect::<Vec<_>>()
    });
    let elapsed = started.elapsed();
    if let Some(error) = outcomes.into_iter().find_map(|replies| verify(replies, key).err()) {
        return sheet.bad(format!("{count} sessions at once: {error}"), "set token.sessions = 1, and examine it again");
    }
    let rate = f64::from(u32::try_from(count * EACH).unwrap_or(u32::MAX)) / elapsed.as_secs_f64();
    let said = format!("{count} sessions find the key by its id and sign at once, {rate:.0} signatures/s");
    if count < wanted {
        sheet.note(format!("{said}; {wanted} were asked for"), format!("set token.sessions = {count}"));
    } else {
        sheet.good(said);
    }
}

/// Exactly one private and one public key have the id.
fn find(session: &Session, examination: &Examination) -> Result<ObjectHandle, TokenError> {
    let objects = |class| session.find_objects(&by_id(examination, class));
    let (private, public) = (objects(ObjectClass::PRIVATE_KEY)?, objects(ObjectClass::PUBLIC_KEY)?);
    match (private.as_slice(), public.as_slice()) {
        (&[private], &[_]) => Ok(private),
        (private, public) => {
            let id = examination.key();
            Err(TokenError::KeyAmbiguous { id, private: private.len(), public: public.len() })
        }
    }
}

/// What finds the examination's key of a class.
pub(super) fn by_id(examination: &Examination, class: ObjectClass) -> [Attribute; 2] {
    [Attribute::Class(class), Attribute::Id(examination.key().as_bytes().to_vec())]
}

fn sign(
    session: &Session,
    handle: ObjectHandle,
    examination: &Examination,
    place: usize,
) -> Result<Vec<Signed>, TokenError> {
    let digests = (0..EACH).map(|number| examination.digest(usize::MAX - place * EACH - number));
    digests.map(|digest| Ok((digest, session.sign(&Mechanism::Ecdsa, handle, &digest)?))).collect()
}

/// After the clock was read: it is the token's time that is told.
fn verify(replies: Result<Vec<Signed>, TokenError>, key: &PublicKey) -> Result<(), TokenError> {
    replies?.into_iter().try_for_each(|(digest, reply)| signature::accept(&reply, &digest, key).map(drop))
}
