//! The branch of blocks above the solid one, as last seen. Pure.

use std::collections::BTreeMap;

use primitives::{BlockId, BlockRef};

/// A branch longer than this is looked at from its upper end only.
const LONGEST: u64 = 200;

/// Consecutive blocks above the solid one.
#[derive(Debug, Default)]
pub struct Branch {
    blocks: BTreeMap<u64, BlockId>,
}

impl Branch {
    /// Forgets what cannot change any more.
    pub fn settle(&mut self, solid: u64) {
        self.blocks = self.blocks.split_off(&(solid + 1));
    }

    /// Which block to look at next on the way to `head`; `None` once it is reached.
    pub fn wanted(&self, solid: u64, head: BlockRef) -> Option<u64> {
        let floor = (solid + 1).max(head.number.saturating_sub(LONGEST));
        if head.number < floor || self.has(&head) {
            return None;
        }
        match self.blocks.last_key_value() {
            Some((top, _)) if *top < head.number => Some((top + 1).max(floor)),
            Some(_) => Some(head.number),
            None => Some(floor),
        }
    }

    /// Takes a block that was looked at, and says which ones it shows to be on the branch no more. If it does not
    /// follow the block below, that one goes too, and the block is to be looked at again after it.
    pub fn take(&mut self, block: BlockRef, parent: BlockId) -> Vec<BlockId> {
        let mut gone: Vec<BlockId> = Vec::new();
        if self.blocks.get(&block.number) != Some(&block.id) {
            gone.extend(self.blocks.split_off(&block.number).into_values());
        }
        let below = block.number.checked_sub(1).and_then(|number| self.blocks.get(&number).copied());
        match below {
            Some(id) if id != parent => gone.extend(self.blocks.split_off(&(block.number - 1)).into_values()),
            _ => {
                self.blocks.insert(block.number, block.id);
            }
        }
        gone
    }

    /// Whether the block is on the branch.
    pub fn has(&self, block: &BlockRef) -> bool {
        self.blocks.get(&block.number) == Some(&block.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use primitives::UnixMs;
    use proptest::prelude::*;

    /// Block `number` of fork `fork`.
    fn block(number: u64, fork: u8) -> BlockRef {
        let mut id = [fork; 32];
        id[..8].copy_from_slice(&number.to_be_bytes());
        BlockRef { number, id: BlockId::new(id), time: UnixMs(number) }
    }

    proptest! {
        /// A chain that forks at random above the solid block: following it always reaches its head, has exactly its
        /// blocks, and names every block that it left.
        #[test]
        fn follows_every_fork(turns in proptest::collection::vec((1_usize..6, 0_usize..6, 0_usize..3), 1..40)) {
            let (mut chain, mut solid, mut branch) = (vec![block(0, 0)], 0_usize, Branch::default());
            let mut known: std::collections::BTreeSet<BlockId> = std::collections::BTreeSet::new();
            for (fork, (grow, undo, settle)) in turns.into_iter().enumerate() {
                let undo = undo.min(chain.len() - 1 - solid);
                chain.truncate(chain.len() - undo);
                for _ in 0..grow + undo {
                    chain.push(block(chain.len() as u64, u8::try_from(fork % 250).unwrap() + 1));
                }
                solid = (solid + settle).min(chain.len() - 1);
                branch.settle(solid as u64);
                let head = *chain.last().unwrap();
                let mut steps = 0;
                while let Some(number) = branch.wanted(solid as u64, head) {
                    let place = usize::try_from(number).unwrap();
                    for gone in branch.take(chain[place], chain[place - 1].id) {
                        prop_assert!(known.remove(&gone), "it was there");
                        prop_assert!(chain.iter().all(|block| block.id != gone));
                    }
                    if branch.has(&chain[place]) {
                        known.insert(chain[place].id);
                    }
                    steps += 1;
                    prop_assert!(steps < 200, "it ends");
                }
                let left: Vec<_> = known.iter().filter(|id| chain.iter().all(|block| block.id != **id)).collect();
                prop_assert!(left.iter().all(|id| id.number() <= solid as u64), "every block that was left was named");
                for block in &chain[solid + 1..] {
                    prop_assert!(branch.has(block));
                }
            }
        }
    }
}
