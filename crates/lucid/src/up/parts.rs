//! What processes a plane consists of.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Context, Result};

use super::Binaries;
use crate::directory::Directory;
use crate::plane_file::PlaneFile;
use crate::roster::ROSTER;

/// One process.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) name: &'static str,
    pub(super) program: PathBuf,
    pub(super) arguments: Vec<OsString>,
    pub(super) environment: Vec<(&'static str, OsString)>,
    /// Where its output goes.
    pub(super) log: PathBuf,
    /// Where it will listen.
    pub(super) listen: SocketAddr,
}

/// The parts in the order in which they start.
pub(super) fn of(
    plane: &PlaneFile,
    directory: &Directory,
    binaries: &Binaries,
    block_ms: Option<u64>,
) -> Result<Vec<Part>> {
    let mut parts = Vec::new();
    if let Some(devnet) = &plane.devnet {
        let state = directory.devnet_state();
        let block_ms = block_ms.unwrap_or(devnet.block_ms);
        parts.push(Part {
            name: "devnet",
            program: binaries.path("devnet")?,
            arguments: vec![
                "serve".into(),
                "--listen".into(),
                devnet.listen.to_string().into(),
                "--block-ms".into(),
                block_ms.to_string().into(),
                "--state".into(),
                state.into(),
            ],
            environment: Vec::new(),
            log: directory.log("devnet"),
            listen: devnet.listen,
        });
    }
    for member in &ROSTER {
        let url = plane.services.get(member.name).with_context(|| format!("plane.toml has no {}", member.name))?;
        let listen = url.strip_prefix("http://").and_then(|address| address.parse().ok());
        // Only the one that reaches the token is told where it is.
        let environment = (member.name == "wallet-manager" && directory.softhsm_conf().exists())
            .then(|| ("SOFTHSM2_CONF", directory.softhsm_conf().into()));
        parts.push(Part {
            name: member.name,
            program: binaries.path(member.name)?,
            arguments: vec!["--config".into(), directory.config(member.name).into(), "serve".into()],
            environment: environment.into_iter().collect(),
            log: directory.log(member.name),
            listen: listen.with_context(|| format!("{url}, {}'s address, is not of this machine", member.name))?,
        });
    }
    Ok(parts)
}
