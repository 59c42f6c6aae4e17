//! The login: one session that holds it for all, and the rule that a refused PIN is never tried again.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use cryptoki::error::{Error as CryptokiError, RvError};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::Slot;
use secrecy::SecretString;

use crate::action::Action;
use crate::error::TokenError;
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
        log_in(&session, &pin)?;
        Ok(Self {
            module,
            slot,
            pin,
            anchor: Mutex::new(Anchor { session, generation: Generation(0) }),
            pin_rejected: AtomicBool::new(false),
            objects: Mutex::new(()),
        })
    }

    /// A session of its own for the calling thread, and the login that it was opened under.
    pub(crate) fn session(&self) -> Result<(Session, Generation), TokenError> {
        let anchor = self.anchor();
        // Read-write always: CloudHSM before 5.5 refuses read-only sessions.
        Ok((self.module.context().open_rw_session(self.slot)?, anchor.generation))
    }

    /// Logs in again unless somebody did since `seen`.
    pub(crate) fn renew(&self, seen: Generation) -> Result<(), TokenError> {
        let mut anchor = self.anchor();
        if anchor.generation > seen {
            return Ok(());
        }
        if self.pin_rejected() {
            return Err(TokenError::PinRejected);
        }
        let outcome = log_in(&anchor.session, &self.pin).or_else(|error| match error.action() {
            // The anchor itself is gone: with a new session the login starts afresh.
            Action::ReopenSession | Action::Probe => {
                anchor.session = self.module.context().open_rw_session(self.slot)?;
                log_in(&anchor.session, &self.pin)
            }
            _ => Err(error),
        });
        if matches!(outcome, Err(TokenError::PinRejected)) {
            self.pin_rejected.store(true, Ordering::Release);
        }
        outcome?;
        anchor.generation = Generation(anchor.generation.0.saturating_add(1));
        Ok(())
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

    /// Ends the login as an operator at the device would.
    #[cfg(test)]
    pub(crate) fn lose(&self) {
        self.anchor().session.logout().expect("logged in");
    }
}

fn log_in(session: &Session, pin: &SecretString) -> Result<(), TokenError> {
    match session.login(UserType::User, Some(pin)) {
        Ok(()) | Err(CryptokiError::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(()),
        Err(error) => {
            let error = TokenError::from(error);
            if error.action() == Action::LatchPin { Err(TokenError::PinRejected) } else { Err(error) }
        }
    }
}
