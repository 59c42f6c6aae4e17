//! A key whose signatures are verified again and again.

use k256::{AffinePoint, ProjectivePoint};

use super::multiples::Multiples;
use super::{RecoverableSignature, SignatureError, factors, parse_low};
use crate::public_key::PublicKey;

/// A public key with what makes a verification three times as cheap: 121 kB, made in about a millisecond.
#[derive(Debug)]
pub struct PreparedKey {
    key: PublicKey,
    multiples: Multiples,
}

impl PreparedKey {
    /// Prepares the key.
    pub fn new(key: PublicKey) -> Self {
        Self { key, multiples: Multiples::of(key.as_verifying_key().as_affine()) }
    }

    /// The key.
    pub const fn public_key(&self) -> &PublicKey {
        &self.key
    }

    /// As [`RecoverableSignature::from_rs_and_key`], of this key: the same answer to the same bytes.
    pub fn accept(&self, scalars: &[u8; 64], digest: &[u8; 32]) -> Result<RecoverableSignature, SignatureError> {
        let signature = parse_low(scalars)?;
        RecoverableSignature::with_nonce(signature, self.nonce_point(&signature, digest))
    }

    fn nonce_point(&self, signature: &k256::ecdsa::Signature, digest: &[u8; 32]) -> AffinePoint {
        let (of_generator, of_key) = factors(signature, digest);
        let mut sum = ProjectivePoint::IDENTITY;
        Multiples::of_generator().add_times(&of_generator, &mut sum);
        self.multiples.add_times(&of_key, &mut sum);
        sum.to_affine()
    }
}
