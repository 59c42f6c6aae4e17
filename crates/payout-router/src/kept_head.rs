//! Where wallet-manager's audit log stood with every attempt that was registered or barred: kept here, so that a log
//! that is cut, changed or rolled back is found, and every transaction that was ever registered is known.

use api::wallet_manager::RegisteredAttempt;
use api::wallet_manager::audit::KeptHead;
use primitives::{TxId, UnixMs};
use serde::{Deserialize, Serialize};
use store::{Filter, Record, Store, StoreError};

/// The tag by which a transaction is found. Two keys of ours may sign one transaction of an account that they share.
const TXID: &str = "txid";

/// A kept head, by its number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct HeadRow(pub(crate) KeptHead);

impl HeadRow {
    pub(crate) fn of(attempt: &RegisteredAttempt) -> Self {
        Self(KeptHead {
            intent: attempt.intent.clone(),
            attempt: attempt.attempt,
            txid: attempt.txid,
            audit: attempt.audit,
        })
    }

    pub(crate) fn id_of(seq: u64) -> String {
        seq.to_string()
    }
}

impl Record for HeadRow {
    const NOUN: &'static str = "kept_head";

    fn id(&self) -> String {
        Self::id_of(self.0.audit.seq)
    }

    fn stage(&self) -> &'static str {
        "kept"
    }

    fn due_at(&self) -> Option<UnixMs> {
        None
    }

    fn tags(&self) -> Vec<(&'static str, String)> {
        self.0.txid.map(|txid| (TXID, txid.to_string())).into_iter().collect()
    }
}

/// Whether the register has told of this transaction.
pub(crate) async fn is_registered(store: &Store, txid: TxId) -> Result<bool, StoreError> {
    let filter = Filter { tag: Some((TXID.to_owned(), txid.to_string())), limit: 1, ..Filter::default() };
    Ok(!store.list::<HeadRow>(filter).await?.items.is_empty())
}

/// The number of the head that was kept last.
pub(crate) async fn newest(store: &Store) -> Result<Option<u64>, StoreError> {
    let page = store.list::<HeadRow>(Filter { limit: 1, ..Filter::default() }).await?;
    Ok(page.items.first().map(|kept| kept.record.0.audit.seq))
}
