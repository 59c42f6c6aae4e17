//! Anchors that were verified before: all payments of a moment refer to one, and its signature is looked at once.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use primitives::statement::{Anchor, Signed, StatementError, VerifyKey};

/// How many are remembered: tron-client makes one a block, and the oldest that is good is two minutes old.
const REMEMBERED: usize = 64;

/// The anchors whose signature was good, by their every byte and the key. Remembering changes no answer, only its cost.
#[derive(Debug, Default)]
pub struct Anchors(Mutex<VecDeque<(VerifyKey, Signed<Anchor>)>>);

impl Anchors {
    /// The anchor, if the signature is this key's.
    pub fn verify<'a>(&self, signed: &'a Signed<Anchor>, key: &VerifyKey) -> Result<&'a Anchor, StatementError> {
        if self.known().iter().rev().any(|(by, known)| by == key && known == signed) {
            return Ok(signed.unverified());
        }
        let anchor = signed.verify(key)?;
        let mut known = self.known();
        if known.len() == REMEMBERED {
            known.pop_front();
        }
        known.push_back((*key, signed.clone()));
        Ok(anchor)
    }

    fn known(&self) -> std::sync::MutexGuard<'_, VecDeque<(VerifyKey, Signed<Anchor>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use primitives::statement::SignKey;
    use primitives::{BlockId, ChainId, UnixMs};

    use super::*;

    fn signed(number: u64, key: &SignKey) -> Signed<Anchor> {
        let anchor = Anchor { chain_id: ChainId(1), number, block_id: BlockId::new([1; 32]), solid_time: UnixMs(1) };
        Signed::sign(anchor, key)
    }

    #[test]
    fn what_was_verified_is_good_again_and_nothing_else_is() {
        let (key, other) = (SignKey::from_seed(&[1; 32]), SignKey::from_seed(&[2; 32]));
        let anchors = Anchors::default();
        let good = signed(1, &key);
        for _ in 0..2 {
            assert_eq!(anchors.verify(&good, &key.verify_key()), Ok(good.unverified()));
            // The same words by another, and the same bytes for another.
            assert!(anchors.verify(&signed(1, &other), &key.verify_key()).is_err());
            assert!(anchors.verify(&good, &other.verify_key()).is_err());
        }
        assert_eq!(anchors.known().len(), 1, "what is not good is not remembered");
        for number in 2..200 {
            anchors.verify(&signed(number, &key), &key.verify_key()).unwrap();
        }
        assert_eq!(anchors.known().len(), REMEMBERED);
        assert!(anchors.verify(&good, &key.verify_key()).is_ok(), "what was forgotten is verified again");
    }
}
