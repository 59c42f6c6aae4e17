//! The one presentation of the PIN, and the reasons against it.

use cryptoki::error::{Error as CryptokiError, RvError};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::{Slot, TokenInfo};

use super::Examination;
use super::report::Check;
use super::sheet::{Ended, Sheet};
use crate::error::TokenError;
use crate::login::is_logged_in;
use crate::module::Module;

/// Whether the PIN may be presented, by the token's own flags and the PIN's form.
pub(super) fn may_present(flags: &TokenInfo, examination: &Examination, sheet: &Sheet) -> Result<(), Ended> {
    sheet.begin(Check::PinTries);
    let refuse = |detail: &str, todo: &str| {
        sheet.bad(format!("{detail}; the PIN was not presented"), todo);
        Err(Ended)
    };
    if flags.user_pin_locked() {
        return refuse("the PIN is locked", "unlock it as the security officer, with the vendor's tool");
    }
    if flags.user_pin_final_try() {
        return refuse("one try is left", "find the right PIN and present it with the vendor's tool, by hand");
    }
    if flags.user_pin_to_be_changed() {
        return refuse("the PIN must be changed first", "change it with the vendor's tool, and then the PIN file");
    }
    if let Err(error) = examination.profile.pin_form.check(&examination.pin) {
        sheet.bad(error.to_string(), "see the profile's login rules, and correct the PIN file");
        return Err(Ended);
    }
    if !flags.user_pin_count_low() {
        sheet.good("no wrong PIN since the last right one");
        return Ok(());
    }
    if examination.after_wrong_pin {
        sheet.note("a wrong PIN was presented since the last right one", "find out who did");
        return Ok(());
    }
    let todo = "compare the PIN file with what was written down; if it is right: --after-wrong-pin presents it once";
    refuse("a wrong PIN was presented since the last right one", todo)
}

/// Opens a session that keeps the login, logs in once, and opens a session to work in.
pub(super) fn present(
    module: &Module,
    slot: Slot,
    examination: &Examination,
    sheet: &Sheet,
) -> Result<(Session, Session), Ended> {
    sheet.begin(Check::Login);
    let todo = "close sessions of other programs, and see to the device and its link";
    let anchor = sheet.need(module.context().open_rw_session(slot), todo)?;
    match anchor.login(UserType::User, Some(&examination.pin)) {
        Ok(()) | Err(CryptokiError::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => {}
        Err(error) => {
            let todo = "do not try again: compare the PIN file with what was written down; tries are few";
            sheet.bad(TokenError::from(error).to_string(), todo);
            return Err(Ended);
        }
    }
    let session = sheet.need(module.context().open_rw_session(slot), todo)?;
    if !is_logged_in(&anchor) || !is_logged_in(&session) {
        sheet.bad("the login succeeded and not every session shows it", "update the vendor's client");
        return Err(Ended);
    }
    sheet.good("the user is logged in, in every session, with one presentation of the PIN");
    Ok((anchor, session))
}
