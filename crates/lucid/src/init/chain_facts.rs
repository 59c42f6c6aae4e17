//! What must be known of a network before its plane is configured.

use anyhow::{Context, Result, bail, ensure};
use primitives::{Address, ChainId, Network};
use serde::Deserialize;
use tokio::process::Command;

use super::InitArgs;
use crate::up::Binaries;

/// USDT on mainnet, as its issuer publishes it.
const MAINNET_USDT: &str = "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t";

/// A network's id and its USDT.
#[derive(Debug, Deserialize)]
pub(super) struct ChainFacts {
    pub(super) chain_id: ChainId,
    pub(super) usdt_contract: Address,
}

impl ChainFacts {
    /// From what is fixed, what was said, and on the devnet from the devnet.
    pub(super) async fn find(args: &InitArgs, binaries: &Binaries) -> Result<Self> {
        let Some(chain_id) = args.network.chain_id() else { return Self::of_devnet(binaries).await };
        ensure!(!args.node.is_empty(), "name a node of {} with --node", args.network);
        let twice = args.node.iter().enumerate().find(|(index, node)| args.node[..*index].contains(node));
        if let Some((_, node)) = twice {
            bail!("{node} is named twice: a node confirms nothing that it says itself");
        }
        let known = (args.network == Network::Mainnet).then(|| Address::parse(MAINNET_USDT)).transpose()?;
        let usdt_contract = args
            .usdt_contract
            .or(known)
            .with_context(|| format!("name the USDT contract of {} with --usdt-contract", args.network))?;
        Ok(Self { chain_id, usdt_contract })
    }

    /// The devnet's genesis depends on its configuration alone, so it can be asked before it runs.
    async fn of_devnet(binaries: &Binaries) -> Result<Self> {
        let program = binaries.path("devnet")?;
        let output = Command::new(&program).args(["genesis", "--json"]).output().await;
        let output = output.with_context(|| format!("{} does not start", program.display()))?;
        ensure!(output.status.success(), "the devnet: {}", String::from_utf8_lossy(&output.stderr).trim());
        serde_json::from_slice(&output.stdout).context("the devnet says something unexpected of its genesis")
    }
}
