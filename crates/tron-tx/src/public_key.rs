//! Public keys on secp256k1.

use std::fmt;

use k256::ecdsa::VerifyingKey;
use primitives::Address;
use thiserror::Error;

use crate::hash::keccak256;

/// The bytes are no point of the curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not a secp256k1 public key")]
pub struct PublicKeyError;

/// A point on secp256k1, checked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// Reads SEC1: 33 bytes compressed, or 65 bytes that begin with 4.
    pub fn from_sec1(bytes: &[u8]) -> Result<Self, PublicKeyError> {
        VerifyingKey::from_sec1_bytes(bytes).map(Self).map_err(|_| PublicKeyError)
    }

    /// SEC1 uncompressed: 4, x, y.
    pub fn to_uncompressed(&self) -> [u8; 65] {
        let mut bytes = [0; 65];
        bytes.copy_from_slice(self.0.to_sec1_point(false).as_bytes());
        bytes
    }

    /// SEC1 compressed: 2 or 3, x.
    pub fn to_compressed(&self) -> [u8; 33] {
        let mut bytes = [0; 33];
        bytes.copy_from_slice(self.0.to_sec1_point(true).as_bytes());
        bytes
    }

    /// The key's address: the last 20 bytes of keccak-256 over x ‖ y.
    pub fn address(&self) -> Address {
        Address::from_public_key_hash(keccak256(&self.to_uncompressed()[1..]))
    }

    pub(crate) const fn from_verifying_key(key: VerifyingKey) -> Self {
        Self(key)
    }

    pub(crate) const fn as_verifying_key(&self) -> &VerifyingKey {
        &self.0
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", hex::encode(self.to_compressed()))
    }
}
