//! What a token answers to a signing call, made into a signature that the chain accepts, or refused.

use tron_tx::{PublicKey, RecoverableSignature};

use crate::error::TokenError;
use crate::key::PinnedKey;

/// A token's answer before anybody has looked at it. It can be verified and nothing else, so that no signature leaves
/// unverified; and that is the caller's work, because the token's session has better to do.
#[derive(Debug, Clone)]
#[must_use = "an answer that was not verified is no signature"]
pub struct Unverified {
    pub(crate) reply: Vec<u8>,
    pub(crate) digest: [u8; 32],
    pub(crate) key: PinnedKey,
}

impl Unverified {
    /// The signature: s made low, verified against the pinned key, its recovery id found. About 0.2 ms.
    pub fn verify(self) -> Result<RecoverableSignature, TokenError> {
        accept(&self.reply, &self.digest, &self.key.public_key)
    }
}

/// Takes r ‖ s of CKM_ECDSA, normalises s, verifies against the pinned key and finds the recovery id.
///
/// About half of a token's signatures have a high s; negating s turns the recovery id over, so it is sought after.
pub(crate) fn accept(
    reply: &[u8],
    digest: &[u8; 32],
    public_key: &PublicKey,
) -> Result<RecoverableSignature, TokenError> {
    let rs: &[u8; 64] =
        reply.try_into().map_err(|_| TokenError::Signature(format!("{} bytes instead of 64", reply.len())))?;
    RecoverableSignature::from_rs_and_key(rs, digest, public_key)
        .map_err(|error| TokenError::Signature(error.to_string()))
}
