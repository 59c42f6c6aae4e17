//! A transaction of a wallet of ours that the chain has and we had not heard of when it came.

use api::tron_client::WalletTransaction;
use primitives::UnixMs;
use serde::{Deserialize, Serialize};
use store::Record;

/// What is stored of one. A transaction that the register has told of before gets no row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sighting {
    pub(crate) transaction: WalletTransaction,
    pub(crate) seen_at: UnixMs,
    pub(crate) verdict: Option<Verdict>,
}

/// Whether wallet-manager's register has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    /// It has: its feed was behind the chain's.
    Registered,
    /// It has not: somebody else signs for our wallet.
    Unknown,
}

impl Record for Sighting {
    const NOUN: &'static str = "sighting";

    fn id(&self) -> String {
        self.transaction.txid.to_string()
    }

    fn stage(&self) -> &'static str {
        match self.verdict {
            None => "seen",
            Some(Verdict::Registered) => "registered",
            Some(Verdict::Unknown) => "unknown",
        }
    }

    fn due_at(&self) -> Option<UnixMs> {
        self.verdict.is_none().then_some(self.seen_at)
    }
}
