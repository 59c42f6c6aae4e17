//! One session with its cached handles, and the repair of what breaks under it.

use std::collections::HashMap;
use std::sync::Arc;

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
use crate::login::{Generation, Login};

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
    session: Session,
    generation: Generation,
    /// Private handles with the public halves that the token showed; per session, because some modules number handles
    /// per session.
    handles: HashMap<CkaId, (ObjectHandle, PublicKey)>,
}

impl Seat {
    /// Opens the session.
    pub(crate) fn open(login: Arc<Login>) -> Result<Self, TokenError> {
        let (session, generation) = login.session()?;
        Ok(Self { login, session, generation, handles: HashMap::new() })
    }

    /// The session, for work that needs no cached handle.
    pub(crate) const fn session(&self) -> &Session {
        &self.session
    }

    /// The login that this session lives under.
    pub(crate) fn login(&self) -> Arc<Login> {
        Arc::clone(&self.login)
    }

    /// CKM_ECDSA over a digest, as the token gives it; repaired and tried once more where the table allows.
    pub(crate) fn sign(&mut self, key: &PinnedKey, digest: &[u8; 32]) -> Result<Vec<u8>, TokenError> {
        self.repaired(|seat| {
            let handle = seat.handle(key)?;
            Ok(seat.session.sign(&Mechanism::Ecdsa, handle, digest)?)
        })
    }

    /// The key's halves and public key as the token has them now, not compared with anything.
    pub(crate) fn look_up(&mut self, id: CkaId) -> Result<(Pair, PublicKey), TokenError> {
        self.repaired(|seat| {
            let login = seat.login();
            let _alone = login.lock_objects();
            seat.find(id)
        })
    }

    /// Runs `call`, and after a failure that the table calls repairable, repairs and runs it once more.
    pub(crate) fn repaired<T>(
        &mut self,
        mut call: impl FnMut(&mut Self) -> Result<T, TokenError>,
    ) -> Result<T, TokenError> {
        let error = match call(self) {
            Err(error) if error.action().allows_retry() => error,
            other => return other,
        };
        warn!(%error, action = ?error.action(), "token call failed, repairing once");
        if error.action() == Action::Relogin {
            self.login.renew(self.generation)?;
        }
        // The old session may hold a half-done operation, so it is never used again.
        self.reopen()?;
        call(self)
    }

    /// Finds the one pair of this id. The caller holds the object lock.
    pub(crate) fn find(&self, id: CkaId) -> Result<(Pair, PublicKey), TokenError> {
        let private = self.objects(id, ObjectClass::PRIVATE_KEY)?;
        let public = self.objects(id, ObjectClass::PUBLIC_KEY)?;
        let pair = match (private.as_slice(), public.as_slice()) {
            (&[private], &[public]) => Pair { private, public },
            // Without a login private keys are invisible, which must not look like a key that is gone.
            ([], [_]) => return Err(self.private_half_unseen(id)),
            ([], []) => return Err(TokenError::KeyMissing { id }),
            (private, public) => {
                return Err(TokenError::KeyAmbiguous { id, private: private.len(), public: public.len() });
            }
        };
        let point = attributes::read_bytes(&self.session, pair.public, AttributeType::EcPoint)?.unwrap_or_default();
        Ok((pair, ec_point::decode(&point)?))
    }

    fn objects(&self, id: CkaId, class: ObjectClass) -> Result<Vec<ObjectHandle>, TokenError> {
        Ok(self.session.find_objects(&[Attribute::Class(class), Attribute::Id(id.as_bytes().to_vec())])?)
    }

    fn private_half_unseen(&self, id: CkaId) -> TokenError {
        use cryptoki::error::RvError;
        use cryptoki::session::SessionState;
        let logged_in = self
            .session
            .get_session_info()
            .is_ok_and(|session| matches!(session.session_state(), SessionState::RwUser | SessionState::RoUser));
        if logged_in {
            TokenError::KeyAmbiguous { id, private: 0, public: 1 }
        } else {
            let rv = RvError::UserNotLoggedIn;
            TokenError::Call { function: "C_FindObjects".to_owned(), rv, action: Action::for_rv(rv) }
        }
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

    fn reopen(&mut self) -> Result<(), TokenError> {
        self.handles.clear();
        (self.session, self.generation) = self.login.session()?;
        Ok(())
    }
}
