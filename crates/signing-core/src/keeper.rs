//! Keeps the token open and proves again and again that it still signs.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use primitives::{PlaneId, UnixMs};
use signer::{
    Action, Challenge, CkaId, Condition, Patience, PinnedKey, Profile, Token, TokenError, TokenIdentity, pin,
};
use tokio::sync::watch;
use tracing::{error, info};

use crate::settings::Settings;
use crate::stamp::Stamp;
use crate::standing::{Leaving, Standing};
use crate::{memory, random};

/// Why there is no token to sign with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unavailable {
    /// The token error's stable code, or `starting`.
    pub code: &'static str,
    /// What to know; never the PIN.
    pub detail: String,
    /// Whether only another PIN helps.
    pub latched: bool,
}

/// The token behind its doorkeeper: whoever wants to sign asks for it each time.
#[derive(Debug)]
pub struct Keeper {
    plane: PlaneId,
    profile: Profile,
    patience: Patience,
    standing: watch::Sender<Standing>,
    state: RwLock<State>,
    /// The token that the PIN last opened, also where it did not prove itself afterwards.
    opened: RwLock<Option<TokenIdentity>>,
}

#[derive(Debug)]
enum State {
    Closed(Unavailable),
    Open(Opened, UnixMs),
}

/// A token that was opened.
#[derive(Debug, Clone)]
struct Opened {
    token: Arc<Token>,
    canary: PinnedKey,
    /// The file that its PIN was read from, as it was then.
    pin: Stamp,
}

impl From<&TokenError> for Unavailable {
    fn from(error: &TokenError) -> Self {
        Self { code: error.code(), detail: error.to_string(), latched: error.action() == Action::LatchPin }
    }
}

impl Keeper {
    /// A keeper that has not tried the token yet, and tells by `standing` what must outlive this process.
    pub fn new(settings: &Settings, standing: watch::Sender<Standing>) -> Self {
        let detail = "the token was not tried yet".to_owned();
        Self {
            plane: settings.rules.plane,
            profile: settings.profile.clone(),
            patience: settings.profile.limits.patience(),
            standing,
            state: RwLock::new(State::Closed(Unavailable { code: "starting", detail, latched: false })),
            opened: RwLock::default(),
        }
    }

    /// What the token that the PIN last opened says that it is, also where it holds none of the keys.
    pub fn opened(&self) -> Option<TokenIdentity> {
        self.opened.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The token, or why there is none.
    pub fn token(&self) -> Result<Arc<Token>, Unavailable> {
        match &*self.read() {
            State::Open(opened, _) => Ok(Arc::clone(&opened.token)),
            State::Closed(unavailable) => Err(unavailable.clone()),
        }
    }

    /// When the token last proved that it signs.
    pub fn proven_at(&self) -> Option<UnixMs> {
        match &*self.read() {
            State::Open(_, proven_at) => Some(*proven_at),
            State::Closed(_) => None,
        }
    }

    /// Opens the token if it is not, and has it prove the canary, and after opening every key of `keys` as well.
    ///
    /// A refused PIN is never presented again: only another PIN file is. Any other failure closes the token for signing
    /// until a later call succeeds.
    pub async fn look_after(&self, keys: &[PinnedKey], now: UnixMs) -> Result<(), Unavailable> {
        let open = match &*self.read() {
            State::Closed(_) => None,
            State::Open(opened, _) => Some(opened.clone()),
        };
        // Before the file is read: a change meanwhile is seen as one.
        let pin = open.as_ref().map_or_else(|| Stamp::of(&self.profile.pin_file), |opened| opened.pin);
        if open.is_none() && self.is_refused(pin) {
            return Err(self.close(&TokenError::PinRejected, pin));
        }
        let proven = match open {
            Some(opened) => self.prove(&opened.token, &[opened.canary], now).await.map(|()| opened),
            None => self.open(keys, pin, now).await,
        };
        match proven {
            Ok(opened) => {
                self.standing.send_if_modified(|standing| standing.refused_pin.take().is_some());
                self.see_condition(&opened.token.condition());
                self.replace(State::Open(opened, now));
                Ok(())
            }
            Err(error) => {
                error!(%error, code = error.code(), "the token does not sign");
                Err(self.close(&error, pin))
            }
        }
    }

    /// Takes note of an error of the token's that somebody met: some mean that this process has to end.
    pub fn suspect(&self, error: &TokenError) {
        let leaving = match error {
            TokenError::TimedOut { .. } | TokenError::Hung => Leaving::TokenHung,
            error if error.action() == Action::RestartWorker => Leaving::TokenRestart,
            _ => return,
        };
        self.leave(leaving);
    }

    /// Lets go of the token: its last user closes the sessions. Nothing can be signed from now on.
    pub fn let_go(&self) -> Option<Arc<Token>> {
        let detail = "the signing worker ends".to_owned();
        let closed = State::Closed(Unavailable { code: "stopping", detail, latched: false });
        match std::mem::replace(&mut *self.write(), closed) {
            State::Open(opened, _) => Some(opened.token),
            State::Closed(_) => None,
        }
    }

    fn is_refused(&self, pin: Stamp) -> bool {
        self.standing.borrow().refused_pin == Some(pin)
    }

    fn close(&self, error: &TokenError, pin: Stamp) -> Unavailable {
        let unavailable = Unavailable::from(error);
        if unavailable.latched {
            self.standing.send_if_modified(|standing| standing.refused_pin.replace(pin) != Some(pin));
        }
        self.suspect(error);
        self.replace(State::Closed(unavailable.clone()));
        unavailable
    }

    fn see_condition(&self, condition: &Condition) {
        match condition {
            Condition::RestartNeeded { .. } => self.leave(Leaving::TokenRestart),
            Condition::Hung { .. } => self.leave(Leaving::TokenHung),
            _ => {}
        }
    }

    fn leave(&self, leaving: Leaving) {
        self.standing.send_if_modified(|standing| {
            let first = standing.leaving.is_none();
            standing.leaving.get_or_insert(leaving);
            first
        });
    }

    fn replace(&self, state: State) {
        let old = std::mem::replace(&mut *self.write(), state);
        // The last handle joins the session threads, which may take as long as the token does.
        tokio::task::spawn_blocking(move || drop(old));
    }

    async fn open(&self, keys: &[PinnedKey], pin: Stamp, now: UnixMs) -> Result<Opened, TokenError> {
        let (profile, patience) = (self.profile.clone(), self.patience);
        // Loading a module and logging in block, on a network token for seconds.
        let opened = tokio::task::spawn_blocking(move || {
            let secret = pin::read(&profile.pin_file)?;
            memory::keep_from_swap(&secret);
            Token::open_with(&profile, secret, patience)
        });
        let token = Arc::new(opened.await.map_err(|_| TokenError::Closed)??);
        *self.opened.write().unwrap_or_else(PoisonError::into_inner) = Some(token.identity().clone());
        let canary = token.ensure_key(CkaId::CANARY, "canary", self.challenge(now)).await?;
        self.prove(&token, keys, now).await?;
        info!(label = %token.identity().label, keys = keys.len(), "the token is open and every key was proven");
        Ok(Opened { token, canary, pin })
    }

    /// Has each key sign a canary statement of its own, having looked again at what the token says of it.
    async fn prove(&self, token: &Token, keys: &[PinnedKey], now: UnixMs) -> Result<(), TokenError> {
        for key in keys {
            token.prove_possession(*key, self.challenge(now)).await?;
        }
        Ok(())
    }

    fn challenge(&self, now: UnixMs) -> Challenge {
        Challenge { plane: self.plane, nonce: random::bytes(), at: now }
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}
