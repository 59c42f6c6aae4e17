//! What a module must reach over a network: nothing, or one host and port.

use std::fmt;
use std::num::NonZeroU16;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The longest name of a host (RFC 1035).
const LONGEST_HOST: usize = 253;

/// Top-level names that are nobody's (RFC 2606): profiles use them where only the operator knows the host.
const NOBODYS: [&str; 2] = [".invalid", ".example"];

/// What a module must reach.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub enum Network {
    /// Nothing: the worker gets no sockets but those of this machine.
    #[default]
    None,
    /// One host; the worker may open sockets of the internet's families, and the forwarder limits where to.
    Host {
        /// Its name or address.
        host: String,
        /// Its port.
        port: NonZeroU16,
    },
}

/// Neither `none` nor `host:port`.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0:?} is neither none nor host:port")]
pub struct NetworkError(String);

impl Network {
    /// Whether the module needs a network at all.
    pub const fn is_needed(&self) -> bool {
        matches!(self, Self::Host { .. })
    }

    /// Whether the host is a profile's placeholder, which only the operator can fill.
    pub fn is_placeholder(&self) -> bool {
        matches!(self, Self::Host { host, .. } if NOBODYS.iter().any(|name| host.ends_with(name)))
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        if text == "none" {
            return Ok(Self::None);
        }
        let wrong = || NetworkError(text.to_owned());
        let (host, port) = text.rsplit_once(':').ok_or_else(wrong)?;
        let port = port.parse().map_err(|_| wrong())?;
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let known = match bare {
            Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
            None => host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-')),
        };
        if known && (1..=LONGEST_HOST).contains(&host.len()) {
            Ok(Self::Host { host: host.to_owned(), port })
        } else {
            Err(wrong())
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Host { host, port } => write!(f, "{host}:{port}"),
        }
    }
}

impl TryFrom<String> for Network {
    type Error = NetworkError;

    fn try_from(text: String) -> Result<Self, NetworkError> {
        text.parse()
    }
}

impl From<Network> for String {
    fn from(network: Network) -> Self {
        network.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_none_and_one_host_are_networks() {
        for text in ["none", "hsm-1.internal:1792", "10.0.0.7:2223", "[fd00::7]:2223"] {
            assert_eq!(text.parse::<Network>().unwrap().to_string(), text);
        }
        // A slip of the pen must not open the network.
        for text in
            ["", "None", "no", "host", "host:", ":1", "host:0", "host:65536", "a b:1", "::1:1", "[x]:1", "http://h:1"]
        {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
        assert!(!Network::None.is_needed());
        assert!("luna.invalid:1792".parse::<Network>().unwrap().is_placeholder());
        assert!(!"luna.internal:1792".parse::<Network>().unwrap().is_placeholder());
    }
}
