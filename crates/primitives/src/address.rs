//! A TRON address: 20 bytes of a key's hash, shown in base58check with the mainnet prefix 0x41.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The first byte of every address on every live TRON network (0xa0 is a dead test prefix; java-tron `DecodeUtil`).
const PREFIX: u8 = 0x41;

/// The account or contract that money is at; 20 bytes, the 0x41 prefix implied.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Address([u8; 20]);

/// Why a text or byte string is no TRON address.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AddressError {
    /// The checksum of the base58check text does not match, or a character is outside the alphabet.
    #[error("not a base58check TRON address (34 characters beginning with T)")]
    NotBase58Check,
    /// The text decodes, to another length than 21 bytes.
    #[error("a TRON address has 21 bytes, this has {0}")]
    Length(usize),
    /// The first byte is not 0x41.
    #[error("a TRON address begins with byte 0x41, this begins with 0x{0:02x}")]
    Prefix(u8),
    /// The hexadecimal form has a character that is no hex digit.
    #[error("not hexadecimal")]
    NotHex,
}

impl Address {
    /// The address of 20 zero bytes, `T9yD14Nj9j7xAB4dbGeiX9h8unkKHxuWwb`: nobody has its key, money sent there is lost.
    pub const ZERO: Self = Self([0; 20]);

    /// Reads the base58check form, the only one that people and our interfaces use.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        if text.len() != 34 {
            return Err(AddressError::NotBase58Check);
        }
        let bytes = bs58::decode(text).with_check(None).into_vec().map_err(|_| AddressError::NotBase58Check)?;
        Self::from_bytes21(&bytes)
    }

    /// Reads the 21-byte form of the protocol's messages.
    pub fn from_bytes21(bytes: &[u8]) -> Result<Self, AddressError> {
        let bytes: &[u8; 21] = bytes.try_into().map_err(|_| AddressError::Length(bytes.len()))?;
        let [prefix, rest @ ..] = bytes;
        if *prefix == PREFIX { Ok(Self(*rest)) } else { Err(AddressError::Prefix(*prefix)) }
    }

    /// Reads the 42-digit hexadecimal form of the node's HTTP interface.
    pub fn from_hex21(text: &str) -> Result<Self, AddressError> {
        Self::from_bytes21(&hex::decode(text).map_err(|_| AddressError::NotHex)?)
    }

    /// The address as the TVM and log records have it: 20 bytes without a prefix.
    pub const fn from_evm(bytes: [u8; 20]) -> Self {
        Self(bytes)
    }

    /// The address of a secp256k1 public key, from the keccak-256 hash of its 64 coordinate bytes.
    pub fn from_public_key_hash(keccak: [u8; 32]) -> Self {
        let mut body = [0; 20];
        body.copy_from_slice(&keccak[12..]);
        Self(body)
    }

    /// The 21 bytes of the protocol's messages.
    pub fn to_bytes21(self) -> [u8; 21] {
        let mut bytes = [PREFIX; 21];
        bytes[1..].copy_from_slice(&self.0);
        bytes
    }

    /// The 20 bytes of the TVM.
    pub const fn evm(self) -> [u8; 20] {
        self.0
    }

    /// The 42-digit hexadecimal form of the node's HTTP interface.
    pub fn to_hex21(self) -> String {
        hex::encode(self.to_bytes21())
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&bs58::encode(self.to_bytes21()).with_check().into_string())
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Address {
    type Error = AddressError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Address> for String {
    fn from(address: Address) -> Self {
        address.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_answers() {
        for (hex, text) in [
            ("417e5f4552091a69125d5dfcb7b8c2659029395bdf", "TMVQGm1qAQYVdetCeGRRkTWYYrLXuHK2HC"),
            ("4194a15629b2b2bbd3a5453e6d6696b2875278633b", "TPX6HK2NRN4XKRX1JAhbC827bm7gMmy5w1"),
            ("4177944d19c052b73ee2286823aa83f8138cb7032f", "TLsV52sRDL79HXGGm9yzwKibb6BeruhUzy"),
        ] {
            let address = Address::from_hex21(hex).expect("a vector of the notes");
            assert_eq!(address.to_string(), text);
            assert_eq!(Address::parse(text), Ok(address));
        }
        assert_eq!(Address::ZERO.to_string(), "T9yD14Nj9j7xAB4dbGeiX9h8unkKHxuWwb");
    }

    #[test]
    fn refuses_what_is_no_address() {
        assert_eq!(Address::parse("TMVQGm1qAQYVdetCeGRRkTWYYrLXuHK2HD"), Err(AddressError::NotBase58Check));
        assert_eq!(Address::parse(""), Err(AddressError::NotBase58Check));
        // A Bitcoin address is base58check too, of 34 characters, with another prefix and length.
        assert_eq!(Address::parse("1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"), Err(AddressError::Prefix(0)));
        assert_eq!(Address::from_hex21("a07e5f4552091a69125d5dfcb7b8c2659029395bdf"), Err(AddressError::Prefix(0xa0)));
    }

    proptest! {
        #[test]
        fn round_trips(body: [u8; 20]) {
            let address = Address::from_evm(body);
            prop_assert_eq!(Address::parse(&address.to_string()), Ok(address));
            prop_assert_eq!(Address::from_hex21(&address.to_hex21()), Ok(address));
        }

        #[test]
        fn never_panics(text in ".{0,40}") {
            let _ = Address::parse(&text);
        }
    }
}
