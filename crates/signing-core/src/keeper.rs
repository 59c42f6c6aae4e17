//! Keeps the token open and proves again and again that it still signs.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use primitives::UnixMs;
use signer::{Action, CkaId, PinnedKey, Profile, Token, TokenError};
use tracing::{error, info};

use crate::random;

/// The CKA_ID of the key that signs nothing but proofs of possession.
const CANARY: CkaId = CkaId::new(*b"lucid-canary-key");

/// Why there is no token to sign with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unavailable {
    /// The token error's stable code, or `starting`.
    pub code: &'static str,
    /// What to know; never the PIN.
    pub detail: String,
    /// Whether only a restart with another PIN helps.
    pub latched: bool,
}

/// The token behind its doorkeeper: whoever wants to sign asks for it each time.
#[derive(Debug)]
pub struct Keeper {
    profile: Profile,
    state: RwLock<State>,
}

#[derive(Debug)]
enum State {
    Closed(Unavailable),
    Open { token: Arc<Token>, canary: PinnedKey, proven_at: UnixMs },
}

impl From<&TokenError> for Unavailable {
    fn from(error: &TokenError) -> Self {
        Self { code: error.code(), detail: error.to_string(), latched: error.action() == Action::LatchPin }
    }
}

impl Keeper {
    /// A keeper that has not tried the token yet.
    pub fn new(profile: Profile) -> Self {
        let detail = "the token was not tried yet".to_owned();
        Self { profile, state: RwLock::new(State::Closed(Unavailable { code: "starting", detail, latched: false })) }
    }

    /// The token, or why there is none.
    pub fn token(&self) -> Result<Arc<Token>, Unavailable> {
        match &*self.read() {
            State::Open { token, .. } => Ok(Arc::clone(token)),
            State::Closed(unavailable) => Err(unavailable.clone()),
        }
    }

    /// When the token last proved that it signs.
    pub fn proven_at(&self) -> Option<UnixMs> {
        match &*self.read() {
            State::Open { proven_at, .. } => Some(*proven_at),
            State::Closed(_) => None,
        }
    }

    /// Opens the token if it is not, and has it prove the canary, and after opening every key of `keys` as well.
    ///
    /// A refused PIN is never presented again. Any other failure closes the token for signing until a later call
    /// succeeds.
    pub async fn look_after(&self, keys: &[PinnedKey], now: UnixMs) -> Result<(), Unavailable> {
        let open = match &*self.read() {
            State::Closed(unavailable) if unavailable.latched => return Err(unavailable.clone()),
            State::Closed(_) => None,
            State::Open { token, canary, .. } => Some((Arc::clone(token), *canary)),
        };
        let proven = match open {
            Some((token, canary)) => prove(&token, &[canary]).await.map(|()| (token, canary)),
            None => self.open(keys).await,
        };
        match proven {
            Ok((token, canary)) => {
                self.replace(State::Open { token, canary, proven_at: now });
                Ok(())
            }
            Err(error) => {
                error!(%error, code = error.code(), "the token does not sign");
                let unavailable = Unavailable::from(&error);
                self.replace(State::Closed(unavailable.clone()));
                Err(unavailable)
            }
        }
    }

    fn replace(&self, state: State) {
        let old = std::mem::replace(&mut *self.write(), state);
        // The last handle joins the session threads, which may take as long as the token does.
        tokio::task::spawn_blocking(move || drop(old));
    }

    async fn open(&self, keys: &[PinnedKey]) -> Result<(Arc<Token>, PinnedKey), TokenError> {
        let profile = self.profile.clone();
        // Loading a module and logging in block, on a network token for seconds.
        let opened = tokio::task::spawn_blocking(move || Token::open(&profile)).await;
        let token = Arc::new(opened.map_err(|_| TokenError::Closed)??);
        let canary = token.ensure_key(CANARY, "canary", random::bytes()).await?;
        prove(&token, keys).await?;
        info!(label = %token.identity().label, keys = keys.len(), "the token is open and every key was proven");
        Ok((token, canary))
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn prove(token: &Token, keys: &[PinnedKey]) -> Result<(), TokenError> {
    for key in keys {
        token.prove_possession(*key, random::bytes()).await?;
    }
    Ok(())
}
