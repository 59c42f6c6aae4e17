//! A wallet that we were told of: every transaction in which it acts is told on the feed.

use api::tron_client::WatchView;
use primitives::{Address, UnixMs};
use serde::{Deserialize, Serialize};
use store::Record;

/// The only stage of a watched wallet.
pub const WATCHED: &str = "watched";

/// What is stored of a watched wallet. It is watched for ever: a wallet that is not used any more is the last whose
/// transactions may go unseen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WatchedWallet {
    /// The wallet.
    pub address: Address,
    /// The first block that is read for it.
    pub from_block: u64,
}

impl WatchedWallet {
    /// What callers see.
    pub const fn view(&self) -> WatchView {
        WatchView { address: self.address, from_block: self.from_block }
    }
}

impl Record for WatchedWallet {
    const NOUN: &'static str = "watched_wallet";

    fn id(&self) -> String {
        self.address.to_string()
    }

    fn stage(&self) -> &'static str {
        WATCHED
    }

    fn due_at(&self) -> Option<UnixMs> {
        None
    }
}
