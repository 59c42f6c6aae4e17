//! How a key proves that it is there: a canary statement that names it, signed at its birth and whenever its token is
//! opened. Only [`Token::ensure_key`](crate::Token::ensure_key) and
//! [`Token::prove_possession`](crate::Token::prove_possession) have another key than the canary's sign one.

use primitives::statement::{Canary, Hashed as _};
use primitives::{PlaneId, UnixMs};
use tron_tx::RecoverableSignature;

use crate::key::PinnedKey;

/// What makes a proof fresh, and whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Challenge {
    /// The plane that asks.
    pub plane: PlaneId,
    /// Random.
    pub nonce: [u8; 32],
    /// When it was asked for.
    pub at: UnixMs,
}

impl Challenge {
    /// What this key signs to meet it.
    pub fn canary(&self, key: &PinnedKey) -> Canary {
        Canary { plane: self.plane, key_id: key.key_id(), nonce: self.nonce, at: self.at }
    }
}

/// Whether `proof` is the key's answer to this challenge, as
/// [`Token::prove_possession`](crate::Token::prove_possession) gives it, perhaps in another process.
pub fn verify(key: &PinnedKey, challenge: &Challenge, proof: &RecoverableSignature) -> bool {
    proof.recover(&challenge.canary(key).digest()).is_ok_and(|signer| signer == key.public_key)
}

#[cfg(test)]
mod tests {
    use tron_tx::LocalKey;

    use super::*;
    use crate::key::CkaId;

    #[test]
    fn convinces_for_one_key_one_id_and_one_challenge() {
        let local = LocalKey::from_scalar(&[1; 32]).unwrap();
        let key = PinnedKey { id: CkaId::new([1; 16]), public_key: local.public_key() };
        let plane = "pl_6ba7b810-9dad-11d1-80b4-00c04fd430c8".parse().unwrap();
        let challenge = Challenge { plane, nonce: [1; 32], at: UnixMs(1) };
        let proof = local.sign(&challenge.canary(&key).digest());
        assert!(verify(&key, &challenge, &proof));
        let other = LocalKey::from_scalar(&[2; 32]).unwrap().public_key();
        assert!(!verify(&PinnedKey { public_key: other, ..key }, &challenge, &proof));
        assert!(!verify(&PinnedKey { id: CkaId::new([2; 16]), ..key }, &challenge, &proof));
        assert!(!verify(&key, &Challenge { nonce: [2; 32], ..challenge }, &proof));
        assert!(!verify(&key, &Challenge { at: UnixMs(2), ..challenge }, &proof));
    }
}
