//! Makes a key that two operators decided on: its id stored first, the key born in the token, and shown only after a
//! fresh process has proven it and the audit key has vouched for it. A key of a wallet's class is a wallet.

mod keep;
mod list;
mod manifest;
mod own;
mod renewed;
mod retire;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use primitives::WalletId;
use primitives::statement::{Action, Ceremony, Cosigned, KeyClass};
use service::clock::SharedClock;
use signer::{Challenge, CkaId, PinnedKey, Profile, Rules, TokenError};
use store::{Commit, CommitError, Store, StoreError, Versioned};
use thiserror::Error;

use crate::audit::entry::KeyDecided;
use crate::audit::{Audit, AuditError, AuditFault};
use crate::book::Book;
use crate::ceremony::{CeremonyError, agreed};
use crate::freeze::Freezer;
use crate::fresh::Task;
use crate::keeper::{Keeper, Unavailable};
use crate::key::{Decided, KEY_ID, KEY_NONCE, Key};
use crate::serve::Making;
use crate::wallet::Wallet;

pub use retire::RetireError;

/// Why there is no such key.
#[derive(Debug, Error)]
pub enum MakeError {
    /// The decision does not count for this.
    #[error(transparent)]
    Ceremony(#[from] CeremonyError),
    /// The signer makes a key of this class for itself.
    #[error("a key of the class {0} is made when the token is opened, and by nobody's decision")]
    Class(KeyClass),
    /// A key of this name exists and is of another class.
    #[error("a key of this name exists in another class")]
    OtherClass,
    /// Another decision made the key of this name.
    #[error("there is a key of this name, which another decision made")]
    Exists,
    /// Two keys of this class are in force: the older one is to be retired before there is a third.
    #[error("two keys of the class {0} are in force: retire the older one before a third is made")]
    ClassTaken(KeyClass),
    /// There is no token to make a key in.
    #[error("the token makes no keys: {}", .0.detail)]
    Unavailable(Unavailable),
    /// The token failed; the same request may be sent again.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// Nobody has asked for a proof of this name; the key is to be asked for first, by this worker.
    #[error("no proof is awaited for this key")]
    NotAwaited,
    /// The proof is none: the key was made and is not known to outlive the process.
    #[error("the new key did not sign what was to prove it")]
    Unproven,
    /// The audit log is cut, or cannot be written with the key.
    #[error(transparent)]
    Audit(#[from] AuditFault),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The key could not be written.
    #[error(transparent)]
    Commit(#[from] CommitError),
}

/// What makes keys.
#[derive(Debug, Clone)]
pub struct Maker {
    /// The keys' and wallets' store.
    pub store: Store,
    /// Whose decisions count.
    pub rules: Arc<Rules>,
    /// The wallets in memory.
    pub book: Arc<Book>,
    /// The token.
    pub keeper: Arc<Keeper>,
    /// The log of every decision.
    pub audit: Arc<Audit>,
    /// What all signing passes through.
    pub freezer: Arc<Freezer>,
    /// The one clock.
    pub clock: SharedClock,
    /// How a fresh process opens the token.
    pub profile: Profile,
    /// What is still to be proven.
    pub awaited: AwaitedKeys,
}

/// Keys that are in the token and still to be proven.
#[derive(Debug, Clone, Default)]
pub struct AwaitedKeys(Arc<Mutex<BTreeMap<WalletId, Awaited>>>);

#[derive(Debug, Clone, Copy)]
struct Awaited {
    key: PinnedKey,
    challenge: Challenge,
}

impl AwaitedKeys {
    fn all(&self) -> MutexGuard<'_, BTreeMap<WalletId, Awaited>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Maker {
    /// The key that two operators decided on; if it is not made yet, it is, and is to be proven by a fresh process.
    pub async fn make(
        &self,
        name: WalletId,
        class: KeyClass,
        ceremony: Option<&Cosigned<Ceremony>>,
    ) -> Result<Making, MakeError> {
        let ceremony = ceremony.ok_or(CeremonyError::Required)?;
        let stored = match self.stored(&name).await? {
            // It was agreed on when it was stored; that its time is over by now takes nothing back.
            Some(stored) if stored.record.is_by(ceremony.unverified().id()) => {
                decided(ceremony.unverified(), &name, class)?;
                stored
            }
            found => {
                let agreed = agreed(ceremony, &self.rules, self.clock.now())?;
                decided(agreed.statement, &name, class)?;
                self.begun(found, &name, class, Decided::of(&agreed)).await?
            }
        };
        let key = stored.record;
        if key.public_key.is_some() {
            return Ok(Making::Made(key.view()));
        }
        self.born(&key).await.map(Making::Prove)
    }

    /// Makes the key, or finds the one that an interrupted request made; what a fresh process has to prove of it.
    async fn born(&self, key: &Key) -> Result<Task, MakeError> {
        let token = self.keeper.token().map_err(MakeError::Unavailable)?;
        let id = CkaId::parse(&key.key_id).ok_or(StoreError::Lost)?;
        let pinned = token.ensure_key(id, key.name.as_str(), self.audit.challenge()).await?;
        // Who asks meanwhile gets the same challenge: any one proof serves all.
        let fresh = Awaited { key: pinned, challenge: self.audit.challenge() };
        let Awaited { challenge, .. } = *self.awaited.all().entry(key.name.clone()).or_insert(fresh);
        Ok(Task {
            profile: self.profile.clone(),
            key_id: pinned.key_id(),
            public_key: pinned.public_key.to_uncompressed().to_vec().into(),
            plane: challenge.plane,
            nonce: challenge.nonce.to_vec().into(),
            at: challenge.at,
        })
    }

    /// The stored key that this new decision makes. Nobody has seen a key that is not made yet: operators who decide
    /// anew, because their first decision is lost or over, take it up.
    async fn begun(
        &self,
        found: Option<Versioned<Key>>,
        name: &WalletId,
        class: KeyClass,
        decided: Decided,
    ) -> Result<Versioned<Key>, MakeError> {
        // Without a token nothing is begun.
        self.keeper.token().map_err(MakeError::Unavailable)?;
        let Some(stored) = found else {
            let id = self.place(class).await?;
            let key = Key::new(name.clone(), class, id, Some(decided), self.clock.now());
            let commit = Commit::new(key.created_at).insert(&key);
            let wallet = key.wallet_class().map(|class| Wallet::new(name.clone(), class, id, key.created_at));
            let commit = wallet.iter().fold(commit, Commit::insert);
            return self.begin(commit, Versioned::first(key)).await;
        };
        if stored.record.class != class {
            return Err(MakeError::OtherClass);
        }
        if stored.record.public_key.is_some() {
            return Err(MakeError::Exists);
        }
        let anew = Key { decided: Some(decided), ..stored.record.clone() };
        self.begin(Commit::new(self.clock.now()).update(&stored, &anew), stored.next(anew)).await
    }

    async fn begin(&self, commit: Commit, key: Versioned<Key>) -> Result<Versioned<Key>, MakeError> {
        let Key { key_id, name, class, decided, .. } = key.record.clone();
        let (ceremony, operators) = decided.map(|decided| (decided.ceremony, decided.operators)).unzip();
        let logged =
            KeyDecided { key_id, name, class: class.to_string(), ceremony, operators: operators.unwrap_or_default() };
        let refused = match self.audit.commit(commit.log(logged.into())).await {
            Ok(_) => return Ok(key),
            Err(AuditError::Fault(fault)) => return Err(fault.into()),
            Err(AuditError::Refused(refused)) => refused,
        };
        match refused {
            CommitError::KeyTaken { key: KEY_NONCE, .. } => Err(CeremonyError::Used.into()),
            CommitError::KeyTaken { key: KEY_ID, .. } => Err(MakeError::ClassTaken(key.record.class)),
            // Somebody else was faster; if it was the same decision, it is the same key.
            CommitError::Conflict { .. } => {
                let same = |stored: &Versioned<Key>| stored.record.decided == key.record.decided;
                self.stored(&key.record.name).await?.filter(same).ok_or(MakeError::Exists)
            }
            error => Err(error.into()),
        }
    }

    /// The stored key of this name.
    pub async fn stored(&self, name: &WalletId) -> Result<Option<Versioned<Key>>, StoreError> {
        self.store.get(name.as_str()).await
    }
}

/// Whether the operators decided to make the key of this name and class.
fn decided(ceremony: &Ceremony, name: &WalletId, class: KeyClass) -> Result<(), MakeError> {
    let Action::MakeKey { class: decided, name: named } = &ceremony.action else {
        return Err(CeremonyError::Action.into());
    };
    if named != name {
        return Err(CeremonyError::Name(format!("the key or wallet {named}")).into());
    }
    if *decided != class {
        return Err(CeremonyError::Class(decided.to_string()).into());
    }
    if matches!(class, KeyClass::Audit | KeyClass::Canary) {
        return Err(MakeError::Class(class));
    }
    Ok(())
}
