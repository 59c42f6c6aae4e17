//! Looks after each wallet of ours: has tron-client watch it, and holds its permissions on the chain against those that
//! it should have.

use api::payout_router::reconciliation::{PermissionStanding, WalletStanding};
use api::tron_client::{account_permissions, watch_wallet};
use primitives::UnixMs;
use service::driver::{Machine, Plan};
use service::{BoxError, PeerClient};
use store::Versioned;

use crate::drift::differences;
use crate::freezer;
use crate::wallet::WalletRow;

/// When a difference is looked at for the second time, which decides: nodes lag a few blocks.
const AGAIN_MS: u64 = 3_000;

/// What was learned of a wallet.
#[derive(Debug)]
pub(crate) struct Learned {
    /// The first block from which on its transactions are seen.
    watched_from: u64,
    /// In what its permissions differ.
    differences: Vec<String>,
}

/// Looks after wallets.
#[derive(Debug)]
pub(crate) struct Backstop {
    pub(crate) wallet_manager: PeerClient,
    pub(crate) tron_client: PeerClient,
    pub(crate) interval_ms: u64,
}

impl Machine for Backstop {
    type Record = WalletRow;
    type Facts = Learned;

    async fn gather(&self, read: &Versioned<WalletRow>, _: UnixMs) -> Result<Learned, BoxError> {
        let WalletStanding { wallet_id, address, .. } = &read.record.standing;
        // Told again every time: a tron-client with a new database has forgotten it.
        let watch = self.tron_client.ask(&watch_wallet(*address)).await?;
        // What is expected is asked before what is: an update is decided before it is on the chain.
        let wallet = self.wallet_manager.ask(&api::wallet_manager::wallet(wallet_id)).await?;
        let account = self.tron_client.ask(&account_permissions(*address)).await?;
        if wallet.address != *address {
            // A wallet that came to another account has a row of its own there; this one is only watched.
            return Ok(Learned { watched_from: watch.from_block, differences: Vec::new() });
        }
        Ok(Learned { watched_from: watch.from_block, differences: differences(&wallet, &account) })
    }

    fn plan(&self, read: &Versioned<WalletRow>, learned: Learned, now: UnixMs) -> Plan<WalletRow> {
        let before = &read.record.standing;
        if before.watched_from.is_some_and(|from| from < learned.watched_from) {
            let (from, now_from) = (before.watched_from, learned.watched_from);
            tracing::error!(wallet = %before.address, ?from, now_from, "tron-client forgot a wallet: what it did in between was not seen");
        }
        let (permissions, pause_ms) = match (&before.permissions, learned.differences) {
            (_, differences) if differences.is_empty() => (PermissionStanding::Equal, self.interval_ms),
            (PermissionStanding::Suspected | PermissionStanding::Drifted { .. }, differences) => {
                (PermissionStanding::Drifted { differences }, self.interval_ms)
            }
            _ => (PermissionStanding::Suspected, AGAIN_MS.min(self.interval_ms)),
        };
        let standing = WalletStanding {
            watched_from: Some(learned.watched_from),
            permissions,
            compared_at: Some(now),
            ..before.clone()
        };
        let next = WalletRow { standing, due_at: now.plus_ms(pause_ms) };
        let event = next.changed(&read.record, read.next_version());
        if let (Some(_), Some(differences)) = (&event, next.drift()) {
            tracing::error!(wallet = %before.address, ?differences, "the chain has other permissions than were decided: wallet frozen");
        }
        let drifted = next.drift().is_some();
        let mut plan = Plan::to(next, now);
        if drifted {
            plan = plan.hold(freezer::hold(before.address, freezer::PERMISSIONS));
        }
        match event {
            Some(event) => plan.event(event),
            None => plan,
        }
    }
}
