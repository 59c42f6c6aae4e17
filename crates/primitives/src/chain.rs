//! Which chain, and where on it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{BlockId, UnixMs};

/// The last four bytes of the genesis block's id, big-endian: what tells one TRON network from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChainId(pub u32);

impl ChainId {
    /// The chain id of the network whose first block this is.
    pub fn of_genesis(genesis: &BlockId) -> Self {
        let [.., a, b, c, d] = *genesis.as_bytes();
        Self(u32::from_be_bytes([a, b, c, d]))
    }
}

impl fmt::Display for ChainId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{:08x}", self.0)
    }
}

/// The networks that `TRON_NETWORK` names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Network {
    /// The real one.
    Mainnet,
    /// A public test network.
    Shasta,
    /// A public test network.
    Nile,
    /// The simulated node of this repository.
    Devnet,
}

/// The text names no network that we know.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("unknown network {0:?}: one of mainnet, shasta, nile, devnet")]
pub struct UnknownNetwork(String);

impl Network {
    /// The chain id where it is fixed; the devnet makes its own.
    pub const fn chain_id(self) -> Option<ChainId> {
        match self {
            Self::Mainnet => Some(ChainId(0x2b66_53dc)),
            Self::Shasta => Some(ChainId(0x94a9_059e)),
            Self::Nile => Some(ChainId(0xcd86_90dc)),
            Self::Devnet => None,
        }
    }

    /// The name as configuration has it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mainnet => "mainnet",
            Self::Shasta => "shasta",
            Self::Nile => "nile",
            Self::Devnet => "devnet",
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Network {
    type Err = UnknownNetwork;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Mainnet, Self::Shasta, Self::Nile, Self::Devnet]
            .into_iter()
            .find(|network| network.name() == text)
            .ok_or_else(|| UnknownNetwork(text.to_owned()))
    }
}

/// A block, named three ways that must agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
pub struct BlockRef {
    /// Height, from 0 at genesis.
    pub number: u64,
    /// The block's id, which carries the number.
    pub id: BlockId,
    /// The header's timestamp.
    pub time: UnixMs,
}
