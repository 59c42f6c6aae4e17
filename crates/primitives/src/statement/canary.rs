//! A signature that is good for nothing but to show that a key is there and signs.

use prost::Message;

use super::fields::{array, plane};
use super::{Hashed, Statement, StatementError};
use crate::{KeyId, PlaneId, UnixMs};

/// Signed by a key after it was made, and on a schedule by the canary key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Canary {
    /// The plane that asks.
    pub plane: PlaneId,
    /// The key that signs.
    pub key_id: KeyId,
    /// Random, so that an old signature cannot be shown again.
    pub nonce: [u8; 32],
    /// When it was asked for.
    pub at: UnixMs,
}

#[derive(Clone, PartialEq, Message)]
struct Wire {
    #[prost(string, tag = "1")]
    plane: String,
    #[prost(string, tag = "2")]
    key_id: String,
    #[prost(bytes = "vec", tag = "3")]
    nonce: Vec<u8>,
    #[prost(uint64, tag = "4")]
    at: u64,
}

impl Hashed for Canary {}

impl Statement for Canary {
    const DOMAIN: &'static [u8] = b"lucid-plane/canary/v1\0";

    fn encode(&self) -> Vec<u8> {
        Wire {
            plane: self.plane.to_string(),
            key_id: self.key_id.to_string(),
            nonce: self.nonce.to_vec(),
            at: self.at.0,
        }
        .encode_to_vec()
    }

    fn decode(bytes: &[u8]) -> Result<Self, StatementError> {
        let wire = Wire::decode(bytes).map_err(|_| StatementError::Malformed("canary"))?;
        let canary = Self {
            plane: plane(&wire.plane)?,
            key_id: wire.key_id.parse().map_err(|_| StatementError::Malformed("key id"))?,
            nonce: array(&wire.nonce, "nonce")?,
            at: UnixMs(wire.at),
        };
        if canary.encode() == bytes { Ok(canary) } else { Err(StatementError::Malformed("not the one encoding")) }
    }
}
