//! This service's own sections of the configuration.

use std::collections::BTreeMap;

use primitives::MerchantId;
use serde::Deserialize;

use crate::api_key::KeyHash;

/// What only payment-gateway is configured with.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Who may ask for payouts.
    #[serde(default)]
    pub merchants: BTreeMap<MerchantId, Merchant>,
}

/// One merchant.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Merchant {
    /// The SHA-256 of the API key's text.
    pub api_key_sha256: KeyHash,
}
