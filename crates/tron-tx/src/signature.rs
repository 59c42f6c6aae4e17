//! 65-byte signatures from which the signer's key can be recovered.

mod multiples;
mod prepared;

use k256::ecdsa::{RecoveryId, Signature, VerifyingKey};
use k256::elliptic_curve::PrimeField as _;
use k256::elliptic_curve::ops::{Invert as _, MulByGeneratorVartime as _, Reduce};
use k256::elliptic_curve::point::AffineCoordinates as _;
use k256::{AffinePoint, FieldBytes, ProjectivePoint, Scalar};
use primitives::Address;
use thiserror::Error;

pub use prepared::PreparedKey;

use crate::public_key::PublicKey;

/// Why bytes are no signature, or no signature of that key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SignatureError {
    /// Not 65 bytes.
    #[error("a signature has 65 bytes, this has {0}")]
    Length(usize),
    /// The last byte is no recovery number of either convention.
    #[error("the signature ends in {0}, which is no recovery number")]
    RecoveryNumber(u8),
    /// r or s is zero or too large.
    #[error("r or s is out of range")]
    Scalars,
    /// No key could have made this signature over this hash.
    #[error("no key can be recovered")]
    Unrecoverable,
    /// Not the expected key's signature over this hash.
    #[error("the signature is not of the expected key")]
    WrongKey,
    /// r overflowed the group's order: the chain's clients cannot express it in two values of v. Sign again.
    #[error("the signature needs recovery number 2 or 3, which is not portable")]
    ReducedX,
}

/// A signature with its recovery number.
///
/// The chain accepts high s, so a signature never names a transaction: only the hash does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecoverableSignature {
    signature: Signature,
    recovery: RecoveryId,
}

impl RecoverableSignature {
    /// Reads r ‖ s ‖ v, v being 0 to 3 or 27 to 30, as java-tron does (it also takes 4 more, of keys known compressed).
    pub fn parse(bytes: &[u8]) -> Result<Self, SignatureError> {
        let (scalars, [v]) = bytes.split_at_checked(64).ok_or(SignatureError::Length(bytes.len()))? else {
            return Err(SignatureError::Length(bytes.len()));
        };
        let number = match *v {
            v @ 0..=7 => v & 3,
            v @ 27..=34 => (v - 27) & 3,
            v => return Err(SignatureError::RecoveryNumber(v)),
        };
        let signature = Signature::from_slice(scalars).map_err(|_| SignatureError::Scalars)?;
        let recovery = RecoveryId::from_byte(number).ok_or(SignatureError::RecoveryNumber(*v))?;
        Ok(Self { signature, recovery })
    }

    /// Reads a signature as the chain does: whatever follows the first 65 bytes is ignored (java-tron 4.8
    /// `TransactionCapsule`; about one in a hundred on mainnet has 68 bytes). For telling who signed, not for making one.
    pub fn parse_as_chain(bytes: &[u8]) -> Result<Self, SignatureError> {
        Self::parse(bytes.get(..65).unwrap_or(bytes))
    }

    /// Makes a signature of a token recoverable: s made low, verified against the key that was asked to sign, its
    /// recovery number found.
    ///
    /// `scalars` is r ‖ s as a token returns it. Any other signature than the expected key's is an error, so a token
    /// that signed with another key, or another hash, is noticed before anything leaves.
    pub fn from_rs_and_key(
        scalars: &[u8; 64],
        digest: &[u8; 32],
        expected: &PublicKey,
    ) -> Result<Self, SignatureError> {
        let signature = parse_low(scalars)?;
        Self::with_nonce(signature, nonce_point(&signature, digest, expected))
    }

    /// The signature, if r is this point's x.
    fn with_nonce(signature: Signature, nonce: AffinePoint) -> Result<Self, SignatureError> {
        // r is that point's x, reduced by the group's order where it is larger; y tells which of its two square roots.
        let (x, y_is_odd) = (nonce.x(), bool::from(nonce.y_is_odd()));
        let (r, _) = signature.split_scalars();
        if <Scalar as Reduce<FieldBytes>>::reduce(&x) != *r {
            return Err(SignatureError::WrongKey);
        }
        if x != r.to_repr() {
            return Err(SignatureError::ReducedX);
        }
        Ok(Self { signature, recovery: RecoveryId::new(y_is_odd, false) })
    }

    pub(crate) const fn from_parts(signature: Signature, recovery: RecoveryId) -> Self {
        Self { signature, recovery }
    }

    /// The key that made this signature over this hash.
    pub fn recover(&self, digest: &[u8; 32]) -> Result<PublicKey, SignatureError> {
        VerifyingKey::recover_from_prehash(digest, &self.signature, self.recovery)
            .map(PublicKey::from_verifying_key)
            .map_err(|_| SignatureError::Unrecoverable)
    }

    /// The address of the key that made this signature over this hash.
    pub fn signer(&self, digest: &[u8; 32]) -> Result<Address, SignatureError> {
        self.recover(digest).map(|key| key.address())
    }

    /// The same signature with a low s, as every signature of ours has.
    #[must_use]
    pub fn normalised(self) -> Self {
        let signature = self.signature.normalize_s();
        if signature == self.signature {
            return self;
        }
        let recovery = RecoveryId::new(!self.recovery.is_y_odd(), self.recovery.is_x_reduced());
        Self { signature, recovery }
    }

    /// r ‖ s ‖ v with v 0 or 1, as java-tron and tronpy write it.
    pub fn to_bytes(&self) -> [u8; 65] {
        self.bytes_with(self.recovery.to_byte())
    }

    /// r ‖ s ‖ v with v 27 or 28, as tronweb and messages have it.
    pub fn to_bytes_27(&self) -> [u8; 65] {
        self.bytes_with(self.recovery.to_byte() + 27)
    }

    fn bytes_with(&self, v: u8) -> [u8; 65] {
        let mut bytes = [v; 65];
        bytes[..64].copy_from_slice(&self.signature.to_bytes());
        bytes
    }
}

/// The point whose x a signature has as r, if it is of this key: `s⁻¹·digest·G + s⁻¹·r·Q`. What verification computes is
/// also what tells the recovery number, so one multiplication does for both.
fn nonce_point(signature: &Signature, digest: &[u8; 32], key: &PublicKey) -> AffinePoint {
    let (of_generator, of_key) = factors(signature, digest);
    let public = ProjectivePoint::from(*key.as_verifying_key().as_affine());
    ProjectivePoint::mul_by_generator_and_mul_add_vartime(&of_generator, &of_key, &public).to_affine()
}

/// `s⁻¹·digest` and `s⁻¹·r`.
fn factors(signature: &Signature, digest: &[u8; 32]) -> (Scalar, Scalar) {
    let (r, s) = signature.split_scalars();
    let z = <Scalar as Reduce<FieldBytes>>::reduce(&FieldBytes::from(*digest));
    let s_inverse = *s.invert_vartime();
    (z * s_inverse, *r * s_inverse)
}

/// r ‖ s with s made low.
fn parse_low(scalars: &[u8; 64]) -> Result<Signature, SignatureError> {
    Ok(Signature::from_slice(scalars).map_err(|_| SignatureError::Scalars)?.normalize_s())
}

#[cfg(test)]
mod tests;
