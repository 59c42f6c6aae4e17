//! `plane.toml`: what a plane is, without its secrets. The operator's commands find the services by it.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::net::SocketAddr;

use anyhow::{Context, Result, anyhow};
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
        let text = fs::read_to_string(&path).map_err(|error| match error.kind() {
            ErrorKind::NotFound => anyhow!(
                "there is no plane in {}: make one with `lucid init`, or name another with --data",
                directory.path().display()
            ),
            _ => anyhow!(error).context(format!("{} cannot be read", path.display())),
        })?;
        toml::from_str(&text).with_context(|| format!("{} is not as `lucid init` writes it", path.display()))
    }

    /// The plane of a directory, if there is one.
    pub(crate) fn find(directory: &Directory) -> Result<Option<Self>> {
        let path = directory.plane_file();
        let there = path.try_exists().with_context(|| format!("{} cannot be seen", path.display()))?;
        if there { Self::read(directory).map(Some) } else { Ok(None) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_plane_is_told_from_one_that_cannot_be_read() {
        let place = tempfile::tempdir().unwrap();
        let directory = Directory::new(place.path()).unwrap();
        assert!(PlaneFile::find(&directory).unwrap().is_none());
        let none = PlaneFile::read(&directory).unwrap_err().to_string();
        assert!(none.contains("there is no plane in"), "{none}");
        // What root cannot read either.
        fs::create_dir(directory.plane_file()).unwrap();
        let unreadable = PlaneFile::find(&directory).unwrap_err().to_string();
        assert!(unreadable.contains("plane.toml cannot be read"), "{unreadable}");
        fs::remove_dir(directory.plane_file()).unwrap();
        std::os::unix::fs::symlink(directory.plane_file(), directory.plane_file()).unwrap();
        let unseen = PlaneFile::find(&directory).unwrap_err().to_string();
        assert!(unseen.contains("plane.toml cannot be seen"), "{unseen}");
    }
}
