//! Wallets: listed and shown. They are made as their [keys](super::MakeKey) are.

use api::wallet_manager::{WalletList, WalletView};
use primitives::WalletId;
use serde::{Deserialize, Serialize};
use service::Problem;
use store::{Filter, LIST_LIMIT_MAX};

use crate::Core;
use crate::protocol::Ask;
use crate::wallet;

/// Asks for all wallets that have a key, by name.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Wallets;

impl Ask for Wallets {
    type Answer = WalletList;

    async fn answer(self, core: &Core) -> Result<WalletList, Problem> {
        let mut wallets = Vec::new();
        let mut after = None;
        loop {
            let filter = Filter { after, limit: LIST_LIMIT_MAX, ..Filter::default() };
            let page = core.signing.store.list::<wallet::Wallet>(filter).await?;
            wallets.extend(page.items.iter().filter_map(|wallet| wallet.record.view()));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        wallets.sort_by(|a, b| a.wallet_id.cmp(&b.wallet_id));
        Ok(WalletList { wallets })
    }
}

/// Asks for a wallet; none if there is none of this name or its key is still to be made.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Wallet(pub WalletId);

impl Ask for Wallet {
    type Answer = Option<WalletView>;

    async fn answer(self, core: &Core) -> Result<Option<WalletView>, Problem> {
        let wallet = core.signing.store.get::<wallet::Wallet>(self.0.as_str()).await?;
        Ok(wallet.and_then(|wallet| wallet.record.view()))
    }
}
