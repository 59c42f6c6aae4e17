//! The names of the transactions of the last few blocks, so that a transaction that arrives just after its reference
//! block needs no second reading.

use std::collections::VecDeque;

use primitives::TxId;

/// So many blocks are remembered: a few minutes, at most 1.5 MB on a full mainnet.
const BLOCKS_MAX: usize = 128;

/// The transactions of consecutive blocks.
#[derive(Debug, Default)]
pub struct Recent {
    blocks: VecDeque<(u64, Box<[TxId]>)>,
}

impl Recent {
    /// Remembers the block after the last one.
    pub fn push(&mut self, number: u64, txids: Box<[TxId]>) {
        if self.blocks.back().is_some_and(|(last, _)| last + 1 != number) {
            self.blocks.clear();
        }
        if self.blocks.len() == BLOCKS_MAX {
            self.blocks.pop_front();
        }
        self.blocks.push_back((number, txids));
    }

    /// Whether the transaction is in none of the blocks after `after` up to and with `through`, as far as this knows.
    pub fn surely_absent(&self, txid: &TxId, after: u64, through: u64) -> bool {
        if after >= through {
            return true;
        }
        let (Some((first, _)), Some((last, _))) = (self.blocks.front(), self.blocks.back()) else { return false };
        if *first > after + 1 || *last < through {
            return false;
        }
        let within = self.blocks.iter().filter(|(number, _)| *number > after && *number <= through);
        within.into_iter().all(|(_, txids)| !txids.contains(txid))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn txid(seed: u64) -> TxId {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_be_bytes());
        TxId::new(bytes)
    }

    proptest! {
        #[test]
        fn never_says_absent_of_what_is_there(start in 1_u64..10, count in 0_u64..300, after in 0_u64..310, length in 0_u64..310, wanted in 0_u64..310) {
            let mut recent = Recent::default();
            for number in start..start + count {
                recent.push(number, Box::new([txid(number)]));
            }
            let through = after + length;
            if recent.surely_absent(&txid(wanted), after, through) && length > 0 {
                prop_assert!(!(after < wanted && wanted <= through));
                prop_assert!(after + 1 >= start && through < start + count, "the whole range was read");
            }
        }
    }

    #[test]
    fn a_gap_forgets() {
        let mut recent = Recent::default();
        recent.push(1, Box::new([]));
        recent.push(3, Box::new([]));
        assert!(!recent.surely_absent(&txid(0), 0, 3));
        assert!(recent.surely_absent(&txid(0), 2, 3));
        assert!(recent.surely_absent(&txid(0), 7, 7));
    }
}
