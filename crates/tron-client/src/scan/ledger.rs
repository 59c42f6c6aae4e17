//! What was read of the chain and what is looked for in it, kept together so that nothing falls between.
//!
//! A transaction that comes in must know exactly which blocks were matched without it. So taking one in holds the gate
//! shared from reading the cursor to the end of its own commit, and the scanner holds it alone from matching a batch to
//! the end of that commit. Fetching, parsing and hashing are done before, outside.

mod advance;
mod block;
mod change;
mod gaps;
mod open;
mod take_in;
mod wallets;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use primitives::{Address, BlockId, BlockRef, TxId};
use service::clock::SharedClock;
use store::{Commit, CommitError, Store, StoreError, Versioned};
use tokio::sync::{Notify, RwLock, watch};

use super::cursor::ScanCursor;
use super::headers::HeaderPage;
use super::reader::ReadBlock;
use super::recent::Recent;
use crate::metrics::Metrics;

pub use advance::AdvanceFault;
pub use open::Entry;
pub use take_in::TakeInError;
pub use wallets::WatchError;

/// The nouns that this service stores.
pub const NOUNS: [&str; 4] = ["submission", "header_page", "scan_cursor", "watched_wallet"];

/// The range of blocks that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// The chain's first block.
    pub genesis: BlockId,
    /// Where reading began.
    pub first: BlockRef,
    /// How far it has come.
    pub last: BlockRef,
}

/// The state that the gate guards.
#[derive(Debug)]
struct Scanned {
    cursor: Versioned<ScanCursor>,
    /// The page that the newest block is in.
    page: Option<Versioned<HeaderPage>>,
    recent: Recent,
    /// The watched wallets, and from which block each is.
    watched: HashMap<Address, u64>,
}

/// Everything read and everything looked for.
pub struct Ledger {
    store: Store,
    clock: SharedClock,
    metrics: Metrics,
    open: Mutex<HashMap<TxId, Entry>>,
    gate: RwLock<Option<Scanned>>,
    extent: watch::Sender<Option<Extent>>,
    /// Told when a transaction came in for which older blocks must be read.
    came_late: Notify,
}

impl Ledger {
    /// Goes on from what is stored.
    pub async fn load(store: Store, clock: SharedClock, metrics: Metrics) -> Result<Arc<Self>, StoreError> {
        let ledger = Self {
            store,
            clock,
            metrics,
            open: Mutex::default(),
            gate: RwLock::default(),
            extent: watch::channel(None).0,
            came_late: Notify::new(),
        };
        let mut gate = ledger.gate.write().await;
        ledger.reload(&mut gate).await?;
        drop(gate);
        Ok(Arc::new(ledger))
    }

    /// The range that was read; `None` before the first block.
    pub fn extent(&self) -> Option<Extent> {
        *self.extent.borrow()
    }

    /// Told of every step of the range.
    pub fn extents(&self) -> watch::Receiver<Option<Extent>> {
        self.extent.subscribe()
    }

    /// Waits until a transaction comes for which older blocks must be read.
    pub async fn late_comer(&self) {
        self.came_late.notified().await;
    }

    /// Begins with the first block that is read.
    pub async fn begin(&self, genesis: BlockId, read: ReadBlock) -> Result<(), CommitError> {
        let mut gate = self.gate.write().await;
        let block = read.scanned.block;
        let cursor = ScanCursor { genesis, first: block, last: block };
        let page = HeaderPage::starting(block);
        self.store.commit(Commit::new(self.clock.now()).insert(&cursor).insert(&page)).await?;
        let mut recent = Recent::default();
        recent.push(block.number, read.scanned.txids);
        // Nothing is watched before the first block.
        let watched = HashMap::new();
        *gate = Some(Scanned { cursor: Versioned::first(cursor), page: Some(Versioned::first(page)), recent, watched });
        self.publish(gate.as_ref());
        Ok(())
    }

    /// Reads everything again: at the start, and when a commit's fate is not known.
    async fn reload(&self, gate: &mut Option<Scanned>) -> Result<(), StoreError> {
        let cursor = self.store.get::<ScanCursor>(ScanCursor::ID).await?;
        let open = open::load(&self.store).await?;
        *self.open() = open;
        *gate = match cursor {
            None => None,
            Some(cursor) => {
                let page = self.store.get(&HeaderPage::id_for(cursor.record.last.number)).await?;
                let watched = wallets::load(&self.store, cursor.record.last.number + 1).await?;
                self.metrics.watched(watched.len());
                Some(Scanned { cursor, page, recent: Recent::default(), watched })
            }
        };
        self.publish(gate.as_ref());
        Ok(())
    }

    fn publish(&self, scanned: Option<&Scanned>) {
        let extent = scanned.map(|scanned| {
            let ScanCursor { genesis, first, last } = scanned.cursor.record;
            Extent { genesis, first, last }
        });
        if let Some(Extent { last, .. }) = extent {
            self.metrics.scanned(last);
        }
        self.extent.send_replace(extent);
    }

    fn open(&self) -> MutexGuard<'_, HashMap<TxId, Entry>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The store, for reads.
    pub const fn store(&self) -> &Store {
        &self.store
    }
}

impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ledger")
            .field("extent", &self.extent())
            .field("open", &self.open().len())
            .finish_non_exhaustive()
    }
}
