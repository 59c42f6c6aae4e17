//! The statement that proves that the token holds a key: signed after generation, and by the canary.

use sha2::{Digest, Sha256};
use tron_tx::RecoverableSignature;

use crate::key::PinnedKey;

/// Begins what is hashed. Read as protobuf its first byte, `l`, would end a group that never began, so that no
/// raw_data of a transaction can have the same digest.
const DOMAIN: &[u8] = b"lucid-plane/possession/v1\0";

/// What is signed: the domain, the key and the caller's nonce.
pub(crate) fn digest(key: &PinnedKey, nonce: &[u8; 32]) -> [u8; 32] {
    Sha256::new()
        .chain_update(DOMAIN)
        .chain_update(key.public_key.to_compressed())
        .chain_update(nonce)
        .finalize()
        .into()
}

/// Whether `proof` is the key's signature over this nonce, as [`Token::prove_possession`](crate::Token::prove_possession)
/// gives it, perhaps in another process.
pub fn verify(key: &PinnedKey, nonce: &[u8; 32], proof: &RecoverableSignature) -> bool {
    proof.recover(&digest(key, nonce)).is_ok_and(|signer| signer == key.public_key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::CkaId;

    #[test]
    fn differs_by_key_and_nonce_and_is_no_transaction() {
        let key = |secret: u8| PinnedKey {
            id: CkaId::new([0; 16]),
            public_key: tron_tx::LocalKey::from_scalar(&[secret; 32]).unwrap().public_key(),
        };
        assert_ne!(digest(&key(1), &[0; 32]), digest(&key(2), &[0; 32]));
        assert_ne!(digest(&key(1), &[0; 32]), digest(&key(1), &[1; 32]));
        assert_eq!(DOMAIN[0] & 7, 4, "wire type 4 closes a group");
    }
}
