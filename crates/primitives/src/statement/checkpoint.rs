//! The audit key's word for how long the audit log is and how it ends.

use prost::Message;

use super::fields::{array, plane};
use super::{Hashed, Statement, StatementError};
use crate::{PlaneId, UnixMs};

/// The audit log up to a record. Whoever has one can tell whether any record up to it was changed, dropped or cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checkpoint {
    /// The plane whose log it is.
    pub plane: PlaneId,
    /// The store that the log is in: another one after a restore.
    pub incarnation: [u8; 16],
    /// The last record's number.
    pub seq: u64,
    /// The last record's hash, which covers all before it.
    pub head: [u8; 32],
    /// When it was made.
    pub at: UnixMs,
}

#[derive(Clone, PartialEq, Message)]
struct Wire {
    #[prost(string, tag = "1")]
    plane: String,
    #[prost(bytes = "vec", tag = "2")]
    incarnation: Vec<u8>,
    #[prost(uint64, tag = "3")]
    seq: u64,
    #[prost(bytes = "vec", tag = "4")]
    head: Vec<u8>,
    #[prost(uint64, tag = "5")]
    at: u64,
}

impl Hashed for Checkpoint {}

impl Statement for Checkpoint {
    const DOMAIN: &'static [u8] = b"lucid-plane/checkpoint/v1\0";

    fn encode(&self) -> Vec<u8> {
        Wire {
            plane: self.plane.to_string(),
            incarnation: self.incarnation.to_vec(),
            seq: self.seq,
            head: self.head.to_vec(),
            at: self.at.0,
        }
        .encode_to_vec()
    }

    fn decode(bytes: &[u8]) -> Result<Self, StatementError> {
        let wire = Wire::decode(bytes).map_err(|_| StatementError::Malformed("checkpoint"))?;
        let checkpoint = Self {
            plane: plane(&wire.plane)?,
            incarnation: array(&wire.incarnation, "incarnation")?,
            seq: wire.seq,
            head: array(&wire.head, "head")?,
            at: UnixMs(wire.at),
        };
        if checkpoint.encode() == bytes {
            Ok(checkpoint)
        } else {
            Err(StatementError::Malformed("not the one encoding"))
        }
    }
}
