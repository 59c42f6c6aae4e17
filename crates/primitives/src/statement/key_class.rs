//! What a key of the token is for.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What a key is for; it signs the statements of its class and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyClass {
    /// A wallet that pays out: transactions.
    Hot,
    /// A wallet that holds stake: transactions.
    Energy,
    /// A wallet that receives sweeps: transactions.
    Treasury,
    /// The compliance desk: attestations.
    Compliance,
    /// The audit log: checkpoints, and the manifests of other keys.
    Audit,
    /// Whoever releases images: releases.
    Release,
    /// Nobody: signs only to show that the token works.
    Canary,
}

/// The text names no class.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("unknown key class {0:?}: one of hot, energy, treasury, compliance, audit, release, canary")]
pub struct UnknownKeyClass(String);

impl KeyClass {
    /// Every class, wallets first.
    pub const ALL: [Self; 7] =
        [Self::Hot, Self::Energy, Self::Treasury, Self::Compliance, Self::Audit, Self::Release, Self::Canary];

    /// The name as configuration and statements have it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hot => "hot",
            Self::Energy => "energy",
            Self::Treasury => "treasury",
            Self::Compliance => "compliance",
            Self::Audit => "audit",
            Self::Release => "release",
            Self::Canary => "canary",
        }
    }

    /// Whether keys of this class hold money.
    pub const fn is_wallet(self) -> bool {
        matches!(self, Self::Hot | Self::Energy | Self::Treasury)
    }
}

impl fmt::Display for KeyClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for KeyClass {
    type Err = UnknownKeyClass;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|class| class.name() == text).ok_or_else(|| UnknownKeyClass(text.to_owned()))
    }
}
