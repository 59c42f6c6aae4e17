//! The sections that every service has.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use primitives::statement::VerifyKey;
use primitives::{Address, ChainId, Network, PlaneId};
use serde::{Deserialize, Serialize};

use super::ConfigError;

/// `[plane]`, `[server]`, `[keys]`, `[peers.*]` and `[log]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Base {
    /// Which plane and which chain.
    pub plane: Plane,
    /// Where the service listens and keeps its database.
    pub server: Server,
    /// The service's own secret keys.
    #[serde(default)]
    pub keys: Keys,
    /// Who is called and who may call, by name.
    #[serde(default)]
    pub peers: BTreeMap<String, Peer>,
    /// How it logs.
    pub log: Log,
}

/// The names of the sections above, by which a document is parted between [`Base`] and the service.
pub(super) const SECTIONS: [&str; 5] = ["plane", "server", "keys", "peers", "log"];

/// Which plane and which chain.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plane {
    /// The plane's id.
    pub id: PlaneId,
    /// The network.
    pub network: Network,
    /// The chain's id: required where the network has no fixed one, else equal to it. See [`Plane::chain`].
    pub chain_id: Option<ChainId>,
    /// The token's contract.
    pub usdt_contract: Address,
}

impl Plane {
    /// The chain's id, as checked when the configuration was read.
    pub fn chain(&self) -> ChainId {
        self.network.chain_id().or(self.chain_id).expect("checked when the configuration was read")
    }
}

/// Where the service listens and keeps its database.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// The address and port.
    pub listen: SocketAddr,
    /// The directory of the database.
    pub data_dir: PathBuf,
    /// A larger request body is refused, bytes.
    pub body_limit_bytes: usize,
    /// An answer that takes longer is given up, milliseconds.
    pub request_timeout_ms: u64,
    /// How long a stop waits for running requests and turns, milliseconds.
    pub shutdown_ms: u64,
}

/// The service's own secret keys, each a file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    /// Signs this service's calls.
    pub call_key_file: Option<PathBuf>,
    /// Signs what this service may authorise.
    pub authority_key_file: Option<PathBuf>,
}

/// Somebody whom we call, or who calls us, or both.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Peer {
    /// Where it is called, `http://host:port`.
    pub url: Option<String>,
    /// The key that its calls are checked against; without one it may not call.
    pub call_key: Option<VerifyKey>,
    /// The key that its statements are checked against.
    pub authority_key: Option<VerifyKey>,
    /// What it may do here.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// How long an answer of its is waited for, milliseconds.
    #[serde(default = "ten_seconds")]
    pub timeout_ms: u64,
}

const fn ten_seconds() -> u64 {
    10_000
}

/// How the service logs, always to standard error.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// One JSON object a line, or text for people.
    pub format: LogFormat,
    /// A level, or a filter such as `info,sqlx=warn`.
    pub level: String,
}

/// The form of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One JSON object.
    Json,
    /// Text.
    Text,
}

impl Base {
    /// What the types cannot say.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        self.check_chain()?;
        for (name, peer) in &self.peers {
            let well_formed = peer.url.as_ref().is_none_or(|url| is_plain_url(url));
            if !well_formed {
                let problem = "a peer's url is http://host:port without a path";
                return Err(ConfigError::invalid(format!("peers.{name}.url"), problem));
            }
        }
        if self.server.body_limit_bytes == 0 || self.server.request_timeout_ms == 0 {
            return Err(ConfigError::invalid("server", "body_limit_bytes and request_timeout_ms are above zero"));
        }
        Ok(())
    }

    fn check_chain(&self) -> Result<(), ConfigError> {
        let plane = &self.plane;
        let problem = match (plane.network.chain_id(), plane.chain_id) {
            (None, None) => format!("required on the {}, which makes its own", plane.network),
            (Some(fixed), Some(given)) if fixed != given => {
                format!("is {given}, and {} has {fixed}; leave it out or correct the network", plane.network)
            }
            _ => return Ok(()),
        };
        Err(ConfigError::invalid("plane.chain_id", problem))
    }
}

fn is_plain_url(url: &str) -> bool {
    let Ok(uri) = url.parse::<http::Uri>() else { return false };
    uri.scheme_str() == Some("http")
        && uri.authority().is_some()
        && matches!(uri.path(), "" | "/")
        && uri.query().is_none()
}
