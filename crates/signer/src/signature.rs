//! What a token answers to a signing call, made into a signature that the chain accepts, or refused.

use std::sync::Arc;
use std::time::Duration;

use tron_tx::{PreparedKey, PublicKey, RecoverableSignature, SignatureError};

use crate::error::TokenError;
use crate::key::PinnedKey;

/// Half of the curve's order, which a low s does not exceed (SEC 2, secp256k1).
const HALF_ORDER: [u8; 32] = [
    0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x5d, 0x57, 0x6e,
    0x73, 0x57, 0xa4, 0x50, 0x1d, 0xdf, 0xe9, 0x2f, 0x46, 0x68, 0x1b, 0x20, 0xa0,
];

/// A token's answer before anybody has looked at it. It can be verified and nothing else, so that no signature leaves
/// unverified; and that is the caller's work, because the token's session has better to do.
#[derive(Debug, Clone)]
#[must_use = "an answer that was not verified is no signature"]
pub struct Unverified {
    pub(crate) reply: Vec<u8>,
    pub(crate) digest: [u8; 32],
    pub(crate) key: PinnedKey,
    /// The key once more, if it signs often.
    pub(crate) prepared: Option<Arc<PreparedKey>>,
    /// From the request to a free session.
    pub(crate) waited: Duration,
    /// From there to the answer, repairs included.
    pub(crate) took: Duration,
}

impl Unverified {
    /// How long the request waited for a free session.
    pub const fn waited(&self) -> Duration {
        self.waited
    }

    /// How long the session took, repairs included.
    pub const fn took(&self) -> Duration {
        self.took
    }

    /// Whether s is above half of the curve's order, as about every second one is of a token that does not care.
    pub fn has_high_s(&self) -> bool {
        self.reply.get(32..).is_some_and(|s| s > HALF_ORDER.as_slice())
    }

    /// The signature: s made low, verified against the pinned key, its recovery id found.
    pub fn verify(self) -> Result<RecoverableSignature, TokenError> {
        match &self.prepared {
            Some(prepared) => found(prepared.accept(scalars(&self.reply)?, &self.digest)),
            None => accept(&self.reply, &self.digest, &self.key.public_key),
        }
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
    found(RecoverableSignature::from_rs_and_key(scalars(reply)?, digest, public_key))
}

fn scalars(reply: &[u8]) -> Result<&[u8; 64], TokenError> {
    reply.try_into().map_err(|_| TokenError::Signature(format!("{} bytes instead of 64", reply.len())))
}

fn found(signature: Result<RecoverableSignature, SignatureError>) -> Result<RecoverableSignature, TokenError> {
    signature.map_err(|error| TokenError::Signature(error.to_string()))
}

#[cfg(test)]
mod tests {
    use tron_tx::LocalKey;

    use super::*;
    use crate::key::CkaId;

    #[test]
    fn s_is_high_above_half_of_the_order() {
        let key = PinnedKey { id: CkaId::CANARY, public_key: LocalKey::from_scalar(&[1; 32]).unwrap().public_key() };
        let reply_with = |s: &[u8]| Unverified {
            reply: [&[0xff; 32], s].concat(),
            digest: [0; 32],
            key,
            prepared: None,
            waited: Duration::ZERO,
            took: Duration::ZERO,
        };
        let above = HALF_ORDER.map(|byte| if byte == 0xa0 { 0xa1 } else { byte });
        let high = [&HALF_ORDER[..], &above, &[0xff; 32], &[0; 32], &[]].map(|s: &[u8]| reply_with(s).has_high_s());
        assert_eq!(high, [false, true, true, false, false]);
    }
}
