//! The newest head as the token keeps it: a checkpoint's encoding, unsigned, and its digest, so that half a value is no
//! value.

use primitives::PlaneId;
use primitives::statement::{Checkpoint, Hashed, Statement};
use signer::DataName;

/// The length of the digest at the end.
const DIGEST: usize = 32;

/// Where the token keeps the head of this plane's log.
pub(super) fn name(plane: PlaneId) -> DataName {
    DataName { label: "lucid-audit-head", application: plane.to_string() }
}

/// The value for the token.
pub(super) fn encode(checkpoint: &Checkpoint) -> Vec<u8> {
    let mut value = checkpoint.encode();
    value.extend(checkpoint.digest());
    value
}

/// What a value of the token says; `None` if it is not whole.
pub(super) fn decode(value: &[u8]) -> Option<Checkpoint> {
    let (encoding, digest) = value.split_at_checked(value.len().checked_sub(DIGEST)?)?;
    let checkpoint = Checkpoint::decode(encoding).ok()?;
    (checkpoint.digest() == digest).then_some(checkpoint)
}

#[cfg(test)]
mod tests {
    use primitives::UnixMs;

    use super::*;

    #[test]
    fn only_a_whole_value_says_anything() {
        let plane = "pl_6ba7b810-9dad-11d1-80b4-00c04fd430c8".parse().unwrap();
        let checkpoint = Checkpoint { plane, incarnation: [1; 16], seq: 300, head: [2; 32], at: UnixMs(70_000) };
        let value = encode(&checkpoint);
        assert_eq!(decode(&value), Some(checkpoint));
        for length in 0..value.len() {
            assert_eq!(decode(&value[..length]), None, "{length} bytes");
            let mut other = value.clone();
            other[length] ^= 1;
            assert_eq!(decode(&other), None, "byte {length} changed");
        }
    }
}
