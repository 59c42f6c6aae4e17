//! Where bytes come from or go to.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde::Deserialize;
use thiserror::Error;

/// The longest path that a socket file may have; `sockaddr_un` holds 108 bytes with the end mark, see unix(7).
const PATH_LIMIT: usize = 107;

/// An address by name: `tcp:HOST:PORT`, with a literal IPv6 address in brackets, or `unix:/PATH`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub(crate) enum Place {
    /// A host and its port. The name is looked up anew for every connection.
    Tcp(Authority),
    /// A socket file.
    Unix(PathBuf),
}

/// A host and a port, as people and CONNECT write them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct Authority {
    /// A name in lower case or an IP address, never empty.
    pub(crate) host: String,
    /// The port, never 0.
    pub(crate) port: u16,
}

/// Why a text names no place.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum PlaceError {
    /// Neither `tcp:` nor `unix:`.
    #[error("a place begins with tcp: or unix:")]
    Kind,
    /// No host, or one with signs that no host's name has.
    #[error("a host is a name of letters, digits, dots and hyphens, an IPv4 address, or an IPv6 address in brackets")]
    Host,
    /// No port, or not one of 1 to 65535.
    #[error("a port is a number from 1 to 65535")]
    Port,
    /// Not an absolute path of at most 107 bytes.
    #[error("a socket's path is absolute and has at most 107 bytes")]
    Path,
    /// Not two places.
    #[error("two places are joined by =, as in tcp:0.0.0.0:8091=unix:/run/airlock/8091")]
    Pair,
    /// Not a place with what may be asked for there.
    #[error("a place and what may be asked for there are joined by =, as in unix:/run/out.sock=hooks.example:443")]
    Asked,
}

impl FromStr for Place {
    type Err = PlaceError;

    fn from_str(text: &str) -> Result<Self, PlaceError> {
        if let Some(authority) = text.strip_prefix("tcp:") {
            return authority.parse().map(Self::Tcp);
        }
        let path = text.strip_prefix("unix:").ok_or(PlaceError::Kind)?;
        if !path.starts_with('/') || path.len() > PATH_LIMIT || path.contains('\0') {
            return Err(PlaceError::Path);
        }
        Ok(Self::Unix(path.into()))
    }
}

impl TryFrom<String> for Place {
    type Error = PlaceError;

    fn try_from(text: String) -> Result<Self, PlaceError> {
        text.parse()
    }
}

impl TryFrom<String> for Authority {
    type Error = PlaceError;

    fn try_from(text: String) -> Result<Self, PlaceError> {
        text.parse()
    }
}

impl FromStr for Authority {
    type Err = PlaceError;

    fn from_str(text: &str) -> Result<Self, PlaceError> {
        let (host, port) = text.rsplit_once(':').ok_or(PlaceError::Port)?;
        let host = match host.strip_prefix('[').map(|rest| rest.strip_suffix(']')) {
            Some(address) => {
                let address = address.ok_or(PlaceError::Host)?;
                address.parse::<std::net::Ipv6Addr>().map_err(|_| PlaceError::Host)?.to_string()
            }
            None if is_name(host) => host.to_ascii_lowercase(),
            None => return Err(PlaceError::Host),
        };
        if !port.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(PlaceError::Port);
        }
        match port.parse() {
            Ok(port) if port != 0 => Ok(Self { host, port }),
            _ => Err(PlaceError::Port),
        }
    }
}

/// Letters, digits, hyphens, underscores (container names have them) and dots, as in RFC 1123; 253 bytes at most.
fn is_name(host: &str) -> bool {
    let sign = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    host.len() <= 253 && host.split('.').all(|label| (1..=63).contains(&label.len()) && label.bytes().all(sign))
}

impl fmt::Display for Authority {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(out, "[{}]:{}", self.host, self.port)
        } else {
            write!(out, "{}:{}", self.host, self.port)
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(authority) => write!(out, "tcp:{authority}"),
            Self::Unix(path) => write!(out, "unix:{}", path.display()),
        }
    }
}

/// What arrives at `from` goes to `to`, and back.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pass {
    /// Where it listens.
    pub(crate) from: Place,
    /// Where it connects.
    pub(crate) to: Place,
}

impl FromStr for Pass {
    type Err = PlaceError;

    fn from_str(text: &str) -> Result<Self, PlaceError> {
        let (from, to) = text.split_once('=').ok_or(PlaceError::Pair)?;
        Ok(Self { from: from.parse()?, to: to.parse()? })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn places_and_what_is_none() {
        for good in ["tcp:127.0.0.1:8091", "tcp:tron-client:1", "tcp:[::1]:65535", "unix:/run/airlock/8091"] {
            assert_eq!(good.parse::<Place>().map(|place| place.to_string()), Ok(good.to_owned()));
        }
        for (bad, why) in [
            ("", PlaceError::Kind),
            ("udp:a:1", PlaceError::Kind),
            ("tcp:", PlaceError::Port),
            ("tcp:a", PlaceError::Port),
            ("tcp:a:0", PlaceError::Port),
            ("tcp:a:+1", PlaceError::Port),
            ("tcp:a:65536", PlaceError::Port),
            ("tcp::1", PlaceError::Host),
            ("tcp:a..b:1", PlaceError::Host),
            ("tcp:a b:1", PlaceError::Host),
            ("tcp:::1:1", PlaceError::Host),
            ("tcp:[::1:1", PlaceError::Host),
            ("tcp:user@a:1", PlaceError::Host),
            ("unix:run", PlaceError::Path),
            ("unix:", PlaceError::Path),
        ] {
            assert_eq!(bad.parse::<Place>(), Err(why), "{bad}");
        }
        assert_eq!("tcp:a:1".parse::<Pass>(), Err(PlaceError::Pair));
        assert_eq!(format!("unix:/{}", "a".repeat(107)).parse::<Place>(), Err(PlaceError::Path));
        assert_eq!("tcp:API.Example:1".parse::<Place>().unwrap().to_string(), "tcp:api.example:1");
    }

    proptest! {
        #[test]
        fn what_is_read_is_written_the_same(text in "(tcp|unix):[\\PC]{0,40}(:[0-9]{1,6})?") {
            if let Ok(place) = text.parse::<Place>() {
                prop_assert_eq!(place.to_string().parse::<Place>(), Ok(place));
            }
        }
    }
}
