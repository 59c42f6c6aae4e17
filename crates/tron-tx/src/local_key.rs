//! A private key in memory, for the devnet's witness and for tests.
//!
//! Services never use it: their keys are in the token (design §5), and the signer links nothing of this.

use std::fmt;

use k256::ecdsa::SigningKey;
use primitives::Address;
use thiserror::Error;

use crate::public_key::PublicKey;
use crate::signature::RecoverableSignature;

/// The scalar is zero or not below the group's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not a secp256k1 private key")]
pub struct LocalKeyError;

/// A private key outside a token; wiped when dropped.
#[derive(Clone)]
pub struct LocalKey(SigningKey);

impl LocalKey {
    /// The key with this scalar, big-endian.
    pub fn from_scalar(scalar: &[u8; 32]) -> Result<Self, LocalKeyError> {
        SigningKey::from_slice(scalar).map(Self).map_err(|_| LocalKeyError)
    }

    /// The public key.
    pub fn public_key(&self) -> PublicKey {
        PublicKey::from_verifying_key(*self.0.verifying_key())
    }

    /// The key's address.
    pub fn address(&self) -> Address {
        self.public_key().address()
    }

    /// Signs a hash; the nonce is RFC 6979's, so the same hash gives the same signature. s is low.
    pub fn sign(&self, digest: &[u8; 32]) -> RecoverableSignature {
        let (signature, recovery) = self.0.sign_prehash_recoverable(digest);
        RecoverableSignature::from_parts(signature, recovery).normalised()
    }
}

impl fmt::Debug for LocalKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LocalKey({})", self.address())
    }
}
