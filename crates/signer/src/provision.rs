//! Makes a fresh token, for `lucid init` and for tests: C_InitToken, then C_InitPIN.

use std::path::Path;

use cryptoki::session::UserType;
use secrecy::SecretString;

use crate::durable;
use crate::error::TokenError;
use crate::module::Module;

/// The longest label of a token, in bytes (PKCS#11 2.40 §5.4).
const LONGEST_LABEL: usize = 32;

/// Initialises the first free slot's token with a label, a security officer's PIN and a user's PIN.
///
/// Refuses a label that exists: initialising is destroying. `token_dir` is synced where a software token has one.
pub fn provision(
    module: &Path,
    label: &str,
    officer_pin: &SecretString,
    user_pin: &SecretString,
    token_dir: Option<&Path>,
) -> Result<(), TokenError> {
    if !(1..=LONGEST_LABEL).contains(&label.len()) || !label.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        return Err(TokenError::TokenLabel);
    }
    let module = Module::load(module)?;
    if !module.slots_of(label)?.is_empty() {
        return Err(TokenError::TokenExists { label: label.to_owned() });
    }
    let context = module.context();
    let free = context
        .get_slots_with_token()?
        .into_iter()
        .find(|slot| context.get_token_info(*slot).is_ok_and(|token| !token.token_initialized()))
        .ok_or(TokenError::NoFreeSlot)?;
    context.init_token(free, officer_pin, label)?;
    // SoftHSM gives an initialised token another slot number, so the label is looked up again.
    let session = context.open_rw_session(module.slot_of(label)?)?;
    session.login(UserType::So, Some(officer_pin))?;
    session.init_pin(user_pin)?;
    session.logout()?;
    drop(session);
    token_dir.map_or(Ok(()), durable::sync_tree)
}
