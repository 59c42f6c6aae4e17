//! Wallets: listed, shown, and made in two steps, between which a fresh process proves the new key.

use api::wallet_manager::{WalletClass, WalletList, WalletView};
use primitives::WalletId;
use serde::{Deserialize, Serialize};
use service::Problem;
use store::{Filter, LIST_LIMIT_MAX};

use crate::Core;
use crate::fresh::{Proof, Task};
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

/// Asks for a wallet of this name, to be made if there is none.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MakeWallet {
    /// Its name.
    pub id: WalletId,
    /// What its key may sign.
    pub class: WalletClass,
}

/// How far a wallet is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Making {
    /// It is made.
    Made(WalletView),
    /// Its key is in the token, and a fresh process must prove it.
    Prove(Task),
}

impl Ask for MakeWallet {
    type Answer = Making;

    async fn answer(self, core: &Core) -> Result<Making, Problem> {
        Ok(core.maker.make(self.id, self.class).await?)
    }
}

/// Brings the proof that a fresh process has found the new key and had it sign; asks for the wallet.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ProveWallet {
    /// The wallet's name.
    pub id: WalletId,
    /// What the fresh process had signed.
    pub proof: Proof,
}

impl Ask for ProveWallet {
    type Answer = WalletView;

    async fn answer(self, core: &Core) -> Result<WalletView, Problem> {
        Ok(core.maker.proven(&self.id, &self.proof).await?)
    }
}
