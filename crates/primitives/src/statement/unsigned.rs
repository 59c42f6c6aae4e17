//! wallet-manager's word that an attempt was never signed and never will be.

use prost::Message;

use super::{Statement, StatementError, fields};
use crate::{AttemptNo, IntentId, PlaneId, UnixMs};

/// The attempt is barred for ever: no signature for it exists or can come to exist. The limits may be given back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsigned {
    /// The plane whose register says so.
    pub plane: PlaneId,
    /// The intent.
    pub intent: IntentId,
    /// The barred attempt.
    pub attempt: AttemptNo,
    /// When it was barred, by wallet-manager's clock.
    pub voided_at: UnixMs,
}

#[derive(Clone, PartialEq, Message)]
struct Wire {
    #[prost(string, tag = "1")]
    plane: String,
    #[prost(string, tag = "2")]
    intent: String,
    #[prost(uint32, tag = "3")]
    attempt: u32,
    #[prost(uint64, tag = "4")]
    voided_at: u64,
}

impl Statement for Unsigned {
    const DOMAIN: &'static [u8] = b"lucid-plane/unsigned/v1\0";

    fn encode(&self) -> Vec<u8> {
        Wire {
            plane: self.plane.to_string(),
            intent: self.intent.to_string(),
            attempt: self.attempt.0,
            voided_at: self.voided_at.0,
        }
        .encode_to_vec()
    }

    fn decode(bytes: &[u8]) -> Result<Self, StatementError> {
        let wire = Wire::decode(bytes).map_err(|_| StatementError::Malformed("unsigned"))?;
        let unsigned = Self {
            plane: fields::plane(&wire.plane)?,
            intent: wire.intent.parse().map_err(|_| StatementError::Malformed("intent"))?,
            attempt: AttemptNo(wire.attempt),
            voided_at: UnixMs(wire.voided_at),
        };
        if unsigned.encode() == bytes { Ok(unsigned) } else { Err(StatementError::Malformed("not the one encoding")) }
    }
}
