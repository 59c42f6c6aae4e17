//! What the backfill and the head's follower learn about single transactions.

use std::collections::HashMap;

use api::tron_client::Receipt;
use primitives::{BlockId, BlockRef, TxId};
use store::CommitError;

use super::{Entry, Ledger};
use crate::submission::plan::first_broadcast;
use crate::submission::{Coverage, Fate, Submission};

impl Ledger {
    /// The transactions for which older blocks must be read, those that lack the fewest blocks first.
    pub fn late(&self) -> Vec<(TxId, Entry)> {
        let mut late: Vec<(TxId, Entry)> =
            self.open().iter().filter(|(_, entry)| entry.is_late()).map(|(txid, entry)| (*txid, *entry)).collect();
        late.sort_by_key(|(txid, entry)| (entry.coverage.gap().map_or(0, |(after, through)| through - after), *txid));
        late
    }

    /// The reference of a transaction was looked for behind us: it is that block, or none there.
    pub async fn found_reference(&self, txid: TxId, number: Option<u64>) -> Result<(), CommitError> {
        let Some(number) = number else {
            if let Some(entry) = self.open().get_mut(&txid) {
                entry.sought = true;
            }
            return Ok(());
        };
        let covered =
            |coverage: Coverage| if coverage.number.is_some() { coverage } else { coverage.referring_to(number) };
        self.cover(&[txid], covered, &HashMap::new()).await
    }

    /// The blocks after `after` up to and with `through` were read, and had these of our transactions.
    pub async fn read_gap(
        &self,
        txids: &[TxId],
        after: u64,
        through: u64,
        found: &HashMap<TxId, (BlockRef, Receipt)>,
    ) -> Result<(), CommitError> {
        let covered = |coverage: Coverage| match coverage.gap() {
            Some((from, to)) if from >= after && to <= through => Coverage { gap_read: true, ..coverage },
            _ => coverage,
        };
        self.cover(txids, covered, found).await
    }

    async fn cover(
        &self,
        txids: &[TxId],
        covered: impl Fn(Coverage) -> Coverage,
        found: &HashMap<TxId, (BlockRef, Receipt)>,
    ) -> Result<(), CommitError> {
        // Alone, so that the scanner does not decide on a coverage that is being replaced.
        let gate = self.gate.write().await;
        let decide = |submission: &Submission| {
            let next = Submission { coverage: covered(submission.coverage), ..submission.clone() };
            let fate = found
                .get(&submission.txid)
                .map(|(block, receipt)| Fate::Solid { block: *block, receipt: receipt.clone() });
            (!submission.is_final()).then(|| fate.map_or_else(|| next.clone(), |fate| next.with_fate(fate)))
        };
        let changed = self.change(txids, decide, |commit| commit).await?;
        let mut open = self.open();
        for next in changed {
            match open.get_mut(&next.txid) {
                Some(_) if next.is_final() => drop(open.remove(&next.txid)),
                Some(entry) => entry.coverage = next.coverage,
                None => {}
            }
        }
        drop(open);
        drop(gate);
        Ok(())
    }

    /// What the blocks near the head say, which may still be replaced: these transactions are in them, and what was in
    /// one of the blocks that are `gone` is not any more.
    pub async fn see(&self, found: &HashMap<TxId, (BlockRef, Receipt)>, gone: &[BlockId]) -> Result<(), CommitError> {
        let mut txids: Vec<TxId> = found.keys().copied().collect();
        if !gone.is_empty() {
            txids.extend(self.open().keys().filter(|txid| !found.contains_key(*txid)));
        }
        if txids.is_empty() {
            return Ok(());
        }
        let now = self.clock.now();
        let decide = |submission: &Submission| match (&submission.fate, found.get(&submission.txid)) {
            (Fate::Open | Fate::Included { .. }, Some((block, receipt))) => {
                Some(submission.with_fate(Fate::Included { block: *block, receipt: receipt.clone() }))
            }
            (Fate::Included { block, .. }, None) if gone.contains(&block.id) => {
                let next_broadcast = first_broadcast(!submission.signatures.is_empty(), submission.expiration, now);
                Some(Submission { next_broadcast, ..submission.with_fate(Fate::Open) })
            }
            _ => None,
        };
        self.change(&txids, decide, |commit| commit).await.map(drop)
    }
}
