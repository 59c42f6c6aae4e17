//! A wallet of ours: watched on the chain, its permissions there compared with those that it should have.

use api::payout_router::events;
use api::payout_router::reconciliation::{PermissionStanding, WalletStanding};
use primitives::{Address, UnixMs, WalletId};
use serde::{Deserialize, Serialize};
use store::{NewEvent, Record};

/// What is stored of a wallet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct WalletRow {
    pub(crate) standing: WalletStanding,
    /// When it is looked at next.
    pub(crate) due_at: UnixMs,
}

impl WalletRow {
    pub(crate) const fn new(wallet_id: WalletId, address: Address, now: UnixMs) -> Self {
        let standing = WalletStanding {
            wallet_id,
            address,
            watched_from: None,
            permissions: PermissionStanding::Unknown,
            compared_at: None,
        };
        Self { standing, due_at: now }
    }

    /// In what its permissions differ, if they do.
    pub(crate) const fn drift(&self) -> Option<&Vec<String>> {
        match &self.standing.permissions {
            PermissionStanding::Drifted { differences } => Some(differences),
            _ => None,
        }
    }

    /// The event that tells of a change into this, if the feed has a word for it.
    pub(crate) fn changed(&self, before: &Self, version: u64) -> Option<NewEvent> {
        let kind = match (before.drift(), self.drift()) {
            (None, Some(_)) => events::WALLET_DRIFTED,
            (Some(_), None) => events::WALLET_RESTORED,
            _ => return None,
        };
        let data = serde_json::to_value(&self.standing).expect("wire types have text keys and no failing serialiser");
        Some(NewEvent { kind, subject: self.id(), version, data })
    }
}

impl Record for WalletRow {
    const NOUN: &'static str = "wallet";

    fn id(&self) -> String {
        self.standing.address.to_string()
    }

    fn stage(&self) -> &'static str {
        match self.standing.permissions {
            PermissionStanding::Unknown => "unknown",
            PermissionStanding::Equal => "equal",
            PermissionStanding::Suspected => "suspected",
            PermissionStanding::Drifted { .. } => "drifted",
        }
    }

    fn due_at(&self) -> Option<UnixMs> {
        Some(self.due_at)
    }
}
