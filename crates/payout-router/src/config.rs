//! This service's own sections of the configuration.

use std::collections::BTreeMap;

use payments::limits::Limits;
use primitives::statement::{Operators, VerifyKey};
use primitives::{Network, Sun, WalletId};
use serde::Deserialize;
use service::config::ConfigError;

use crate::funds::FundsConfig;

/// What only payout-router is configured with.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// How payouts are made.
    pub payouts: Payouts,
    /// How much may be paid.
    pub limits: Limits,
    /// How the plane is held against the chain.
    pub reconciliation: Reconciliation,
    /// What a restored plane does before it pays again.
    pub recovery: Recovery,
    /// When wallets are short.
    pub funds: FundsConfig,
    /// The people who decide what waits for one, by name.
    #[serde(default)]
    pub operators: BTreeMap<String, VerifyKey>,
}

impl Config {
    /// The operators; two names with one key would let one person sign as two.
    pub fn operators(&self) -> Result<Operators, ConfigError> {
        let named = self.operators.iter().map(|(name, key)| (name.clone(), *key));
        Operators::new(named)
            .map_err(|_| ConfigError::invalid("operators", "two names have one key: one person would be two"))
    }
}

/// How payouts are made.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payouts {
    /// The wallet that pays.
    pub wallet: WalletId,
    /// The highest fee_limit of a USDT transfer.
    pub fee_limit_max: Sun,
    /// How long a permission is good for, milliseconds.
    pub permission_valid_ms: u64,
}

/// How the plane is held against the chain.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reconciliation {
    /// Between two looks at wallet-manager for new wallets, milliseconds.
    pub wallets_ms: u64,
    /// Between two comparisons of a wallet's permissions with the chain's, milliseconds.
    pub permissions_ms: u64,
}

/// What a restored plane does before it pays again.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recovery {
    /// How far past the restore the chain is read at least, milliseconds.
    pub read_past_ms: u64,
}

/// Within how long a transaction of ours may be included: ten minutes, which no policy that is shipped exceeds, and one for
/// clocks.
const INCLUDED_MS: u64 = 660_000;

impl Recovery {
    /// That the lost plane's last transaction is waited for; on a devnet nobody waits.
    pub fn check(&self, network: Network) -> Result<(), ConfigError> {
        if network != Network::Devnet && self.read_past_ms < INCLUDED_MS {
            return Err(ConfigError::invalid(
                "recovery.read_past_ms",
                "660000 at least: the lost plane may be paid until then",
            ));
        }
        Ok(())
    }
}

impl Reconciliation {
    /// What the types cannot say.
    pub fn check(&self) -> Result<(), ConfigError> {
        if self.wallets_ms == 0 || self.permissions_ms == 0 {
            return Err(ConfigError::invalid("reconciliation", "wallets_ms and permissions_ms are above zero"));
        }
        Ok(())
    }
}
