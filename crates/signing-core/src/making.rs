//! Makes a wallet: its key's id stored first, the key born in the token, the wallet shown only after proof.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use api::wallet_manager::{WalletClass, WalletView};
use primitives::WalletId;
use service::clock::SharedClock;
use signer::{Challenge, CkaId, PinnedKey, Profile, TokenError};
use store::{Commit, CommitError, Store, StoreError, Versioned};
use thiserror::Error;

use crate::audit::entry::WalletMade;
use crate::audit::{Audit, AuditError, AuditFault};
use crate::book::Book;
use crate::fresh::{Proof, Task};
use crate::keeper::{Keeper, Unavailable};
use crate::random;
use crate::serve::Making;
use crate::wallet::Wallet;

/// Why there is no such wallet.
#[derive(Debug, Error)]
pub enum MakeError {
    /// A wallet of this name exists and is of another class.
    #[error("a wallet of this name exists in another class")]
    OtherClass,
    /// There is no token to make a key in.
    #[error("the token makes no keys: {}", .0.detail)]
    Unavailable(Unavailable),
    /// The token failed; the same request may be sent again.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// Nobody has asked for a proof of this name; the wallet is to be asked for first, by this worker.
    #[error("no proof is awaited for this wallet")]
    NotAwaited,
    /// The proof is none: the key was made and is not known to outlive the process.
    #[error("the new key did not sign what was to prove it")]
    Unproven,
    /// The audit log is cut, or cannot be written with the wallet.
    #[error(transparent)]
    Audit(#[from] AuditFault),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The wallet could not be written.
    #[error(transparent)]
    Commit(#[from] CommitError),
}

/// What makes wallets.
#[derive(Debug, Clone)]
pub struct Maker {
    /// The wallets' store.
    pub store: Store,
    /// The wallets in memory.
    pub book: Arc<Book>,
    /// The token.
    pub keeper: Arc<Keeper>,
    /// The log of every decision.
    pub audit: Arc<Audit>,
    /// The one clock.
    pub clock: SharedClock,
    profile: Profile,
    awaited: Arc<Mutex<BTreeMap<WalletId, Awaited>>>,
}

/// A key that is in the token and still to be proven.
#[derive(Debug, Clone, Copy)]
struct Awaited {
    key: PinnedKey,
    challenge: Challenge,
}

impl Maker {
    /// What makes wallets in the token of this profile.
    pub fn new(
        profile: Profile,
        store: Store,
        book: Arc<Book>,
        keeper: Arc<Keeper>,
        audit: Arc<Audit>,
        clock: SharedClock,
    ) -> Self {
        Self { store, book, keeper, audit, clock, profile, awaited: Arc::default() }
    }

    /// The wallet of this name; if there is none, its key is made, and is to be proven by a fresh process.
    pub async fn make(&self, id: WalletId, class: WalletClass) -> Result<Making, MakeError> {
        let token = self.keeper.token().map_err(MakeError::Unavailable)?;
        let wallet = self.named(id, class).await?.record;
        if let Some(view) = wallet.view() {
            return Ok(Making::Made(view));
        }
        let cka_id = CkaId::parse(&wallet.key_id).ok_or(StoreError::Lost)?;
        let key = token.ensure_key(cka_id, wallet.wallet_id.as_str(), self.audit.challenge()).await?;
        // Who asks meanwhile gets the same challenge: any one proof serves all.
        let fresh = Awaited { key, challenge: self.audit.challenge() };
        let Awaited { challenge, .. } = *self.awaited().entry(wallet.wallet_id).or_insert(fresh);
        Ok(Making::Prove(Task {
            profile: self.profile.clone(),
            key_id: key.key_id(),
            public_key: key.public_key.to_uncompressed().to_vec().into(),
            plane: challenge.plane,
            nonce: challenge.nonce.to_vec().into(),
            at: challenge.at,
        }))
    }

    /// The wallet of this name, whose key was proven.
    pub async fn proven(&self, id: &WalletId, proof: &Proof) -> Result<WalletView, MakeError> {
        let wallet = self.stored(id).await?;
        if let Some(view) = wallet.record.view() {
            return Ok(view);
        }
        let Awaited { key, challenge } = self.awaited().get(id).copied().ok_or(MakeError::NotAwaited)?;
        if !proof.convinces(&key, &challenge) {
            return Err(MakeError::Unproven);
        }
        let view = self.keep(wallet, &key).await?;
        self.awaited().remove(id);
        Ok(view)
    }

    /// Stores the proven key and shows the wallet.
    async fn keep(&self, wallet: Versioned<Wallet>, key: &PinnedKey) -> Result<WalletView, MakeError> {
        let made = wallet.record.clone().with_key(key);
        let view = made.view().ok_or(StoreError::Lost)?;
        let record = WalletMade {
            wallet: view.wallet_id,
            class: view.class,
            key_id: view.key_id,
            address: view.address,
            public_key: view.public_key,
        };
        let commit = Commit::new(self.clock.now()).update(&wallet, &made).log(record.into());
        let made = match self.audit.commit(commit).await {
            Ok(_) => made,
            // Made twice at the same time: both found the one key of this id.
            Err(AuditError::Refused(CommitError::Conflict { .. })) => self.stored(&made.wallet_id).await?.record,
            Err(AuditError::Fault(fault)) => return Err(fault.into()),
            Err(AuditError::Refused(error)) => return Err(error.into()),
        };
        self.book.enter(&made);
        made.view().ok_or(MakeError::Store(StoreError::Lost))
    }

    /// The stored wallet, with the id of a key that may be still to be made.
    async fn named(&self, id: WalletId, class: WalletClass) -> Result<Versioned<Wallet>, MakeError> {
        let stored = match self.store.get::<Wallet>(id.as_str()).await? {
            Some(stored) => Ok(stored),
            None => self.name(Wallet::new(id, class, CkaId::new(random::bytes()), self.clock.now())).await,
        }?;
        if stored.record.class == class { Ok(stored) } else { Err(MakeError::OtherClass) }
    }

    /// Stores a wallet whose key is to be made, or gives the one that was stored meanwhile.
    async fn name(&self, wallet: Wallet) -> Result<Versioned<Wallet>, MakeError> {
        match self.store.commit(Commit::new(wallet.created_at).insert(&wallet)).await {
            Ok(()) => Ok(Versioned::first(wallet)),
            Err(CommitError::Conflict { .. }) => Ok(self.stored(&wallet.wallet_id).await?),
            Err(error) => Err(error.into()),
        }
    }

    fn awaited(&self) -> MutexGuard<'_, BTreeMap<WalletId, Awaited>> {
        self.awaited.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn stored(&self, id: &WalletId) -> Result<Versioned<Wallet>, StoreError> {
        self.store.get(id.as_str()).await?.ok_or(StoreError::Lost)
    }
}
