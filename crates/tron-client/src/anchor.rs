//! Anchors: our word for where the solid chain is.

use primitives::statement::{Anchor, SignKey, Signed};
use primitives::{BlockRef, ChainId, UnixMs};
use thiserror::Error;

use crate::config::Trust;

/// Why no anchor is signed now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NoAnchor {
    /// Nothing was read yet.
    #[error("no block was read yet")]
    Nothing,
    /// The newest block that was read is too old.
    #[error("the newest block that was read is {age_ms} ms old")]
    Stale {
        /// Its age.
        age_ms: u64,
    },
    /// A block is ahead of our clock: the clock is wrong, or the chain's is.
    #[error("a block is {ahead_ms} ms ahead of this machine's clock; compare the clocks")]
    Clock {
        /// How far.
        ahead_ms: u64,
    },
}

/// The block that an anchor may be signed for now: the newest scanned one, if clock and chain agree. `head` is the
/// newest block's time that a node reported.
pub fn anchored(
    scanned: Option<BlockRef>,
    head: Option<UnixMs>,
    trust: &Trust,
    now: UnixMs,
) -> Result<BlockRef, NoAnchor> {
    let block = scanned.ok_or(NoAnchor::Nothing)?;
    let ahead_ms = head.unwrap_or_default().max(block.time).ms_since(now);
    if ahead_ms > trust.clock_skew_ms {
        return Err(NoAnchor::Clock { ahead_ms });
    }
    let age_ms = now.ms_since(block.time);
    if age_ms > trust.anchor_age_ms { Err(NoAnchor::Stale { age_ms }) } else { Ok(block) }
}

/// Signs the anchor of a block.
pub fn sign(chain_id: ChainId, block: BlockRef, key: &SignKey) -> Signed<Anchor> {
    Signed::sign(Anchor { chain_id, number: block.number, block_id: block.id, solid_time: block.time }, key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use primitives::BlockId;

    const TRUST: Trust = Trust {
        quorum: 1,
        one_owner: None,
        stale_after_ms: 0,
        stale_blocks: 0,
        anchor_age_ms: 120_000,
        clock_skew_ms: 30_000,
        lag_ms: 0,
    };

    fn block(time: u64) -> BlockRef {
        let mut id = [0; 32];
        id[7] = 9;
        BlockRef { number: 9, id: BlockId::new(id), time: UnixMs(time) }
    }

    #[test]
    fn only_a_fresh_block_by_a_right_clock_is_anchored() {
        let now = UnixMs(1_000_000);
        let of = |time, head: u64| anchored(Some(block(time)), Some(UnixMs(head)), &TRUST, now);
        assert_eq!(anchored(None, None, &TRUST, now), Err(NoAnchor::Nothing));
        assert!(of(880_000, 1_000_000).is_ok());
        assert_eq!(of(879_999, 1_000_000), Err(NoAnchor::Stale { age_ms: 120_001 }));
        assert!(of(990_000, 1_030_000).is_ok());
        assert_eq!(of(990_000, 1_030_001), Err(NoAnchor::Clock { ahead_ms: 30_001 }));
    }

    #[test]
    fn the_anchor_is_ours_and_says_the_block() {
        let key = SignKey::from_seed(&[3; 32]);
        let signed = sign(ChainId(7), block(5), &key);
        let anchor = signed.verify(&key.verify_key()).unwrap();
        assert_eq!((anchor.chain_id, anchor.number, anchor.solid_time), (ChainId(7), 9, UnixMs(5)));
    }
}
