//! The login: one session that holds it for all, and the rule that a refused PIN is never tried again.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use cryptoki::error::{Error as CryptokiError, RvError};
use cryptoki::session::{Session, SessionState, UserType};
use cryptoki::slot::{Slot, TokenInfo};
use secrecy::SecretString;

use crate::action::Action;
use crate::error::TokenError;
use crate::failures::Failures;
use crate::module::Module;

/// Counts logins, so that a thread knows whether another one has repaired what it saw broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Generation(u64);

/// The state that all sessions of one token share.
///
/// A login belongs to the token and the application, not to a session, and ends when the last session closes; the
/// anchor is the session that never does. Nobody logs out: that would take the keys from every other session.
#[derive(Debug)]
pub(crate) struct Login {
    module: Module,
    slot: Slot,
    pin: SecretString,
    anchor: Mutex<Anchor>,
    pin_rejected: AtomicBool,
    failures: Failures,
    /// Held while objects are sought, made or destroyed: SoftHSM 2.6 fails or leaves orphans when these overlap.
    objects: Mutex<()>,
}

#[derive(Debug)]
struct Anchor {
    session: Session,
    generation: Generation,
}

impl Login {
    /// Opens the anchor session and logs the user in.
    pub(crate) fn open(module: Module, slot: Slot, pin: SecretString) -> Result<Self, TokenError> {
        let session = module.context().open_rw_session(slot)?;
        log_in(&session, &pin).map_err(pin_refusal)?;
        Ok(Self {
            module,
            slot,
            pin,
            anchor: Mutex::new(Anchor { session, generation: Generation(0) }),
            pin_rejected: AtomicBool::new(false),
            failures: Failures::default(),
            objects: Mutex::new(()),
        })
    }

    /// A session of its own for the calling thread, and the login that it was opened under.
    pub(crate) fn session(&self) -> Result<(Session, Generation), TokenError> {
        let anchor = self.anchor();
        Ok((self.open_session()?, anchor.generation))
    }

    /// The login in force.
    pub(crate) fn generation(&self) -> Generation {
        self.anchor().generation
    }

    /// How many logins there were.
    pub(crate) fn count(&self) -> u64 {
        self.generation().0.saturating_add(1)
    }

    /// Logs in again unless somebody did since `seen`.
    pub(crate) fn renew(&self, seen: Generation) -> Result<(), TokenError> {
        let mut anchor = self.anchor();
        // What somebody renewed may be lost again by now, which a session that was idle meanwhile cannot know.
        if anchor.generation > seen && is_logged_in(&anchor.session) {
            return Ok(());
        }
        if self.pin_rejected() {
            return Err(TokenError::PinRejected);
        }
        let mut outcome = self.present_pin(&anchor.session);
        if outcome.as_ref().is_err_and(|error| matches!(error.action(), Action::ReopenSession | Action::Probe)) {
            // The anchor itself is gone: with a new session the login starts afresh.
            anchor.session = self.open_session()?;
            outcome = self.present_pin(&anchor.session);
        }
        outcome?;
        anchor.generation = Generation(anchor.generation.0.saturating_add(1));
        Ok(())
    }

    /// Presents the PIN, and never again once it is refused.
    fn present_pin(&self, session: &Session) -> Result<(), TokenError> {
        let error = match log_in(session, &self.pin) {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        self.note(&error);
        if error.action() == Action::LatchPin {
            tracing::error!(%error, "the token refused the PIN, which is not presented again");
            self.pin_rejected.store(true, Ordering::Release);
        }
        Err(pin_refusal(error))
    }

    /// Read-write always: CloudHSM before 5.5 refuses read-only sessions.
    fn open_session(&self) -> Result<Session, TokenError> {
        let opened = self.module.context().open_rw_session(self.slot).map_err(TokenError::from);
        opened.inspect_err(|error| self.note(error))
    }

    /// What the token says of itself now.
    pub(crate) fn about(&self) -> Result<TokenInfo, TokenError> {
        Ok(self.module.context().get_token_info(self.slot)?)
    }

    /// Counts a failed call, repaired or not.
    pub(crate) fn note(&self, error: &TokenError) {
        self.failures.note(error);
    }

    /// The counts of failed calls.
    pub(crate) const fn failures(&self) -> &Failures {
        &self.failures
    }

    /// Excludes every other search, generation and destruction of objects while the guard lives.
    pub(crate) fn lock_objects(&self) -> MutexGuard<'_, ()> {
        self.objects.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the token has refused the PIN.
    pub(crate) fn pin_rejected(&self) -> bool {
        self.pin_rejected.load(Ordering::Acquire)
    }

    fn anchor(&self) -> MutexGuard<'_, Anchor> {
        self.anchor.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Closes the anchor, and with it the login, and ends the module's use by this process. Nothing may use it after.
    pub(crate) fn finalize(self) {
        let Self { module, anchor, .. } = self;
        drop(anchor);
        module.finalize();
    }

    /// Ends the login as an operator at the device would.
    #[cfg(test)]
    pub(crate) fn lose(&self) {
        self.anchor().session.logout().expect("logged in");
    }
}

/// Whether the session sees private keys; a session that does not answer does not.
pub(crate) fn is_logged_in(session: &Session) -> bool {
    session
        .get_session_info()
        .is_ok_and(|session| matches!(session.session_state(), SessionState::RwUser | SessionState::RoUser))
}

fn log_in(session: &Session, pin: &SecretString) -> Result<(), TokenError> {
    match session.login(UserType::User, Some(pin)) {
        Ok(()) | Err(CryptokiError::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn pin_refusal(error: TokenError) -> TokenError {
    if error.action() == Action::LatchPin { TokenError::PinRejected } else { error }
}
