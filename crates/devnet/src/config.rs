//! What a devnet process is told: a TOML file, then the command line on top of it.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::{Parser, ValueEnum};
use primitives::{Address, Usdt};
use serde::Deserialize;
use tracing_subscriber::filter::Targets;

use crate::genesis::GenesisConfig;
use crate::usdt;

/// A simulated TRON full node for tests and demonstrations. Its keys are public: never use them on a real network.
#[derive(Debug, Parser)]
#[command(name = "devnet", version)]
pub struct Arguments {
    /// What to do.
    #[arg(value_enum, default_value_t = Mode::Serve)]
    pub mode: Mode,
    /// Accepted for the sake of scripts: the output is JSON anyway.
    #[arg(long, hide = true)]
    pub json: bool,
    /// Configuration file (TOML): listen, state, estimate_energy, [genesis], [usdt].
    #[arg(long)]
    pub config: Option<PathBuf>,
    /// Address to answer at; port 0 takes a free one. Repeat it for several nodes on one chain, each with its own faults.
    #[arg(long)]
    pub listen: Vec<SocketAddr>,
    /// Milliseconds between blocks, 3000 on every live network; 0 makes blocks only on POST /devnet/mine.
    #[arg(long)]
    pub block_ms: Option<u64>,
    /// Block producers, 27 on mainnet; the solid block lags the head by 18 with 27 and by 0 with 1.
    #[arg(long)]
    pub producers: Option<usize>,
    /// File that the chain lives on in; without it, it is lost at the end.
    #[arg(long)]
    pub state: Option<PathBuf>,
    /// Answer estimateenergy as a node does whose operator did not switch it on (java-tron's default).
    #[arg(long)]
    pub no_estimate_energy: bool,
    /// Begin without USDT.
    #[arg(long)]
    pub no_usdt: bool,
    /// What is logged, to standard error: a level, and `target=level` of those that have another, between commas.
    #[arg(long, env = "LUCID_LOG", default_value = "info", value_parser = levels)]
    pub log: Targets,
}

/// The level of all targets that have no other must be there: a misspelt one is a target to the library, and nothing else
/// would be logged.
fn levels(text: &str) -> Result<Targets, String> {
    let levels: Targets = text.parse().map_err(|error| format!("{error}"))?;
    if levels.default_level().is_none() {
        return Err("is no level: off, error, warn, info, debug or trace, alone or with others by target".to_owned());
    }
    Ok(levels)
}

/// What a devnet process is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Mode {
    /// Make blocks and answer.
    Serve,
    /// Print what the chain begins with, and end. It depends on the configuration alone, never on the clock.
    Genesis,
    /// Ask the node at the first address whether it answers; for containers, which have no other program.
    Healthcheck,
}

/// The whole configuration.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where to answer; one node each.
    pub listen: Vec<SocketAddr>,
    /// File that the chain lives on in.
    pub state: Option<PathBuf>,
    /// Whether `estimateenergy` is on.
    pub estimate_energy: bool,
    /// How the chain begins. `block_ms = 0` makes blocks on request only.
    pub genesis: GenesisConfig,
    /// The token at genesis.
    pub usdt: UsdtConfig,
}

/// The token at genesis; the faucet's account owns it and its supply.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct UsdtConfig {
    /// Whether there is one.
    pub deploy: bool,
    /// Where.
    pub address: Address,
    /// How much, as a decimal text.
    pub supply: Usdt,
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read {path}: {source}")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is no configuration.
    #[error("{path}: {source}")]
    Malformed {
        /// Which file.
        path: PathBuf,
        /// Where and why.
        source: Box<toml::de::Error>,
    },
    /// A chain needs somebody to make blocks.
    #[error("producers must be 1 to 27, not {0}")]
    Producers(usize),
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: vec![SocketAddr::from(([127, 0, 0, 1], 8090))],
            state: None,
            estimate_energy: true,
            genesis: GenesisConfig::default(),
            usdt: UsdtConfig::default(),
        }
    }
}

impl Default for UsdtConfig {
    fn default() -> Self {
        Self { deploy: true, address: usdt::DEFAULT_ADDRESS, supply: usdt::DEFAULT_SUPPLY }
    }
}

impl Config {
    /// The file, if one is named, and the command line on top of it.
    pub fn load(arguments: &Arguments) -> Result<Self, ConfigError> {
        let mut config = arguments.config.as_deref().map_or_else(|| Ok(Self::default()), Self::read)?;
        if !arguments.listen.is_empty() {
            config.listen.clone_from(&arguments.listen);
        }
        config.state = arguments.state.clone().or(config.state);
        config.genesis.block_ms = arguments.block_ms.unwrap_or(config.genesis.block_ms);
        config.genesis.producers = arguments.producers.unwrap_or(config.genesis.producers);
        config.estimate_energy &= !arguments.no_estimate_energy;
        config.usdt.deploy &= !arguments.no_usdt;
        match config.genesis.producers {
            1..=27 => Ok(config),
            other => Err(ConfigError::Producers(other)),
        }
    }

    fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
        toml::from_str(&text)
            .map_err(|source| ConfigError::Malformed { path: path.to_owned(), source: Box::new(source) })
    }

    /// Whether blocks are made on request only.
    pub const fn is_manual(&self) -> bool {
        self.genesis.block_ms == 0
    }

    /// The genesis as the chain takes it, the token included. In manual mode slots last a millisecond, so that a block
    /// may always be made now.
    pub fn chain_genesis(&self) -> GenesisConfig {
        let mut genesis = self.genesis.clone();
        genesis.block_ms = genesis.block_ms.max(1);
        if self.usdt.deploy {
            let owner = genesis.faucet_key().address();
            genesis.contracts.push(usdt::genesis_contract(self.usdt.address, owner, self.usdt.supply));
        }
        genesis
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_wins_over_the_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("devnet.toml");
        let text = "listen = [\"127.0.0.1:1\"]\n[genesis]\nproducers = 3\nblock_ms = 50\n[usdt]\nsupply = \"7.5\"\n";
        std::fs::write(&path, text).unwrap();
        let arguments = ["devnet", "--config", path.to_str().unwrap(), "--producers", "5", "--listen", "127.0.0.1:0"];
        let config = Config::load(&Arguments::parse_from(arguments)).unwrap();
        assert_eq!(config.listen, ["127.0.0.1:0".parse().unwrap()]);
        assert_eq!((config.genesis.producers, config.genesis.block_ms), (5, 50));
        assert_eq!(config.usdt.supply.units(), 7_500_000);
        assert_eq!(config.chain_genesis().contracts.len(), 1);
    }

    #[test]
    fn a_level_that_is_none_is_refused() {
        let parse = |log: &str| Arguments::try_parse_from(["devnet", "--log", log]);
        for wrong in ["inof", "axum=warn", "info,axum=loud"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
        let levels = parse("warn,devnet=debug").unwrap().log;
        assert!(levels.would_enable("devnet::node", &tracing::Level::DEBUG));
        assert!(!levels.would_enable("axum", &tracing::Level::INFO));
    }

    #[test]
    fn unknown_keys_and_impossible_numbers_are_errors() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("devnet.toml");
        std::fs::write(&path, "[genesis]\nproducer = 3\n").unwrap();
        let load = |arguments: &[&str]| Config::load(&Arguments::parse_from(arguments));
        let malformed = load(&["devnet", "--config", path.to_str().unwrap()]);
        assert!(matches!(malformed, Err(ConfigError::Malformed { .. })), "{malformed:?}");
        let none = load(&["devnet", "--producers", "0"]);
        assert!(matches!(none, Err(ConfigError::Producers(0))), "{none:?}");
        let missing = load(&["devnet", "--config", "/nonexistent/devnet.toml"]);
        assert!(matches!(missing, Err(ConfigError::Unreadable { .. })), "{missing:?}");
    }
}
