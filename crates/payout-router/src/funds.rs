//! What our wallets have, read now and then for whoever looks at the metrics: a wallet that runs dry is seen before a
//! payout waits for it. Nothing is decided from it.
//!
//! Reading costs the nodes two requests a wallet, and one more for its USDT; it is done by the minute.

mod shown;

use std::time::Duration;

use api::tron_client::{self, AccountView, ConstantCallRequest};
use api::wallet_manager::{WalletClass, WalletView};
use payments::staking::lease::Free;
use primitives::{Address, Bandwidth, Energy, Sun, Usdt, WalletId};
use serde::Deserialize;
use service::clock::SharedClock;
use service::config::ConfigError;
use service::problem::chain;
use service::{BoxError, PeerClient};
use tokio_util::sync::CancellationToken;
use tron_tx::trc20;

pub(crate) use shown::Shown;

/// More wallets than this are not looked at: each is a few series and a few requests.
const WALLETS_MAX: usize = 16;

/// When the wallets are read, and what the one that pays is to have.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FundsConfig {
    /// Between two readings, milliseconds.
    pub interval_ms: u64,
    /// The least USDT.
    pub usdt_least: Usdt,
    /// The least TRX.
    pub trx_least: Sun,
    /// The least energy from stake that is not used up.
    pub energy_least: u64,
    /// The least bandwidth that is not used up.
    pub bandwidth_least: u64,
}

impl FundsConfig {
    /// What the types cannot say.
    pub fn check(&self) -> Result<(), ConfigError> {
        if self.interval_ms == 0 {
            return Err(ConfigError::invalid("funds.interval_ms", "is above zero"));
        }
        Ok(())
    }
}

/// What a wallet has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Has {
    /// None where it is not its business to have any.
    usdt: Option<Usdt>,
    trx: Sun,
    energy: Energy,
    bandwidth: Bandwidth,
}

/// Reads what wallets have.
#[derive(Debug)]
pub(crate) struct Funds {
    pub(crate) wallet_manager: PeerClient,
    pub(crate) tron_client: PeerClient,
    pub(crate) token: Address,
    /// The wallet that pays.
    pub(crate) paying: WalletId,
    pub(crate) config: FundsConfig,
    pub(crate) shown: Shown,
    pub(crate) clock: SharedClock,
}

impl Funds {
    /// Reads at once and now and then, until told to stop. A reading that fails leaves what the one before has shown,
    /// which grows older.
    pub(crate) async fn keep(self, stop: CancellationToken) -> Result<(), BoxError> {
        loop {
            if let Err(error) = self.read().await {
                tracing::warn!(error = chain(&*error), "what wallets have is not known");
            }
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                () = tokio::time::sleep(Duration::from_millis(self.config.interval_ms)) => {}
            }
        }
    }

    async fn read(&self) -> Result<(), BoxError> {
        let wallets = self.wallet_manager.ask(&api::wallet_manager::wallets()).await?.wallets;
        // The one that pays comes first, however many there are.
        let (mut wallets, others): (Vec<_>, Vec<_>) =
            wallets.into_iter().filter(is_in_use).partition(|wallet| wallet.wallet_id == self.paying);
        wallets.extend(others);
        for wallet in wallets.iter().take(WALLETS_MAX) {
            let has = self.has(wallet).await?;
            self.shown.has(wallet, has);
            if wallet.wallet_id == self.paying {
                self.shown.short(&wallet.wallet_id, &has, &self.config);
            }
        }
        self.shown.read(self.clock.now());
        Ok(())
    }

    async fn has(&self, wallet: &WalletView) -> Result<Has, BoxError> {
        let AccountView { balance, resources, .. } =
            self.tron_client.ask(&tron_client::account(wallet.address)).await?;
        let Free { energy, bandwidth } = Free::of(&resources);
        let usdt = match wallet.class {
            WalletClass::Hot | WalletClass::Treasury => Some(self.usdt(wallet.address).await?),
            WalletClass::Energy => None,
        };
        Ok(Has { usdt, trx: balance, energy, bandwidth })
    }

    async fn usdt(&self, address: Address) -> Result<Usdt, BoxError> {
        let calldata = trc20::balance_of(address).into();
        let request = ConstantCallRequest { contract: self.token, caller: self.token, calldata };
        let answer = self.tron_client.ask(&tron_client::constant_call(&request)).await?;
        let units = trc20::u64_result(&answer.result.0).filter(|_| answer.success);
        Ok(Usdt::new(units.ok_or("the contract does not answer balanceOf as a USDT token does")?)?)
    }
}

const fn is_in_use(wallet: &WalletView) -> bool {
    wallet.retired_at.is_none()
}

#[cfg(test)]
mod tests;
