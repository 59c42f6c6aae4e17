//! Whether a token can serve: everything that is asked of it in production, asked of a key that is thrown away.
//!
//! The PIN is presented at most once, and not at all where the token says that few tries are left. A call that does not
//! return ends the examination, not the program that asked for it. Nothing is left in the token.

mod key;
mod login;
mod objects;
mod random;
mod report;
mod sessions;
mod sheet;
mod signing;
mod slot;

use std::sync::PoisonError;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;

use cryptoki::session::Session;
use cryptoki::slot::Slot;
use secrecy::SecretString;

use crate::module::Module;
use crate::profile::Profile;
use crate::seat::Pair;

pub use report::{Check, Finding, Flag, Library, Mechanism, Report, Timing, TokenFacts, Verdict};
use sheet::{Beat, Ended, Sheet};

/// What the key that is thrown away is made as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Throwaway {
    /// An object that ends with its session.
    Session,
    /// An object of the token, destroyed at the end; for modules that know no other.
    Token,
}

/// What to examine, and how.
#[derive(Debug)]
pub struct Examination {
    /// The token.
    pub profile: Profile,
    /// Its user PIN.
    pub pin: SecretString,
    /// What its key is made as.
    pub throwaway: Throwaway,
    /// How many signatures are timed at most.
    pub signatures: u32,
    /// Whether the audit log's head is to be kept in the token.
    pub data_objects: bool,
    /// Whether the PIN is presented although a wrong one was since the last right one. Never with the last try.
    pub after_wrong_pin: bool,
    /// Random bytes: the id of the key that is thrown away, and what is signed.
    pub seed: [u8; 16],
}

/// Examines a token. Returns within the profile's limits, whatever the module does; after [`Report::hung`] the process
/// should end without the module's exit handlers.
pub fn examine(examination: Examination) -> Report {
    let (beats, heard) = mpsc::channel();
    let sheet = Sheet::new(beats, examination.profile.limits);
    let report = sheet.report();
    // Not joined when it hangs: nothing takes a call back from a library.
    let examiner = thread::spawn(move || {
        // Where it ended early, a finding says why.
        let _ = all(&examination, &sheet);
    });
    let silent = watch(&heard);
    let panicked = silent.is_none() && examiner.join().is_err();
    let mut report = report.lock().unwrap_or_else(PoisonError::into_inner).clone();
    if let Some(beat) = silent {
        report.hung = true;
        let detail = format!("a call did not return within {} s", beat.limit.as_secs());
        let todo =
            "see to the device and its link; if it is only slow, set token.sign_timeout_ms or a profile's limits";
        report.findings.push(Finding::bad(beat.check, detail, todo));
    }
    if panicked {
        let todo = "this is a fault of the program; the line above it in the log says which";
        report.findings.push(Finding::bad(Check::Nothing, "the examination broke off".to_owned(), todo));
    }
    report.complete();
    report
}

/// Waits until the examination ends, or gives what it was at when it fell silent.
fn watch(heard: &Receiver<Beat>) -> Option<Beat> {
    let mut now = Beat::FIRST;
    loop {
        match heard.recv_timeout(now.limit) {
            Ok(next) => now = next,
            Err(RecvTimeoutError::Disconnected) => return None,
            Err(RecvTimeoutError::Timeout) => return Some(now),
        }
    }
}

fn all(examination: &Examination, sheet: &Sheet) -> Result<(), Ended> {
    let (module, slot) = slot::find(&examination.profile, sheet)?;
    let flags = slot::read(&module, slot, sheet)?;
    slot::mechanisms(&module, slot, sheet);
    login::may_present(&flags, examination, sheet)?;
    // Two sessions, as in production: one keeps the login, and what the other made ends with it.
    let (anchor, session) = login::present(&module, slot, examination, sheet)?;
    random::draw(&session, sheet);
    if let Ok(pair) = key::make(&session, examination, sheet) {
        // Whatever was found, the key goes.
        let _ = with_key(&module, slot, &session, pair, examination, sheet);
        objects::destroy(&session, pair, sheet);
    }
    objects::data(&session, examination, sheet);
    objects::left_behind(&anchor, session, examination, sheet);
    Ok(())
}

fn with_key(
    module: &Module,
    slot: Slot,
    session: &Session,
    pair: Pair,
    examination: &Examination,
    sheet: &Sheet,
) -> Result<(), Ended> {
    key::read_back(session, pair, examination, sheet);
    let public_key = key::point(session, pair, sheet)?;
    signing::once(session, pair, &public_key, examination, sheet)?;
    signing::timed(session, pair, &public_key, examination, sheet);
    sessions::side_by_side(module, slot, &public_key, examination, sheet);
    Ok(())
}

#[cfg(test)]
mod tests;
