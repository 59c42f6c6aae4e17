//! The keys that sign often, prepared for the verification of what they sign.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use tron_tx::{PreparedKey, PublicKey};

/// How many keys are kept in mind: each prepared one is 121 kB.
const KEYS_MAX: usize = 8;

/// From which signature on a key is prepared, which takes as long as some thirty verifications.
const USES: u32 = 32;

/// The keys that have signed lately, the last one first. What is not here is verified like everything: the answers are
/// the same, only their cost is not.
#[derive(Debug, Default)]
pub(crate) struct PreparedKeys(Mutex<VecDeque<Known>>);

#[derive(Debug)]
struct Known {
    key: PublicKey,
    uses: u32,
    prepared: Option<Arc<PreparedKey>>,
}

impl PreparedKeys {
    /// The key prepared, if it has signed often of late.
    pub(crate) fn of(&self, key: &PublicKey) -> Option<Arc<PreparedKey>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = all.iter().position(|known| known.key == *key);
        let mut known =
            place.and_then(|place| all.remove(place)).unwrap_or(Known { key: *key, uses: 0, prepared: None });
        known.uses = known.uses.saturating_add(1);
        if known.uses >= USES && known.prepared.is_none() {
            known.prepared = Some(Arc::new(PreparedKey::new(*key)));
        }
        let prepared = known.prepared.clone();
        all.push_front(known);
        all.truncate(KEYS_MAX);
        prepared
    }
}

#[cfg(test)]
mod tests {
    use tron_tx::LocalKey;

    use super::*;

    #[test]
    fn a_key_is_prepared_when_it_signs_often_and_forgotten_when_others_do() {
        let keys: Vec<_> = (1..=9).map(|n| LocalKey::from_scalar(&[n; 32]).unwrap().public_key()).collect();
        let prepared = PreparedKeys::default();
        for _ in 1..USES {
            assert!(prepared.of(&keys[0]).is_none());
        }
        assert!(prepared.of(&keys[0]).is_some_and(|ready| *ready.public_key() == keys[0]));
        // Seven others leave room for it, eight do not.
        assert!(keys[1..8].iter().all(|key| prepared.of(key).is_none()));
        assert!(prepared.of(&keys[0]).is_some());
        assert!(keys[1..9].iter().all(|key| prepared.of(key).is_none()));
        assert!(prepared.of(&keys[0]).is_none());
    }
}
