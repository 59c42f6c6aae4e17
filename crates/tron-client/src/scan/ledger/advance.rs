//! Going on by some blocks: what they decide is stored with the cursor, in one commit.

use std::collections::HashMap;
use std::sync::Arc;

use primitives::{BlockRef, TxId};
use store::{Commit, CommitError, Record, StoreError, Versioned};
use thiserror::Error;

use super::{Ledger, Scanned, wallets};
use crate::node::Node;
use crate::scan::cursor::ScanCursor;
use crate::scan::headers::HeaderPage;
use crate::scan::reader::ReadBlock;
use crate::submission::{Coverage, Fate, Submission};
use crate::wire::WireError;

/// Why blocks were not taken. Nothing of them is stored, unless the store does not know.
#[derive(Debug, Error)]
pub enum AdvanceFault {
    /// The receipt of one of our transactions cannot be read.
    #[error("a receipt of {} cannot be read", .node.name())]
    Receipt {
        /// Who served it.
        node: Arc<Node>,
        /// What is wrong with it.
        fault: WireError,
    },
    /// They do not go on where the ledger ends: somebody else was faster, or reading has not begun.
    #[error("the blocks do not follow what was read")]
    OutOfTurn,
    /// The store failed.
    #[error(transparent)]
    Commit(#[from] CommitError),
}

/// What a batch decides about a transaction.
#[derive(Debug, Clone)]
struct Decision {
    coverage: Coverage,
    fate: Option<Fate>,
}

/// A page of headers before and after.
struct PageChange {
    old: Option<Versioned<HeaderPage>>,
    new: HeaderPage,
}

impl Ledger {
    /// Takes the next blocks, in order. `confirmed` is one of them, or one read before: its id was confirmed as far as
    /// configured, so that transactions whose time is over by it may be declared dead.
    pub async fn advance(&self, batch: Vec<ReadBlock>, confirmed: Option<BlockRef>) -> Result<(), AdvanceFault> {
        let Some(last) = batch.last().map(|read| read.scanned.block) else { return Ok(()) };
        let mut gate = self.gate.write().await;
        let scanned = gate.as_mut().ok_or(AdvanceFault::OutOfTurn)?;
        let before = scanned.cursor.record.last;
        if batch[0].scanned.parent != before.id || batch[0].scanned.block.number != before.number + 1 {
            return Err(AdvanceFault::OutOfTurn);
        }
        // Of a block that we have not read nothing follows.
        let confirmed = confirmed.filter(|block| block.number <= last.number);
        let decisions = self.decide(&batch, confirmed)?;
        match self.store_batch(scanned, &batch, &decisions).await {
            Ok(()) => {}
            Err(error) => {
                // It may be stored all the same; only the store knows where we are.
                if let Err(again) = self.reload(&mut gate).await {
                    tracing::error!(error = %again, "the cursor cannot be read");
                }
                return Err(error.into());
            }
        }
        for read in batch {
            scanned.recent.push(read.scanned.block.number, read.scanned.txids);
        }
        self.settle(&decisions);
        self.publish(gate.as_ref());
        Ok(())
    }

    /// What these blocks decide about the transactions that are looked for.
    fn decide(
        &self,
        batch: &[ReadBlock],
        confirmed: Option<BlockRef>,
    ) -> Result<HashMap<TxId, Decision>, AdvanceFault> {
        let open = self.open();
        let mut decisions = HashMap::new();
        for read in batch {
            let found = read.scanned.receipts(|txid| open.contains_key(txid));
            let found = found.map_err(|fault| AdvanceFault::Receipt { node: read.node.clone(), fault })?;
            for (txid, receipt) in found {
                let fate = Some(Fate::Solid { block: read.scanned.block, receipt });
                decisions.insert(txid, Decision { coverage: open[&txid].coverage, fate });
            }
        }
        for (txid, entry) in open.iter() {
            if decisions.contains_key(txid) {
                continue;
            }
            let coverage = with_reference(entry.coverage, batch);
            let ruled_out = confirmed.and_then(|block| Some((coverage.rules_out(entry.expiration, block)?, block)));
            let fate = ruled_out.map(|(from, through)| Fate::Dead { from, through });
            if fate.is_some() || coverage != entry.coverage {
                decisions.insert(*txid, Decision { coverage, fate });
            }
        }
        Ok(decisions)
    }

    async fn store_batch(
        &self,
        scanned: &mut Scanned,
        batch: &[ReadBlock],
        decisions: &HashMap<TxId, Decision>,
    ) -> Result<(), CommitError> {
        let pages = self.pages(scanned, batch).await?;
        let last = batch.last().map_or(scanned.cursor.record.last, |read| read.scanned.block);
        let cursor = ScanCursor { last, ..scanned.cursor.record.clone() };
        let txids: Vec<TxId> = decisions.keys().copied().collect();
        let decide = |submission: &Submission| {
            let Decision { coverage, fate } = decisions.get(&submission.txid)?.clone();
            let covered = Submission { coverage, ..submission.clone() };
            (!submission.is_final()).then(|| fate.map_or_else(|| covered.clone(), |fate| covered.with_fate(fate)))
        };
        let sightings = wallets::sightings(&scanned.watched, batch);
        let with = |commit: Commit| {
            let commit = commit.update(&scanned.cursor, &cursor);
            let commit = sightings.iter().fold(commit, |commit, seen| commit.event(wallets::told(seen)));
            pages.iter().fold(commit, |commit, page| match &page.old {
                Some(old) => commit.update(old, &page.new),
                None => commit.insert(&page.new),
            })
        };
        self.change(&txids, decide, with).await?;
        self.metrics.wallet_transactions(sightings.len());
        scanned.cursor = scanned.cursor.next(cursor);
        if let Some(PageChange { old, new }) = pages.into_iter().next_back() {
            scanned.page = Some(old.map_or_else(|| Versioned::first(new.clone()), |old| old.next(new.clone())));
        }
        Ok(())
    }

    /// The pages of headers that these blocks change.
    async fn pages(&self, scanned: &Scanned, batch: &[ReadBlock]) -> Result<Vec<PageChange>, StoreError> {
        let mut pages: Vec<PageChange> = Vec::new();
        for block in batch.iter().map(|read| read.scanned.block) {
            let id = HeaderPage::id_for(block.number);
            if let Some(page) = pages.last_mut().filter(|page| page.new.id() == id) {
                page.new.append(block);
                continue;
            }
            let old = match &scanned.page {
                Some(page) if page.record.id() == id => Some(page.clone()),
                _ => self.store.get::<HeaderPage>(&id).await?,
            };
            let new = match &old {
                Some(old) => {
                    let mut page = old.record.clone();
                    page.append(block);
                    page
                }
                None => HeaderPage::starting(block),
            };
            pages.push(PageChange { old, new });
        }
        Ok(pages)
    }

    /// Takes over into memory what was stored.
    fn settle(&self, decisions: &HashMap<TxId, Decision>) {
        let mut open = self.open();
        for (txid, decision) in decisions {
            match (&decision.fate, open.get_mut(txid)) {
                (Some(_), _) => drop(open.remove(txid)),
                (None, Some(entry)) => entry.coverage = decision.coverage,
                (None, None) => {}
            }
        }
    }
}

/// The coverage, with the reference found among these blocks if it is one of them and was not found before.
fn with_reference(coverage: Coverage, batch: &[ReadBlock]) -> Coverage {
    if coverage.number.is_some() {
        return coverage;
    }
    let referred = batch.iter().find(|read| coverage.reference.0.matches(&read.scanned.block.id));
    referred.map_or(coverage, |read| coverage.referring_to(read.scanned.block.number))
}
