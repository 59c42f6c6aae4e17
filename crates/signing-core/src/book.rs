//! All wallets, in memory: every signature needs one of them and the addresses of all.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError, RwLock};

use primitives::statement::KeyClass;
use primitives::{Address, KeyId, UnixMs};
use signer::check::SigningWallet;
use signer::policy::Holder;
use signer::{PinnedKey, Refusal};
use store::{Filter, LIST_LIMIT_MAX, Store, StoreError};

use crate::key::Key;
use crate::wallet::{READY, Wallet};

/// A wallet that can sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payer {
    /// As the checks see it.
    pub wallet: SigningWallet,
    /// Its key in the token.
    pub key: PinnedKey,
    /// The names that a policy knows it by.
    pub holder: Holder,
    /// The contract types of its class, a bit each.
    pub operations: [u8; 32],
    /// Whether its signature alone is not enough.
    pub shared: bool,
    /// Whether its permissions are on their way to the chain, while nothing else is signed for it.
    pub updating: bool,
    /// Whether its key signs nothing any more.
    pub retired: bool,
}

/// The wallets that have a key. Nobody else writes to this service's store, so what is here is what is there.
#[derive(Debug, Default)]
pub struct Book(RwLock<Pages>);

#[derive(Debug, Default)]
struct Pages {
    by_key: BTreeMap<KeyId, Arc<Payer>>,
    addresses: Arc<BTreeSet<Address>>,
    /// Accounts of the compliance desk whose keys were retired.
    retired_desks: Arc<BTreeSet<Address>>,
    /// Keys for which nothing new is signed until then: their permissions may be about to change.
    closed: BTreeMap<KeyId, UnixMs>,
}

impl Book {
    /// Reads all wallets.
    pub async fn read(store: &Store) -> Result<Self, StoreError> {
        let book = Self::default();
        let mut after = None;
        loop {
            // By the stage as it is stored beside the record, which the audit log vouches for as well: a row that says that
            // nothing was decided of it is no wallet, whatever is in it.
            let stage = Some(READY.to_owned());
            let filter = Filter { stage, after, limit: LIST_LIMIT_MAX, ..Filter::default() };
            let page = store.list::<Wallet>(filter).await?;
            page.items.iter().for_each(|wallet| book.enter(&wallet.record));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        book.read_desks(store).await?;
        Ok(book)
    }

    /// Reads which of the compliance desk's keys were retired.
    async fn read_desks(&self, store: &Store) -> Result<(), StoreError> {
        let mut after = None;
        loop {
            let filter = Filter { after, limit: LIST_LIMIT_MAX, ..Filter::default() };
            let page = store.list::<Key>(filter).await?;
            let retired = page.items.iter().map(|key| &key.record).filter(|key| key.retired.is_some());
            retired.for_each(|key| self.retire_desk(key));
            after = page.next;
            if after.is_none() {
                return Ok(());
            }
        }
    }

    /// Has attestations by this key believed no more, if it is one of the compliance desk's.
    pub fn retire_desk(&self, key: &Key) {
        let Some(pinned) = key.key().filter(|_| key.class == KeyClass::Compliance) else { return };
        let mut pages = self.0.write().unwrap_or_else(PoisonError::into_inner);
        Arc::make_mut(&mut pages.retired_desks).insert(pinned.address());
    }

    /// The accounts of the compliance desk's retired keys.
    pub fn retired_desks(&self) -> Arc<BTreeSet<Address>> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner).retired_desks)
    }

    /// Adds a wallet once it has a key.
    pub fn enter(&self, wallet: &Wallet) {
        let (Some(signing), Some(key)) = (wallet.signing(), wallet.key()) else { return };
        let mut pages = self.0.write().unwrap_or_else(PoisonError::into_inner);
        Arc::make_mut(&mut pages.addresses).insert(signing.address);
        let payer = Payer {
            wallet: signing,
            key,
            holder: wallet.holder(),
            operations: wallet.class.operations(),
            shared: wallet.is_shared(),
            updating: wallet.is_updating(),
            // Never undone, also where an older state of the wallet is entered late.
            retired: wallet.retired_at.is_some() || pages.by_key.get(&wallet.key_id).is_some_and(|payer| payer.retired),
        };
        pages.by_key.insert(wallet.key_id.clone(), Arc::new(payer));
    }

    /// The wallet of this key.
    pub fn payer(&self, key: &KeyId) -> Option<Arc<Payer>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).by_key.get(key).cloned()
    }

    /// Has nothing new signed with this key until then, or until [`Book::reopen`].
    pub fn close(&self, key: &KeyId, until: UnixMs) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).closed.insert(key.clone(), until);
    }

    /// Has the wallet of this key sign nothing any more.
    pub fn retire(&self, key: &KeyId) {
        let mut pages = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(payer) = pages.by_key.get_mut(key) {
            Arc::make_mut(payer).retired = true;
        }
    }

    /// Takes [`Book::close`] back.
    pub fn reopen(&self, key: &KeyId) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).closed.remove(key);
    }

    /// Whether nothing new is signed with this key now.
    pub fn is_closed(&self, key: &KeyId, now: UnixMs) -> bool {
        let pages = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let closed = pages.closed.get(key).is_some_and(|until| now < *until);
        closed || pages.by_key.get(key).is_some_and(|payer| payer.updating)
    }

    /// The wallet of this key, if it may sign at all.
    pub fn signing_payer(&self, key: &KeyId) -> Result<Arc<Payer>, Refusal> {
        let payer = self.payer(key).ok_or(Refusal::Key)?;
        if payer.retired { Err(Refusal::KeyRetired) } else { Ok(payer) }
    }

    /// The addresses of all wallets.
    pub fn addresses(&self) -> Arc<BTreeSet<Address>> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner).addresses)
    }

    /// The ids of all wallets' keys.
    pub fn key_ids(&self) -> Vec<KeyId> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).by_key.keys().cloned().collect()
    }

    /// The keys of all wallets that may sign. A retired one need not be in the token any more.
    pub fn keys(&self) -> Vec<PinnedKey> {
        let pages = self.0.read().unwrap_or_else(PoisonError::into_inner);
        pages.by_key.values().filter(|payer| !payer.retired).map(|payer| payer.key).collect()
    }
}
