//! The last 65,536 solid blocks by number: what a transaction's reference can mean (java-tron keeps as many for TAPOS).

use primitives::{BlockId, BlockRef, UnixMs};
use serde::{Deserialize, Serialize};
use store::Record;
use tron_tx::RefBlock;

/// Headers in one record. A whole ring is 1,024 of them, so that a chain that goes on for ever takes no more room, and
/// a batch of blocks writes one or two records.
const PAGE: u64 = 64;
/// A reference has the low 16 bits of a number.
const RING: u64 = 1 << 16;

/// A page of the ring.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeaderPage {
    /// Its place in the ring, below 1,024.
    slot: u64,
    /// The number of the first block in it.
    first: u64,
    /// Id and time of that block and those after it, without a gap.
    blocks: Vec<(BlockId, UnixMs)>,
}

impl HeaderPage {
    /// The page's id for a block number.
    pub fn id_for(number: u64) -> String {
        format!("{:04}", slot_of(number))
    }

    /// A page that begins with this block.
    pub fn starting(block: BlockRef) -> Self {
        Self { slot: slot_of(block.number), first: block.number, blocks: vec![(block.id, block.time)] }
    }

    /// Adds the next block. If that is of another lap, or not the next, the page begins anew.
    pub fn append(&mut self, block: BlockRef) {
        let follows = block.number == self.first + self.blocks.len() as u64 && block.number / PAGE == self.first / PAGE;
        if follows {
            self.blocks.push((block.id, block.time));
        } else {
            *self = Self::starting(block);
        }
    }

    /// The block of this number, if it is in this page.
    pub fn at(&self, number: u64) -> Option<BlockRef> {
        let place = usize::try_from(number.checked_sub(self.first)?).ok()?;
        self.blocks.get(place).map(|(id, time)| BlockRef { number, id: *id, time: *time })
    }

    /// The block that a transaction refers to, if it is in this page.
    pub fn find(&self, reference: RefBlock) -> Option<BlockRef> {
        let blocks = self.blocks.iter().zip(self.first..);
        let found = blocks.into_iter().find(|((id, _), _)| reference.matches(id));
        found.map(|((id, time), number)| BlockRef { number, id: *id, time: *time })
    }
}

const fn slot_of(number: u64) -> u64 {
    number % RING / PAGE
}

/// The page that could have the block of this reference.
pub fn page_of(reference: RefBlock) -> String {
    HeaderPage::id_for(u64::from(u16::from_be_bytes(reference.bytes)))
}

/// The newest number at or below `limit` that the reference can mean.
pub fn newest_candidate(reference: RefBlock, limit: u64) -> Option<u64> {
    let low = u64::from(u16::from_be_bytes(reference.bytes));
    let back = limit.wrapping_sub(low) % RING;
    limit.checked_sub(back)
}

impl Record for HeaderPage {
    const NOUN: &'static str = "header_page";

    fn id(&self) -> String {
        Self::id_for(self.slot * PAGE)
    }

    fn stage(&self) -> &'static str {
        "kept"
    }

    fn due_at(&self) -> Option<UnixMs> {
        None
    }
}

#[cfg(test)]
mod tests {
    use std::collections::btree_map::{BTreeMap, Entry};

    use super::*;
    use proptest::prelude::*;

    fn block(number: u64) -> BlockRef {
        let mut id = [0xab; 32];
        id[..8].copy_from_slice(&number.to_be_bytes());
        id[8..16].copy_from_slice(&number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
        BlockRef { number, id: BlockId::new(id), time: UnixMs(number * 3_000) }
    }

    proptest! {
        #[test]
        fn a_block_of_the_last_lap_is_found_by_its_reference(start in 0_u64..200_000, count in 1_u64..400, back in 0_u64..400) {
            let mut pages: BTreeMap<String, HeaderPage> = BTreeMap::new();
            for number in start..start + count {
                let id = HeaderPage::id_for(number);
                let page = match pages.entry(id.clone()) {
                    Entry::Vacant(place) => place.insert(HeaderPage::starting(block(number))),
                    Entry::Occupied(place) => {
                        let page = place.into_mut();
                        page.append(block(number));
                        page
                    }
                };
                prop_assert_eq!(page.id(), id);
            }
            let wanted = start + count - 1 - back.min(count - 1);
            let reference = RefBlock::from(block(wanted).id);
            let page = &pages[&page_of(reference)];
            prop_assert_eq!(page.find(reference), Some(block(wanted)));
            prop_assert_eq!(page.at(wanted), Some(block(wanted)));
        }

        #[test]
        fn the_candidate_is_the_newest_with_the_low_bits(low: u16, limit in 0_u64..1 << 40) {
            let reference = RefBlock { bytes: low.to_be_bytes(), hash: [0; 8] };
            match newest_candidate(reference, limit) {
                None => prop_assert!(limit < u64::from(low)),
                Some(number) => {
                    prop_assert!(number <= limit && limit - number < RING);
                    prop_assert_eq!(number % RING, u64::from(low));
                }
            }
        }
    }

    #[test]
    fn a_page_of_another_lap_begins_anew() {
        let mut page = HeaderPage::starting(block(64));
        page.append(block(65));
        assert_eq!(page.find(RefBlock::from(block(65).id)).unwrap(), block(65));
        page.append(block(64 + RING));
        assert_eq!(page.find(RefBlock::from(block(65).id)), None);
        assert_eq!((page.at(64), page.at(64 + RING), page.at(65 + RING)), (None, Some(block(64 + RING)), None));
        assert_eq!(page.find(RefBlock::from(block(64 + RING).id)), Some(block(64 + RING)));
        page.append(block(67 + RING));
        assert_eq!(page.find(RefBlock::from(block(64 + RING).id)), None, "a gap");
    }
}
