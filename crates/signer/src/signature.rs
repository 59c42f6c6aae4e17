//! What a token answers to a signing call, made into a signature that the chain accepts, or refused.

use tron_tx::{PublicKey, RecoverableSignature};

use crate::error::TokenError;

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
