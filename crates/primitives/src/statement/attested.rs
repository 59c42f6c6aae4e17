//! An attestation with the signature of whoever attests.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Attestation, Statement, StatementError, fields};
use crate::HexBytes;

/// An attestation and a secp256k1 signature over its digest, in the wire form of all that such keys sign. Having one
/// proves nothing: who signed is recovered from [`Attested::signature`] and compared with the pinned address.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Wire", try_from = "Wire")]
pub struct Attested {
    attestation: Attestation,
    signature: [u8; 65],
}

/// The wire form of both parts, hexadecimal.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    statement: HexBytes,
    signature: HexBytes,
}

impl Attested {
    /// An attestation with its signature: r, s and v, which is 0, 1, 27 or 28.
    pub const fn new(attestation: Attestation, signature: [u8; 65]) -> Self {
        Self { attestation, signature }
    }

    /// The attestation with its signature unchecked: to show, to forward, never to act on.
    pub const fn unverified(&self) -> &Attestation {
        &self.attestation
    }

    /// r, s and v.
    pub const fn signature(&self) -> &[u8; 65] {
        &self.signature
    }
}

impl fmt::Debug for Attested {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Attested").field(&self.attestation).finish()
    }
}

impl From<Attested> for Wire {
    fn from(attested: Attested) -> Self {
        Self { statement: attested.attestation.encode().into(), signature: attested.signature.to_vec().into() }
    }
}

impl TryFrom<Wire> for Attested {
    type Error = StatementError;

    fn try_from(wire: Wire) -> Result<Self, Self::Error> {
        let signature = fields::array(wire.signature.as_ref(), "signature length")?;
        Ok(Self { attestation: Attestation::decode(&wire.statement.0)?, signature })
    }
}
