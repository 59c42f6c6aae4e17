//! All wallets, in memory: every signature needs one of them and the addresses of all.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError, RwLock};

use primitives::{Address, KeyId};
use signer::PinnedKey;
use signer::check::SigningWallet;
use signer::policy::Holder;
use store::{Filter, LIST_LIMIT_MAX, Store, StoreError};

use crate::wallet::Wallet;

/// A wallet that can sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payer {
    /// As the checks see it.
    pub wallet: SigningWallet,
    /// Its key in the token.
    pub key: PinnedKey,
    /// The names that a policy knows it by.
    pub holder: Holder,
}

/// The wallets that have a key. Nobody else writes to this service's store, so what is here is what is there.
#[derive(Debug, Default)]
pub struct Book(RwLock<Pages>);

#[derive(Debug, Default)]
struct Pages {
    by_key: BTreeMap<KeyId, Arc<Payer>>,
    addresses: Arc<BTreeSet<Address>>,
}

impl Book {
    /// Reads all wallets.
    pub async fn read(store: &Store) -> Result<Self, StoreError> {
        let book = Self::default();
        let mut after = None;
        loop {
            let filter = Filter { after, limit: LIST_LIMIT_MAX, ..Filter::default() };
            let page = store.list::<Wallet>(filter).await?;
            page.items.iter().for_each(|wallet| book.enter(&wallet.record));
            after = page.next;
            if after.is_none() {
                return Ok(book);
            }
        }
    }

    /// Adds a wallet once it has a key.
    pub fn enter(&self, wallet: &Wallet) {
        let (Some(signing), Some(key)) = (wallet.signing(), wallet.key()) else { return };
        let mut pages = self.0.write().unwrap_or_else(PoisonError::into_inner);
        Arc::make_mut(&mut pages.addresses).insert(signing.address);
        pages.by_key.insert(wallet.key_id.clone(), Arc::new(Payer { wallet: signing, key, holder: wallet.holder() }));
    }

    /// The wallet of this key.
    pub fn payer(&self, key: &KeyId) -> Option<Arc<Payer>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).by_key.get(key).cloned()
    }

    /// The addresses of all wallets.
    pub fn addresses(&self) -> Arc<BTreeSet<Address>> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner).addresses)
    }

    /// The keys of all wallets.
    pub fn keys(&self) -> Vec<PinnedKey> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).by_key.values().map(|payer| payer.key).collect()
    }
}
