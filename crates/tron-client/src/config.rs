//! This service's own sections.

use std::path::PathBuf;

use primitives::Network;
use serde::{Deserialize, Deserializer};
use service::config::ConfigError;

/// `[[nodes]]`, `[provider]`, `[scan]`, `[trust]` and `[broadcast]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The nodes, in order of preference.
    #[serde(default)]
    pub nodes: Vec<NodeConfig>,
    /// The key that nodes may share.
    #[serde(default)]
    pub provider: Provider,
    /// How the chain is read.
    pub scan: Scan,
    /// When a node or the chain is believed.
    pub trust: Trust,
    /// How transactions are sent.
    pub broadcast: Broadcast,
}

/// One node.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeConfig {
    /// A short name, for logs and metrics; the URL is never shown.
    pub name: String,
    /// `http://host:port` or `https://host`, without a path.
    pub url: String,
    /// A socket file through which it is reached, where nothing else leads out: whoever listens there passes the bytes on
    /// to the host of `url`, whose name TLS still proves.
    #[serde(default)]
    pub via: Option<PathBuf>,
    /// A file with the provider's key for this node.
    #[serde(default)]
    pub api_key_file: Option<PathBuf>,
    /// Whether it is sent the key of `[provider]`.
    #[serde(default)]
    pub shared_api_key: bool,
    /// Nodes with the same provider share its budget.
    #[serde(default)]
    pub provider: Option<String>,
    /// Whether somebody else runs it than the first node, so that its word confirms theirs.
    #[serde(default)]
    pub independent: bool,
    /// The provider's limit; 0 for none.
    #[serde(default)]
    pub requests_per_second: u32,
}

/// `[provider]`: the seed's `TRON_API_KEY`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// The key itself.
    #[serde(default)]
    pub api_key: Option<String>,
    /// A file with the key: the better way.
    #[serde(default)]
    pub api_key_file: Option<PathBuf>,
}

/// `[scan]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scan {
    /// Where to begin when nothing was read yet.
    pub start: Start,
    /// Between two looks at each node's newest blocks, milliseconds.
    pub poll_ms: u64,
    /// Requests for blocks and receipts at once.
    pub concurrency: usize,
    /// Blocks in one request while far behind, 1 to 100.
    pub span: u64,
    /// An answer that takes longer is given up, milliseconds.
    pub request_timeout_ms: u64,
}

/// Where reading begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// At the solid block of the first start.
    Solid,
    /// At this block.
    Number(u64),
}

/// `[trust]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trust {
    /// So many nodes must have reached a solid block before it is read.
    pub quorum: usize,
    /// Whether a transaction is declared dead on the word of nodes of one owner; only the devnet's are if nothing is said.
    #[serde(default)]
    pub one_owner: Option<bool>,
    /// A node whose newest block is older is not asked for state, milliseconds.
    pub stale_after_ms: u64,
    /// Nor one whose solid block is so many behind the quorum's.
    pub stale_blocks: u64,
    /// An anchor is not signed for an older block, milliseconds.
    pub anchor_age_ms: u64,
    /// Nor while a block is so far ahead of our clock, milliseconds.
    pub clock_skew_ms: u64,
    /// Not ready while the newest scanned block is older, milliseconds.
    pub lag_ms: u64,
}

/// `[broadcast]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Broadcast {
    /// Between two broadcasts of one transaction, milliseconds.
    pub interval_ms: u64,
}

impl<'de> Deserialize<'de> for Start {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Text {
            Number(u64),
            Word(String),
        }
        match Text::deserialize(deserializer)? {
            Text::Number(number) => Ok(Self::Number(number)),
            Text::Word(word) if word == "solid" => Ok(Self::Solid),
            Text::Word(word) => {
                Err(serde::de::Error::custom(format!("{word:?} is neither \"solid\" nor a block number")))
            }
        }
    }
}

impl Config {
    /// Whether nobody needs to confirm that a transaction is not in the chain.
    pub fn believes_one_owner(&self, network: Network) -> bool {
        self.trust.one_owner.unwrap_or(network == Network::Devnet)
    }

    /// Whether a provider's key is given that none of these nodes is sent.
    pub fn wastes_a_key(&self, nodes: &[NodeConfig]) -> bool {
        let given = self.provider.api_key.is_some() || self.provider.api_key_file.is_some();
        given && !nodes.iter().any(|node| node.shared_api_key)
    }

    /// What the types cannot say.
    pub fn check(&self, network: Network) -> Result<Vec<NodeConfig>, ConfigError> {
        let nodes = if self.nodes.is_empty() { usual(network)? } else { self.nodes.clone() };
        for (index, node) in nodes.iter().enumerate() {
            let key = |member: &str| format!("nodes[{index}].{member}");
            let plain =
                node.name.len() <= 32 && node.name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
            if node.name.is_empty() || !plain || nodes[..index].iter().any(|other| other.name == node.name) {
                return Err(ConfigError::invalid(
                    key("name"),
                    "1 to 32 letters, digits, dots or dashes, each name once",
                ));
            }
            let host = node.url.strip_prefix("http://").or_else(|| node.url.strip_prefix("https://"));
            if host.is_none_or(|host| host.is_empty() || host.contains(['/', '?', '#'])) {
                return Err(ConfigError::invalid(
                    key("url"),
                    "a node's url is http://host:port or https://host, without a path",
                ));
            }
            if node.via.as_deref().is_some_and(|path| !path.is_absolute()) {
                return Err(ConfigError::invalid(key("via"), "the absolute path of a socket file"));
            }
            if node.shared_api_key && node.api_key_file.is_some() {
                return Err(ConfigError::invalid(key("api_key_file"), "leave it out or leave out shared_api_key"));
            }
        }
        if self.trust.quorum == 0 || self.trust.quorum > nodes.len() {
            return Err(ConfigError::invalid("trust.quorum", format!("1 to the number of nodes, {}", nodes.len())));
        }
        if self.scan.poll_ms == 0
            || self.scan.concurrency == 0
            || self.scan.request_timeout_ms == 0
            || self.broadcast.interval_ms == 0
        {
            return Err(ConfigError::invalid(
                "scan",
                "poll_ms, concurrency, request_timeout_ms and broadcast.interval_ms are above zero",
            ));
        }
        if !(1..=100).contains(&self.scan.span) {
            return Err(ConfigError::invalid("scan.span", "1 to 100, as nodes allow"));
        }
        Ok(nodes)
    }
}

/// The public provider's node, for a network where none is configured.
fn usual(network: Network) -> Result<Vec<NodeConfig>, ConfigError> {
    let url = match network {
        Network::Mainnet => "https://api.trongrid.io",
        Network::Shasta => "https://api.shasta.trongrid.io",
        Network::Nile => "https://nile.trongrid.io",
        Network::Devnet => {
            return Err(ConfigError::invalid("nodes", "required on the devnet: one [[nodes]] with name and url"));
        }
    };
    Ok(vec![NodeConfig {
        name: "trongrid".to_owned(),
        url: url.to_owned(),
        via: None,
        api_key_file: None,
        shared_api_key: true,
        provider: None,
        independent: false,
        requests_per_second: 10,
    }])
}

#[cfg(test)]
mod tests;
