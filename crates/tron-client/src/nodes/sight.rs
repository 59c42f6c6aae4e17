//! What the nodes' reports come to. Pure.

use primitives::{Address, BlockRef, UnixMs};

use crate::node::Report;

/// What is known of the chain's ends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sight {
    /// The newest block that a node reported.
    pub head: Option<BlockRef>,
    /// The newest solid block that as many nodes as the quorum asks for have reached: how far may be scanned.
    pub solid: Option<BlockRef>,
    /// An account that surely exists: the producer of the newest block.
    pub witness: Option<Address>,
}

impl Sight {
    /// The reports of the nodes that are on our chain.
    pub fn of(reports: &[Report], quorum: usize) -> Self {
        let newest = reports.iter().max_by_key(|report| report.head.number);
        let mut solids: Vec<BlockRef> = reports.iter().map(|report| report.solid).collect();
        solids.sort_unstable_by_key(|block| std::cmp::Reverse(block.number));
        Self {
            head: newest.map(|report| report.head),
            solid: solids.get(quorum.saturating_sub(1)).copied(),
            witness: newest.and_then(|report| report.witness),
        }
    }
}

/// When a node is too far behind to be asked for state.
#[derive(Debug, Clone, Copy)]
pub struct Staleness {
    /// Its newest block may be so old, milliseconds.
    pub age_ms: u64,
    /// Its solid block may be so many behind the one that the quorum has reached.
    pub blocks: u64,
}

impl Staleness {
    /// Whether a node with this report is behind.
    pub fn is_stale(&self, report: &Report, sight: &Sight, now: UnixMs) -> bool {
        let best = sight.solid.map_or(0, |block| block.number);
        now.ms_since(report.head.time) > self.age_ms || best.saturating_sub(report.solid.number) > self.blocks
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use primitives::BlockId;
    use proptest::prelude::*;

    fn block(number: u64) -> BlockRef {
        BlockRef { number, id: BlockId::new([0; 32]), time: UnixMs(number * 3_000) }
    }

    fn report(solid: u64) -> Report {
        Report { head: block(solid + 18), head_parent: BlockId::new([0; 32]), solid: block(solid), witness: None }
    }

    proptest! {
        #[test]
        fn the_quorum_has_reached_what_may_be_scanned(solids in proptest::collection::vec(0_u64..100, 0..6), quorum in 1_usize..5) {
            let reports: Vec<Report> = solids.iter().map(|solid| report(*solid)).collect();
            let sight = Sight::of(&reports, quorum);
            let reached = |number: u64| solids.iter().filter(|solid| **solid >= number).count();
            match sight.solid {
                None => prop_assert!(solids.len() < quorum),
                Some(solid) => {
                    prop_assert!(reached(solid.number) >= quorum);
                    prop_assert!(reached(solid.number + 1) < quorum);
                }
            }
        }
    }

    #[test]
    fn behind_the_clock_or_the_others_is_stale() {
        let staleness = Staleness { age_ms: 30_000, blocks: 20 };
        let sight = Sight::of(&[report(100), report(80), report(79)], 1);
        let now = UnixMs(118 * 3_000);
        assert!(!staleness.is_stale(&report(100), &sight, now));
        assert!(!staleness.is_stale(&report(100), &sight, now.plus_ms(30_000)));
        assert!(staleness.is_stale(&report(100), &sight, now.plus_ms(30_001)));
        let now = UnixMs(98 * 3_000);
        assert!(!staleness.is_stale(&report(80), &sight, now));
        assert!(staleness.is_stale(&report(79), &sight, now));
    }
}
