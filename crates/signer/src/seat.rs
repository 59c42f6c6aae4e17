//! One session with its cached handles, and the repair of what breaks under it.

use std::collections::HashMap;
use std::sync::Arc;

use cryptoki::error::RvError;
use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, AttributeType, ObjectClass, ObjectHandle};
use cryptoki::session::Session;
use tracing::warn;
use tron_tx::PublicKey;

use crate::action::Action;
use crate::attributes;
use crate::ec_point;
use crate::error::TokenError;
use crate::key::{CkaId, PinnedKey};
use crate::login::{Generation, Login, is_logged_in};

/// How often one request is repaired, each time after another kind of failure.
const MOST_REPAIRS: usize = 2;

/// The two halves of a key in the token.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pair {
    /// Signs.
    pub(crate) private: ObjectHandle,
    /// As the token shows it; to be compared with the pinned one.
    pub(crate) public: ObjectHandle,
}

/// A session in the hands of one thread.
#[derive(Debug)]
pub(crate) struct Seat {
    login: Arc<Login>,
    /// None after it was given back, until the next work opens another.
    session: Option<Session>,
    generation: Generation,
    /// Whether the session may be in any state.
    distrusted: bool,
    /// Private handles with the public halves that the token showed; per session, because some modules number handles
    /// per session.
    handles: HashMap<CkaId, (ObjectHandle, PublicKey)>,
}

impl Seat {
    /// Opens the session.
    pub(crate) fn open(login: Arc<Login>) -> Result<Self, TokenError> {
        let (session, generation) = login.session()?;
        Ok(Self { login, session: Some(session), generation, distrusted: false, handles: HashMap::new() })
    }

    /// As [`Seat::open`], but without a session where the device has none left.
    pub(crate) fn open_if_any_left(login: Arc<Login>) -> Result<Self, TokenError> {
        match Self::open(Arc::clone(&login)) {
            Err(error) if error.action() == Action::ShrinkPool => {
                let generation = login.generation();
                Ok(Self { login, session: None, generation, distrusted: false, handles: HashMap::new() })
            }
            opened => opened,
        }
    }

    /// Whether it has a session.
    pub(crate) const fn is_open(&self) -> bool {
        self.session.is_some()
    }

    /// The session, for work that needs no cached handle.
    pub(crate) const fn session(&self) -> &Session {
        self.session.as_ref().expect("repaired() opens one before any work")
    }

    /// The login that this session lives under.
    pub(crate) fn login(&self) -> Arc<Login> {
        Arc::clone(&self.login)
    }

    /// CKM_ECDSA over a digest, as the token gives it; repaired and tried once more where the table allows.
    pub(crate) fn sign(&mut self, key: &PinnedKey, digest: &[u8; 32]) -> Result<Vec<u8>, TokenError> {
        self.repaired(|seat| seat.sign_unrepaired(key, digest))
    }

    /// As [`Seat::sign`], for work that is repaired as a whole.
    pub(crate) fn sign_unrepaired(&mut self, key: &PinnedKey, digest: &[u8; 32]) -> Result<Vec<u8>, TokenError> {
        let handle = self.handle(key)?;
        Ok(self.session().sign(&Mechanism::Ecdsa, handle, digest)?)
    }

    /// The key's halves and public key as the token has them now, not compared with anything.
    pub(crate) fn look_up(&self, id: CkaId) -> Result<(Pair, PublicKey), TokenError> {
        let login = self.login();
        let _alone = login.lock_objects();
        self.find(id)
    }

    /// Runs `call`, and after a failure that the table calls repairable, repairs and runs it once more.
    ///
    /// A second repair follows only a failure of another kind: with a session the login may have been lost, which shows
    /// only when another session looks for the key.
    pub(crate) fn repaired<T>(
        &mut self,
        mut call: impl FnMut(&mut Self) -> Result<T, TokenError>,
    ) -> Result<T, TokenError> {
        if self.session.is_none() || self.distrusted {
            self.reopen()?;
        }
        let mut repairs = Vec::new();
        loop {
            let error = match call(self) {
                Err(error) => error,
                done => return done,
            };
            self.login.note(&error);
            let action = error.action();
            if !action.allows_retry() || repairs.contains(&action) || repairs.len() == MOST_REPAIRS {
                return Err(error);
            }
            warn!(%error, ?action, "token call failed, repairing");
            repairs.push(action);
            if action == Action::Relogin {
                self.login.renew(self.generation)?;
            }
            // The old session may hold a half-done operation, so it is never used again.
            self.reopen()?;
        }
    }

    /// Has the next work begin with another session: nobody knows what this one is good for.
    pub(crate) const fn distrust(&mut self) {
        self.distrusted = true;
    }

    /// Opens another session in place of this one. Without one after a failure: a device that counts its sessions needs
    /// the old one back first.
    pub(crate) fn reopen(&mut self) -> Result<(), TokenError> {
        self.handles.clear();
        self.session = None;
        let (session, generation) = self.login.session()?;
        (self.session, self.generation, self.distrusted) = (Some(session), generation, false);
        Ok(())
    }

    /// Finds the one pair of this id. The caller holds the object lock.
    pub(crate) fn find(&self, id: CkaId) -> Result<(Pair, PublicKey), TokenError> {
        let mut private = self.objects(id, ObjectClass::PRIVATE_KEY)?;
        let public = self.objects(id, ObjectClass::PUBLIC_KEY)?;
        if private.is_empty() && !public.is_empty() {
            // Without a login private keys are invisible, which must not look like a key that is gone.
            if !is_logged_in(self.session()) {
                return Err(not_logged_in());
            }
            // Another session may have logged in between the two looks.
            private = self.objects(id, ObjectClass::PRIVATE_KEY)?;
        }
        let pair = match (private.as_slice(), public.as_slice()) {
            (&[private], &[public]) => Pair { private, public },
            // Some tokens keep public keys private too.
            ([], []) if !is_logged_in(self.session()) => return Err(not_logged_in()),
            ([], []) => return Err(TokenError::KeyMissing { id }),
            (private, public) => {
                return Err(TokenError::KeyAmbiguous { id, private: private.len(), public: public.len() });
            }
        };
        let point = attributes::read_bytes(self.session(), pair.public, AttributeType::EcPoint)?.unwrap_or_default();
        Ok((pair, ec_point::decode(&point)?))
    }

    fn objects(&self, id: CkaId, class: ObjectClass) -> Result<Vec<ObjectHandle>, TokenError> {
        Ok(self.session().find_objects(&[Attribute::Class(class), Attribute::Id(id.as_bytes().to_vec())])?)
    }

    /// The private handle of a key whose public half in the token is the pinned one.
    fn handle(&mut self, key: &PinnedKey) -> Result<ObjectHandle, TokenError> {
        let (handle, public_key) = match self.handles.get(&key.id) {
            Some(known) => *known,
            None => self.learn(key.id)?,
        };
        if public_key == key.public_key { Ok(handle) } else { Err(TokenError::PublicKeyMismatch { id: key.id }) }
    }

    fn learn(&mut self, id: CkaId) -> Result<(ObjectHandle, PublicKey), TokenError> {
        let login = self.login();
        let _alone = login.lock_objects();
        let (pair, public_key) = self.find(id)?;
        self.handles.insert(id, (pair.private, public_key));
        Ok((pair.private, public_key))
    }
}

/// What a token should have answered that shows no private key because nobody is logged in.
pub(crate) fn not_logged_in() -> TokenError {
    let rv = RvError::UserNotLoggedIn;
    TokenError::Call { function: "C_FindObjects".to_owned(), rv, action: Action::for_rv(rv) }
}
