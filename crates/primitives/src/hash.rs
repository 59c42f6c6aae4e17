//! The hashes that name things: transactions and blocks on the chain, and places in a log.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize, Serializer};
use thiserror::Error;

/// Why a text is no 32-byte hash.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("not a hash of 64 hexadecimal digits")]
pub struct HashError;

/// The bytes in lower-case digits. Every signature writes dozens of hashes: hence on the stack.
fn digits<'a>(bytes: &[u8; 32], text: &'a mut [u8; 64]) -> &'a str {
    hex::encode_to_slice(bytes, text).expect("two digits a byte");
    std::str::from_utf8(text).expect("digits are ASCII")
}

macro_rules! hash {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
        #[serde(try_from = "String")]
        pub struct $name([u8; 32]);

        impl $name {
            /// The hash of these bytes' value.
            pub const fn new(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }

            /// Reads 64 hexadecimal digits of either case.
            pub fn parse(text: &str) -> Result<Self, HashError> {
                let mut bytes = [0; 32];
                hex::decode_to_slice(text, &mut bytes).map_err(|_| HashError)?;
                Ok(Self(bytes))
            }

            /// The 32 bytes.
            pub const fn as_bytes(&self) -> &[u8; 32] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(digits(&self.0, &mut [0; 64]))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(digits(&self.0, &mut [0; 64]))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = HashError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = HashError;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::parse(&text)
            }
        }

        impl TryFrom<&[u8]> for $name {
            type Error = HashError;

            fn try_from(bytes: &[u8]) -> Result<Self, Self::Error> {
                bytes.try_into().map(Self).map_err(|_| HashError)
            }
        }

        impl From<$name> for String {
            fn from(hash: $name) -> Self {
                hash.to_string()
            }
        }
    };
}

hash! {
    /// A transaction's name: SHA-256 of its raw_data, signatures not included, so a signature cannot change it.
    TxId
}

hash! {
    /// A block's name: SHA-256 of its raw header with the first 8 bytes replaced by the block number, big-endian.
    BlockId
}

hash! {
    /// Where a chained log stands: SHA-256 over a record and the head before it, so that it stands for all before.
    LogHead
}

impl LogHead {
    /// The head of a log without records.
    pub const EMPTY: Self = Self([0; 32]);
}

impl BlockId {
    /// The block's number, as its id carries it.
    pub fn number(&self) -> u64 {
        let (number, _) = self.0.split_first_chunk().expect("32 bytes begin with 8");
        u64::from_be_bytes(*number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_id_carries_its_number() {
        let id = BlockId::parse("0000000002fa5d1f42a6c3a19a3e3c6f8a9f2a4c9bb7a0b1c2d3e4f5a6b7c8d9").expect("64 digits");
        assert_eq!(id.number(), 0x02fa_5d1f);
    }

    #[test]
    fn either_case_is_read_and_lower_case_is_written() {
        let text = "C93CDD6B4D9F5B3C617060EA0A9C7B6080D9855F599CC987F69105A5E3E9C9B4";
        assert_eq!(TxId::parse(text).expect("64 digits").to_string(), text.to_lowercase());
        assert_eq!(TxId::parse("c9"), Err(HashError));
        assert_eq!(TxId::parse(&format!("{text}00")), Err(HashError));
    }
}
