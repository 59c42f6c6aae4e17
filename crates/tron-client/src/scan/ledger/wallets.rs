//! The wallets that are watched: taken in, and found in the blocks that are read.

use std::collections::HashMap;

use api::tron_client::{WalletTransaction, WatchView, events};
use primitives::Address;
use store::{Commit, CommitError, NewEvent, Store, StoreError, Unreadable};
use thiserror::Error;

use super::Ledger;
use crate::scan::reader::ReadBlock;
use crate::watch::{WATCHED, WatchedWallet};

/// Why a wallet is not watched.
#[derive(Debug, Error)]
pub enum WatchError {
    /// No block was read yet, so it could not be said from which one on it is watched.
    #[error("no block was read yet")]
    NotReading,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Ledger {
    /// Watches a wallet from the next block on; one that is watched stays so from where it was.
    ///
    /// The cursor's version goes up with it, so that no other process takes in blocks without knowing of the wallet.
    pub async fn watch(&self, address: Address) -> Result<WatchView, WatchError> {
        loop {
            let mut gate = self.gate.write().await;
            let scanned = gate.as_mut().ok_or(WatchError::NotReading)?;
            if let Some(from_block) = scanned.watched.get(&address) {
                return Ok(WatchView { address, from_block: *from_block });
            }
            let wallet = WatchedWallet { address, from_block: scanned.cursor.record.last.number + 1 };
            let cursor = scanned.cursor.record.clone();
            let commit = Commit::new(self.clock.now()).insert(&wallet).update(&scanned.cursor, &cursor);
            match self.store.commit(commit).await {
                Ok(()) => {
                    scanned.cursor = scanned.cursor.next(cursor);
                    scanned.watched.insert(address, wallet.from_block);
                    self.metrics.watched(scanned.watched.len());
                    tracing::info!(wallet = %address, from_block = wallet.from_block, "watching a wallet");
                    return Ok(wallet.view());
                }
                // Somebody else took in the wallet or some blocks; what they stored holds.
                Err(CommitError::Conflict { .. }) => self.reload(&mut gate).await?,
                Err(error) => {
                    // It may be stored all the same.
                    self.reload(&mut gate).await?;
                    return Err(WatchError::Store(match error {
                        CommitError::Store(error) => error,
                        other => unreachable!("a wallet has no keys and holds nothing: {other}"),
                    }));
                }
            }
        }
    }
}

/// Tells of every watched wallet that acts in these blocks.
pub(super) fn sightings(watched: &HashMap<Address, u64>, batch: &[ReadBlock]) -> Vec<WalletTransaction> {
    batch.iter().flat_map(|read| read.scanned.of_wallets(watched)).collect()
}

/// The event that tells of a wallet's transaction; a transaction in a solid block is as it is, so there is one version.
pub(super) fn told(transaction: &WalletTransaction) -> NewEvent {
    let data = serde_json::to_value(transaction).expect("wire types have text keys and no failing serialisers");
    NewEvent { kind: events::WALLET_TRANSACTION, subject: transaction.txid.to_string(), version: 1, data }
}

/// All watched wallets in the store, with the block from which each is watched. One of whose row nothing can be read is
/// watched for certain from the block `next` on, for it is called by its address.
pub(super) async fn load(store: &Store, next: u64) -> Result<HashMap<Address, u64>, StoreError> {
    let rows = store.all_of::<WatchedWallet>(WATCHED).await?;
    let mut watched: HashMap<_, _> =
        rows.records.iter().map(|item| (item.record.address, item.record.from_block)).collect();
    for Unreadable { id, why } in rows.unreadable {
        tracing::error!(wallet = id, error = %why, "since when a wallet is watched cannot be read");
        watched.extend(Address::parse(&id).ok().map(|address| (address, next)));
    }
    Ok(watched)
}
