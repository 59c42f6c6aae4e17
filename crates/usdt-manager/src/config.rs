//! This service's own sections of the configuration.

use serde::Deserialize;

/// What only usdt-manager is configured with.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Rules for transfers.
    pub transfers: Transfers,
}

/// Rules for transfers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transfers {
    /// Whether USDT may be sent to a contract.
    pub allow_contracts: bool,
}
