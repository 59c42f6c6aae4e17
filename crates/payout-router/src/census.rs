//! Which wallets there are: wallet-manager is asked again and again, and each new one gets a row that is looked after.

use primitives::UnixMs;
use serde::{Deserialize, Serialize};
use service::driver::{Machine, Plan};
use service::{BoxError, PeerClient};
use store::{Commit, CommitError, Record, Store, StoreError, Versioned};

use crate::wallet::WalletRow;

/// When wallet-manager is asked next; there is one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Census {
    pub(crate) due_at: UnixMs,
}

const ID: &str = "wallets";

impl Record for Census {
    const NOUN: &'static str = "census";

    fn id(&self) -> String {
        ID.to_owned()
    }

    fn stage(&self) -> &'static str {
        "going_on"
    }

    fn due_at(&self) -> Option<UnixMs> {
        Some(self.due_at)
    }
}

/// Makes the one census, if there is none.
pub(crate) async fn begin(store: &Store, now: UnixMs) -> Result<(), StoreError> {
    if store.get::<Census>(ID).await?.is_some() {
        return Ok(());
    }
    match store.commit(Commit::new(now).insert(&Census { due_at: now })).await {
        // Another process was faster.
        Ok(()) | Err(CommitError::Conflict { .. }) => Ok(()),
        Err(CommitError::Store(error)) => Err(error),
        Err(other) => unreachable!("a census has no keys and holds nothing: {other}"),
    }
}

/// Takes the census.
#[derive(Debug)]
pub(crate) struct CensusTaker {
    pub(crate) store: Store,
    pub(crate) wallet_manager: PeerClient,
    pub(crate) interval_ms: u64,
}

impl Machine for CensusTaker {
    type Record = Census;
    /// The wallets that have no row yet.
    type Facts = Vec<WalletRow>;

    async fn gather(&self, _: &Versioned<Census>, now: UnixMs) -> Result<Vec<WalletRow>, BoxError> {
        let mut new: Vec<WalletRow> = Vec::new();
        for wallet in self.wallet_manager.ask(&api::wallet_manager::wallets()).await?.wallets {
            let row = WalletRow::new(wallet.wallet_id, wallet.address, now);
            // Wallets that share an account are one account on the chain.
            let known = new.iter().any(|other| other.id() == row.id());
            if !known && self.store.get::<WalletRow>(&row.id()).await?.is_none() {
                new.push(row);
            }
        }
        Ok(new)
    }

    fn plan(&self, _: &Versioned<Census>, new: Vec<WalletRow>, now: UnixMs) -> Plan<Census> {
        let plan = Plan::to(Census { due_at: now.plus_ms(self.interval_ms) }, now);
        plan.also(|commit| new.iter().fold(commit, Commit::insert))
    }
}
