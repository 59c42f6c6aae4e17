//! tron-client's feed: a payout whose transaction has moved is looked at now, and what our wallets do on the chain must
//! be known to the register.

use api::Event;
use api::tron_client::{WalletTransaction, events};
use primitives::UnixMs;
use service::BoxError;
use service::clock::SharedClock;
use service::feed::Apply;
use store::{Commit, Record, Store};

use crate::kept_head::is_registered;
use crate::payout::PayoutRow;
use crate::sighting::Sighting;
use crate::wallet::WalletRow;

/// What changes who may sign for an account.
const PERMISSION_UPDATE: &str = "AccountPermissionUpdateContract";

/// Applies it.
#[derive(Debug)]
pub(crate) struct Chain {
    pub(crate) store: Store,
    pub(crate) clock: SharedClock,
}

impl Apply for Chain {
    async fn apply(&self, event: &Event, commit: Commit) -> Result<Commit, BoxError> {
        if event.kind == events::WALLET_TRANSACTION {
            let transaction: WalletTransaction = serde_json::from_value(event.data.clone())?;
            return self.seen(transaction, self.clock.now(), commit).await;
        }
        let found = self.store.find::<PayoutRow>("txid", &event.subject).await?;
        Ok(match found {
            Some(found) => commit.wake::<PayoutRow>(found.record.id()),
            None => commit,
        })
    }
}

impl Chain {
    async fn seen(
        &self,
        transaction: WalletTransaction,
        seen_at: UnixMs,
        mut commit: Commit,
    ) -> Result<Commit, BoxError> {
        if transaction.contract_type == PERMISSION_UPDATE {
            commit = commit.wake::<WalletRow>(transaction.wallet.to_string());
        }
        let id = transaction.txid.to_string();
        let known = is_registered(&self.store, transaction.txid).await?;
        if known || self.store.get::<Sighting>(&id).await?.is_some() {
            return Ok(commit);
        }
        Ok(commit.insert(&Sighting { transaction, seen_at, verdict: None }))
    }
}
