//! This service's own sections of the configuration.

use payments::limits::Limits;
use primitives::{Sun, WalletId};
use serde::Deserialize;

/// What only payout-router is configured with.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// How payouts are made.
    pub payouts: Payouts,
    /// How much may be paid.
    pub limits: Limits,
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
