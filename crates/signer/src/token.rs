//! The token: opened by its profile, asked by typed requests, believed only after verification.

use std::collections::BTreeSet;
use std::num::NonZeroU8;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use primitives::statement::{Hashed as _, TokenDescription};
use secrecy::SecretString;
use tron_tx::RecoverableSignature;

use crate::attributes;
use crate::circuit::Errand;
use crate::condition::{Condition, Sessions};
use crate::data_object::{self, DataName};
use crate::durable;
use crate::error::TokenError;
use crate::failures::FailureCount;
use crate::generate;
use crate::key::{CkaId, PinnedKey};
use crate::login::Login;
use crate::login_record;
use crate::module::Module;
use crate::patience::Patience;
use crate::pin;
use crate::pool::Pool;
use crate::possession::Challenge;
use crate::prepared::PreparedKeys;
use crate::profile::{OptionalAttribute, Profile};
use crate::seat::Seat;
use crate::signature::{self, Unverified};
use crate::statement::Statement;
use crate::ticket::Ticket;

/// What the token says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenIdentity {
    /// The label, by which it was found.
    pub label: String,
    /// The maker's name for the model.
    pub model: String,
    /// The serial number.
    pub serial: String,
    /// The firmware's version, major and minor.
    pub firmware: String,
}

/// A logged-in token with its session threads.
///
/// Everything that it signs is a statement of this crate, hashed here: there is no call that takes a digest.
#[derive(Debug)]
pub struct Token {
    pool: Pool,
    login: Arc<Login>,
    identity: TokenIdentity,
    prepared: PreparedKeys,
    token_dir: Option<PathBuf>,
    omit: BTreeSet<OptionalAttribute>,
}

impl TokenIdentity {
    /// The same, as a manifest has it.
    pub fn described(&self) -> TokenDescription {
        let Self { label, model, serial, firmware } = self.clone();
        TokenDescription { label, model, serial, firmware }
    }
}

impl Token {
    /// Opens the token that the profile names, with the PIN from the profile's file.
    ///
    /// After [`TokenError::PinRejected`] do not call it again: devices lock after few wrong PINs.
    pub fn open(profile: &Profile) -> Result<Self, TokenError> {
        Self::open_with_pin(profile, pin::read(&profile.pin_file)?)
    }

    /// As [`Token::open`], with a PIN from elsewhere.
    pub fn open_with_pin(profile: &Profile, pin: SecretString) -> Result<Self, TokenError> {
        Self::open_with(profile, pin, profile.limits.patience())
    }

    /// As [`Token::open_with_pin`], with other limits than the profile's. They do not hold for this call itself, which
    /// takes as long as the module does.
    pub fn open_with(profile: &Profile, pin: SecretString, patience: Patience) -> Result<Self, TokenError> {
        profile.pin_form.check(&pin)?;
        if let Some(directory) = &profile.token_dir {
            login_record::keep_each(directory);
        }
        let module = Module::load(&profile.module)?;
        let slot = module.slot_of(&profile.token_label)?;
        let about = module.context().get_token_info(slot)?;
        let identity = TokenIdentity {
            label: about.label().to_owned(),
            model: about.model().to_owned(),
            serial: about.serial_number().to_owned(),
            firmware: about.firmware_version().to_string(),
        };
        let login = Arc::new(Login::open(module, slot, pin)?);
        let pool = Pool::open(&login, profile.sessions, patience)?;
        let prepared = PreparedKeys::default();
        Ok(Self { pool, login, identity, prepared, token_dir: profile.token_dir.clone(), omit: profile.omit.clone() })
    }

    /// Makes the key pair of this id, or finds the one that an interrupted request made, and proves it safe: attributes
    /// read back, private value refused, curve right, test signature verified, and the token's files synced.
    ///
    /// `label` is for people who look into the token. The test signature is over a canary statement that names the key.
    pub fn ensure_key(&self, id: CkaId, label: &str, challenge: Challenge) -> Ticket<PinnedKey> {
        let label = label.to_owned();
        let omit = self.omit.clone();
        let token_dir = self.token_dir.clone();
        self.pool.submit(Errand::Generate, move |seat| {
            let key = generate::ensure(seat, id, &label, &omit)?;
            seat.repaired(|seat| prove(seat, &key, &challenge))?;
            if let Some(directory) = token_dir {
                durable::sync_tree(&directory)?;
            }
            Ok(key)
        })
    }

    /// Has the token prove that it still holds the key: found, compared with the pin, its attributes safe, and signing.
    /// For start-up and for the canary. What is signed is a canary statement that names the key; it convinces whoever
    /// knows key and challenge, see [`verify_possession`](crate::verify_possession).
    pub fn prove_possession(&self, key: PinnedKey, challenge: Challenge) -> Ticket<RecoverableSignature> {
        self.pool.submit(Errand::Prove, move |seat| {
            seat.repaired(|seat| {
                let (pair, public_key) = seat.look_up(key.id)?;
                if public_key != key.public_key {
                    return Err(TokenError::PublicKeyMismatch { id: key.id });
                }
                attributes::assert_safe(seat.session(), pair.private, pair.public)?;
                prove(seat, &key, &challenge)
            })
        })
    }

    /// Signs a statement, with a key of the class that signs such; another is refused before the token is asked, by
    /// [`TokenError::KeyClass`], or by [`TokenError::OtherKey`] where the statement names its key. The answer is verified
    /// by the caller, off the token's thread.
    ///
    /// Two calls give two signatures, both good for the one statement; whoever wants one answer keeps the first.
    pub fn sign<'a>(&self, key: PinnedKey, statement: impl Into<Statement<'a>>) -> Ticket<Unverified> {
        let digest = match statement.into().digest_for(&key) {
            Ok(digest) => digest,
            Err(refusal) => return Ticket::refused(refusal),
        };
        let prepared = self.prepared.of(&key.public_key);
        let queued = Instant::now();
        self.pool.submit(Errand::Sign, move |seat| {
            let begun = Instant::now();
            let reply = seat.sign(&key, &digest)?;
            let (waited, took) = (begun.duration_since(queued), begun.elapsed());
            Ok(Unverified { reply, digest, key, prepared, waited, took })
        })
    }

    /// Every value that the token keeps under this name, in no order.
    pub fn data(&self, name: DataName) -> Ticket<Vec<Vec<u8>>> {
        self.pool.submit(Errand::Keep, move |seat| data_object::read(seat, &name))
    }

    /// Has the token keep a value, in place of all others of its name but `keep`. It is durable after
    /// [`Token::sync_files`].
    pub fn put_data(&self, name: DataName, value: Vec<u8>, keep: Option<Vec<u8>>) -> Ticket<()> {
        self.pool.submit(Errand::Keep, move |seat| data_object::replace(seat, &name, &value, keep.as_deref()))
    }

    /// Makes a software token's files durable; nothing to do for a device. Blocks.
    pub fn sync_files(&self) -> Result<(), TokenError> {
        self.token_dir.as_deref().map_or(Ok(()), durable::sync_tree)
    }

    /// Has a session do some work.
    pub(crate) fn submit<T: Send + 'static>(
        &self,
        errand: Errand,
        work: impl FnOnce(&mut Seat) -> Result<T, TokenError> + Send + 'static,
    ) -> Ticket<T> {
        self.pool.submit(errand, work)
    }

    /// Ends the token's use by this process: work finished, sessions closed, threads joined, the module finalised. For a
    /// process that is about to end. With calls that do not return the module is left as it is.
    pub fn finalize(self) {
        let Self { pool, login, .. } = self;
        drop(pool);
        if let Some(login) = Arc::into_inner(login) {
            login.finalize();
        }
    }

    /// What the token says of itself, as read when it was opened.
    pub const fn identity(&self) -> &TokenIdentity {
        &self.identity
    }

    /// The gravest thing that is wrong with it now.
    pub fn condition(&self) -> Condition {
        if self.pin_rejected() { Condition::PinRejected } else { self.pool.condition() }
    }

    /// Its sessions, by what they do.
    pub fn sessions(&self) -> Sessions {
        self.pool.sessions()
    }

    /// How often calls failed since it was opened, by function and raw return value, those included that were repaired.
    pub fn failures(&self) -> Vec<FailureCount> {
        self.login.failures().counts()
    }

    /// How often the PIN was presented with success since it was opened, opening included.
    pub fn logins(&self) -> u64 {
        self.login.count()
    }

    /// Whether the token has refused the PIN since it was opened; then only a restart with another PIN helps.
    pub fn pin_rejected(&self) -> bool {
        self.login.pin_rejected()
    }
}

/// Has the key sign a proof of possession and verifies it; a failure is for the caller to repair.
fn prove(seat: &mut Seat, key: &PinnedKey, challenge: &Challenge) -> Result<RecoverableSignature, TokenError> {
    let digest = challenge.canary(key).digest();
    let reply = seat.sign_unrepaired(key, &digest)?;
    signature::accept(&reply, &digest, &key.public_key)
}

/// As many sessions as this machine has cores, the useful number for a software token.
pub fn sessions_for_cores() -> NonZeroU8 {
    std::thread::available_parallelism()
        .ok()
        .and_then(|cores| NonZeroU8::try_from(u8::try_from(cores.get()).unwrap_or(u8::MAX)).ok())
        .unwrap_or(NonZeroU8::MIN)
}

#[cfg(test)]
mod tests;
