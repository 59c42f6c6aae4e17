//! A statement together with its issuer's signature.

use std::fmt;

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Statement;
use crate::HexBytes;

/// Why a statement was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StatementError {
    /// The bytes are not the one encoding of a statement of this kind.
    #[error("not a well-formed statement: {0}")]
    Malformed(&'static str),
    /// The signature is not the pinned key's.
    #[error("the signature is not by the expected key")]
    Signature,
    /// A key is 32 bytes of hexadecimal on the curve.
    #[error("not an Ed25519 key of 64 hexadecimal digits")]
    Key,
}

/// A public key that statements and calls are checked against; pinned in configuration.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct VerifyKey(VerifyingKey);

/// A secret key that signs statements or calls; never printed, wiped when dropped.
#[derive(Clone)]
pub struct SignKey(SigningKey);

impl VerifyKey {
    /// Reads 64 hexadecimal digits.
    pub fn parse(text: &str) -> Result<Self, StatementError> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| StatementError::Key)?;
        Self::from_bytes(&bytes)
    }

    /// Reads the 32 bytes of a point on the curve.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StatementError> {
        let bytes = bytes.try_into().map_err(|_| StatementError::Key)?;
        VerifyingKey::from_bytes(bytes).map(Self).map_err(|_| StatementError::Key)
    }

    /// Checks a signature over bytes; strict, so that small-order keys and malleable signatures are refused.
    pub fn verify(&self, message: &[u8], signature: &[u8; 64]) -> Result<(), StatementError> {
        self.0.verify_strict(message, &Signature::from_bytes(signature)).map_err(|_| StatementError::Signature)
    }

    /// The 32 bytes.
    pub fn to_bytes(self) -> [u8; 32] {
        self.0.to_bytes()
    }
}

impl SignKey {
    /// The key of this 32-byte seed.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// Reads the seed as 64 hexadecimal digits, white space around them allowed, as secret files have it.
    pub fn parse(text: &str) -> Result<Self, StatementError> {
        let mut seed = [0; 32];
        hex::decode_to_slice(text.trim(), &mut seed).map_err(|_| StatementError::Key)?;
        Ok(Self::from_seed(&seed))
    }

    /// The public half.
    pub fn verify_key(&self) -> VerifyKey {
        VerifyKey(self.0.verifying_key())
    }

    /// Signs bytes that the caller has given a domain of their own.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

impl fmt::Debug for SignKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignKey(secret of {})", self.verify_key())
    }
}

impl fmt::Display for VerifyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0.to_bytes()))
    }
}

impl fmt::Debug for VerifyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifyKey({self})")
    }
}

impl TryFrom<String> for VerifyKey {
    type Error = StatementError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<VerifyKey> for String {
    fn from(key: VerifyKey) -> Self {
        key.to_string()
    }
}

/// The wire form of both parts, hexadecimal.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    statement: HexBytes,
    signature: HexBytes,
}

/// A statement and a signature over it. Having one proves nothing: [`Signed::verify`] gives the statement.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Wire", try_from = "Wire", bound = "T: Statement + Clone")]
pub struct Signed<T> {
    statement: T,
    signature: [u8; 64],
}

impl<T: Statement> Signed<T> {
    /// Signs a statement.
    pub fn sign(statement: T, key: &SignKey) -> Self {
        let signature = key.sign(&message::<T>(&statement.encode()));
        Self { statement, signature }
    }

    /// The statement, if the signature is the pinned key's.
    pub fn verify(&self, key: &VerifyKey) -> Result<&T, StatementError> {
        key.verify(&message::<T>(&self.statement.encode()), &self.signature)?;
        Ok(&self.statement)
    }

    /// The statement with its signature unchecked: to show, to log, to forward, never to act on.
    pub const fn unverified(&self) -> &T {
        &self.statement
    }
}

fn message<T: Statement>(encoding: &[u8]) -> Vec<u8> {
    [T::DOMAIN, encoding].concat()
}

impl<T: fmt::Debug> fmt::Debug for Signed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Signed").field(&self.statement).finish()
    }
}

impl<T: Statement> From<Signed<T>> for Wire {
    fn from(signed: Signed<T>) -> Self {
        Self { statement: signed.statement.encode().into(), signature: signed.signature.to_vec().into() }
    }
}

impl<T: Statement> TryFrom<Wire> for Signed<T> {
    type Error = StatementError;

    fn try_from(wire: Wire) -> Result<Self, Self::Error> {
        let signature = wire.signature.0.try_into().map_err(|_| StatementError::Malformed("signature length"))?;
        Ok(Self { statement: T::decode(&wire.statement.0)?, signature })
    }
}
