//! `plane.toml`: what a plane is, without its secrets. The operator's commands find the services by it.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;

use anyhow::{Context, Result};
use primitives::{Address, ChainId, MerchantId, Network, PlaneId};
use serde::{Deserialize, Serialize};

use crate::directory::Directory;

/// A plane.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlaneFile {
    /// Its id.
    pub(crate) plane: PlaneId,
    /// Its network.
    pub(crate) network: Network,
    /// That network's id.
    pub(crate) chain_id: ChainId,
    /// The USDT contract there.
    pub(crate) usdt_contract: Address,
    /// The token's label.
    pub(crate) token_label: String,
    /// The merchant whose API key `lucid payout` uses.
    pub(crate) merchant: MerchantId,
    /// Where each service is.
    pub(crate) services: BTreeMap<String, String>,
    /// The simulated node, on the devnet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) devnet: Option<DevnetPart>,
}

/// How the devnet is run.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DevnetPart {
    /// Where it listens.
    pub(crate) listen: SocketAddr,
    /// Milliseconds between blocks.
    pub(crate) block_ms: u64,
}

impl DevnetPart {
    /// Where it is called.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.listen)
    }
}

impl PlaneFile {
    /// Reads the plane of a directory.
    pub(crate) fn read(directory: &Directory) -> Result<Self> {
        let path = directory.plane_file();
        let text = fs::read_to_string(&path).with_context(|| {
            format!(
                "there is no plane in {}: make one with `lucid init`, or name another with --data",
                directory.path().display()
            )
        })?;
        toml::from_str(&text).with_context(|| format!("{} is not as `lucid init` writes it", path.display()))
    }

    /// The plane of a directory, if there is one.
    pub(crate) fn find(directory: &Directory) -> Result<Option<Self>> {
        if directory.plane_file().exists() { Self::read(directory).map(Some) } else { Ok(None) }
    }
}
