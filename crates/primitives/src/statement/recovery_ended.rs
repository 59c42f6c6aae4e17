//! payout-router's word that a restored plane was held against the chain.

use prost::Message;

use super::{Statement, StatementError, fields};
use crate::{FreezeId, PlaneId, UnixMs};

/// The chain was read past whatever the lost plane can have signed, and everything found there was decided: the stop of
/// signing that a restore made may be lifted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecoveryEnded {
    /// The plane.
    pub plane: PlaneId,
    /// The stop.
    pub freeze: FreezeId,
    /// When, by payout-router's clock.
    pub at: UnixMs,
}

#[derive(Clone, PartialEq, Message)]
struct Wire {
    #[prost(string, tag = "1")]
    plane: String,
    #[prost(string, tag = "2")]
    freeze: String,
    #[prost(uint64, tag = "3")]
    at: u64,
}

impl Statement for RecoveryEnded {
    const DOMAIN: &'static [u8] = b"lucid-plane/recovery-ended/v1\0";

    fn encode(&self) -> Vec<u8> {
        Wire { plane: self.plane.to_string(), freeze: self.freeze.to_string(), at: self.at.0 }.encode_to_vec()
    }

    fn decode(bytes: &[u8]) -> Result<Self, StatementError> {
        let wire = Wire::decode(bytes).map_err(|_| StatementError::Malformed("recovery"))?;
        let ended = Self {
            plane: fields::plane(&wire.plane)?,
            freeze: wire.freeze.parse().map_err(|_| StatementError::Malformed("freeze"))?,
            at: UnixMs(wire.at),
        };
        if ended.encode() == bytes { Ok(ended) } else { Err(StatementError::Malformed("not the one encoding")) }
    }
}
