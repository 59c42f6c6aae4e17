//! This service's own sections of the configuration.

use std::collections::BTreeSet;

use payments::staking::pool::Target;
use primitives::{Resource, WalletId};
use serde::Deserialize;
use service::config::ConfigError;

/// What only trx-staking is configured with.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The wallets that are supplied.
    #[serde(default)]
    pub pools: Vec<PoolConfig>,
    /// Pools that are filled by themselves.
    pub planner: Planner,
    /// Rules for leases.
    pub leases: Leases,
}

/// A wallet that is supplied.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PoolConfig {
    /// The wallet.
    pub wallet: WalletId,
    /// The wallet that stakes and lends.
    pub staking_wallet: WalletId,
    /// Whether stakes and delegations are begun without being asked for.
    #[serde(default)]
    pub auto: bool,
    /// Energy a day from stake.
    #[serde(default)]
    pub energy_target: u64,
    /// Bandwidth a day from stake.
    #[serde(default)]
    pub bandwidth_target: u64,
}

/// Pools that are filled by themselves.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Planner {
    /// How often they are looked at, milliseconds.
    pub interval_ms: u64,
}

/// Rules for leases.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leases {
    /// What a lease does when the pool has too little energy.
    pub energy_lacking: EnergyLacking,
}

/// What a lease does when the pool has too little energy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EnergyLacking {
    /// It promises none: the payer burns TRX.
    Burn,
    /// It is not made; the payer asks again.
    Wait,
}

impl Config {
    /// What the types cannot say.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let mut wallets = BTreeSet::new();
        for pool in &self.pools {
            let key = format!("pools.{}", pool.wallet);
            if pool.wallet == pool.staking_wallet {
                return Err(ConfigError::invalid(key, "a wallet cannot lend to itself"));
            }
            if pool.auto && pool.energy_target == 0 && pool.bandwidth_target == 0 {
                return Err(ConfigError::invalid(key, "auto = true needs energy_target or bandwidth_target"));
            }
            if !wallets.insert(&pool.wallet) {
                return Err(ConfigError::invalid(key, "the wallet has two pools"));
            }
        }
        if self.planner.interval_ms < 100 {
            return Err(ConfigError::invalid("planner.interval_ms", "at least 100"));
        }
        Ok(())
    }

    /// The targets of the pools that are filled by themselves.
    pub(crate) fn targets(&self) -> Vec<Target> {
        let automatic = self.pools.iter().filter(|pool| pool.auto);
        let target = |pool: &PoolConfig| Target {
            wallet: pool.wallet.clone(),
            staking_wallet: pool.staking_wallet.clone(),
            wanted: [(Resource::Energy, pool.energy_target), (Resource::Bandwidth, pool.bandwidth_target)],
            interval_ms: self.planner.interval_ms,
        };
        automatic.map(target).collect()
    }
}
