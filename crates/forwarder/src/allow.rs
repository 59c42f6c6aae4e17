//! Whereto a forwarder may connect on behalf of who asks it by CONNECT.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::place::Authority;

/// What may be asked for.
#[derive(Debug, Clone)]
pub(crate) enum Allowed {
    /// These and no others, whatever their addresses are: who wrote the list meant them.
    Listed(Vec<Authority>),
    /// Any host at port 443 whose address is a public one. Private ones would be a way into the operator's network.
    Public,
}

impl Allowed {
    /// Whether this name may be looked up at all.
    pub(crate) fn name(&self, asked: &Authority) -> bool {
        match self {
            Self::Listed(list) => list.contains(asked),
            Self::Public => asked.port == 443,
        }
    }

    /// Whether what the name was found to mean may be connected to. It is asked of the very address that is then used,
    /// so that a name which means another thing a moment later gains nothing.
    pub(crate) fn address(&self, found: SocketAddr) -> bool {
        match self {
            Self::Listed(_) => true,
            Self::Public => is_public(found.ip()),
        }
    }
}

/// Whether an address is one of the Internet's: not private, local, shared, reserved, multicast or for documentation, nor
/// an IPv6 address that carries such an IPv4 address. After IANA's special-purpose registries (RFC 6890 and later).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    const RESERVED: [([u8; 4], u32); 15] = [
        ([0, 0, 0, 0], 8),
        ([10, 0, 0, 0], 8),
        ([100, 64, 0, 0], 10),
        ([127, 0, 0, 0], 8),
        ([169, 254, 0, 0], 16),
        ([172, 16, 0, 0], 12),
        ([192, 0, 0, 0], 24),
        ([192, 0, 2, 0], 24),
        ([192, 88, 99, 0], 24),
        ([192, 168, 0, 0], 16),
        ([198, 18, 0, 0], 15),
        ([198, 51, 100, 0], 24),
        ([203, 0, 113, 0], 24),
        ([224, 0, 0, 0], 4),
        ([240, 0, 0, 0], 4),
    ];
    let bits = address.to_bits();
    !RESERVED.iter().any(|(network, length)| (bits ^ u32::from_be_bytes(*network)) >> (32 - length) == 0)
}

/// Only what is given out for global use, 2000::/3, without the parts of it that lead elsewhere: 2001::/23 (protocol
/// assignments, Teredo), documentation, 6to4, which carries an IPv4 address, and 3fff::/20.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    let elsewhere = (first == 0x2001 && (second < 0x0200 || second == 0x0db8))
        || first == 0x2002
        || (first == 0x3fff && second < 0x1000);
    first >> 13 == 1 && !elsewhere
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_addresses_in_every_dress() {
        for private in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.21.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "198.19.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:10.0.0.1",
            "::10.0.0.1",
            "64:ff9b::a00:1",
            "2002:a00:1::",
            "2001::1",
            "2001:db8::1",
            "fc00::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "3fff::1",
            "5f00::1",
        ] {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
        for public in [
            "1.1.1.1",
            "100.63.0.1",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "198.20.0.1",
            "223.255.255.1",
            "2606:4700::1111",
            "2a00::1",
            "2001:4860::8888",
        ] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }

    #[test]
    fn a_list_means_its_members_with_their_ports() {
        let allowed = Allowed::Listed(vec!["node.example:443".parse().unwrap()]);
        for (asked, may) in [
            ("node.example:443", true),
            ("NODE.example:443", true),
            ("node.example:80", false),
            ("other.example:443", false),
            ("sub.node.example:443", false),
        ] {
            assert_eq!(allowed.name(&asked.parse().unwrap()), may, "{asked}");
        }
        assert!(!Allowed::Public.name(&"hook.example:80".parse().unwrap()));
    }
}
