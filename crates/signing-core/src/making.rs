//! Makes a wallet: its key's id stored first, the key born in the token, the wallet shown only after proof.

use std::sync::Arc;

use api::wallet_manager::{WalletClass, WalletView};
use primitives::WalletId;
use service::clock::SharedClock;
use signer::{CkaId, TokenError};
use store::{Commit, CommitError, Store, StoreError, Versioned};
use thiserror::Error;

use crate::book::Book;
use crate::fresh::{Fresh, Unproven};
use crate::keeper::{Keeper, Unavailable};
use crate::random;
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
    /// The key was made and does not outlive the process; the same request may be sent again.
    #[error(transparent)]
    Unproven(#[from] Unproven),
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
    /// Proves new keys; none only where there is no program to start, in tests within one process.
    pub fresh: Option<Fresh>,
    /// The one clock.
    pub clock: SharedClock,
}

impl Maker {
    /// The wallet of this name, made if there is none.
    pub async fn make(&self, id: WalletId, class: WalletClass) -> Result<WalletView, MakeError> {
        let token = self.keeper.token().map_err(MakeError::Unavailable)?;
        let wallet = self.named(id, class).await?;
        if let Some(view) = wallet.record.view() {
            return Ok(view);
        }
        let cka_id = CkaId::parse(&wallet.record.key_id).ok_or(StoreError::Lost)?;
        let key = token.ensure_key(cka_id, wallet.record.wallet_id.as_str(), random::bytes()).await?;
        if let Some(fresh) = &self.fresh {
            fresh.prove(&key).await?;
        }
        let made = wallet.record.clone().with_key(&key);
        let made = match self.store.commit(Commit::new(self.clock.now()).update(&wallet, &made)).await {
            Ok(()) => made,
            // Made twice at the same time: both found the one key of this id.
            Err(CommitError::Conflict { .. }) => self.stored(&made.wallet_id).await?.record,
            Err(error) => return Err(error.into()),
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

    async fn stored(&self, id: &WalletId) -> Result<Versioned<Wallet>, StoreError> {
        self.store.get(id.as_str()).await?.ok_or(StoreError::Lost)
    }
}
