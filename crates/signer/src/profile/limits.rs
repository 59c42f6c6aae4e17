//! How long a kind of token is waited for.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::patience::Patience;

/// The two limits that depend on the vendor, milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// For a signature, counted from when a session takes it up.
    pub sign_ms: u64,
    /// For what searches or makes keys.
    pub search_ms: u64,
}

impl Limits {
    /// The driver's limits with these two.
    pub fn patience(self) -> Patience {
        let (sign, search) = (Duration::from_millis(self.sign_ms), Duration::from_millis(self.search_ms));
        Patience { sign, search, ..Patience::default() }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { sign_ms: 10_000, search_ms: 60_000 }
    }
}
