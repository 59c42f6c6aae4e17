//! Reading again the blocks that were scanned before a transaction came to us.
//!
//! The blocks prove themselves: each names the one before it, and the last must be the very block that the scanner had
//! reached when the transaction arrived. So nobody can serve others, and no old header need be kept.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use primitives::TxId;
use service::BoxError;
use tokio_util::sync::CancellationToken;

use super::headers::newest_candidate;
use super::ledger::{Entry, Ledger};
use super::reader::Reader;
use crate::node::{NodeFault, Question};
use crate::nodes::{Nodes, Purpose, read_header};

/// Blocks looked through at a time.
const BATCH: usize = 256;
/// After a failure.
const PAUSE: Duration = Duration::from_millis(500);

/// Closes the gaps of transactions that came late.
#[derive(Debug)]
pub struct Backfill {
    /// Whose gaps.
    pub ledger: Arc<Ledger>,
    /// Where the blocks come from.
    pub reader: Arc<Reader>,
    /// Who serves them.
    pub nodes: Arc<Nodes>,
}

impl Backfill {
    /// Runs until told to stop.
    pub async fn run(self, stop: CancellationToken) -> Result<(), BoxError> {
        loop {
            let step = tokio::select! {
                () = stop.cancelled() => return Ok(()),
                step = self.step() => step,
            };
            if let Err(error) = step {
                tracing::warn!(error = %service::problem::chain(&*error), "the backfill tries again");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    /// Finds one reference or reads one gap, or waits for one.
    async fn step(&self) -> Result<(), BoxError> {
        let late = self.ledger.late();
        if let Some((txid, entry)) = late.iter().find(|(_, entry)| entry.coverage.number.is_none()) {
            return self.seek(*txid, entry).await;
        }
        if let Some((_, entry)) = late.first() {
            return self.read(entry, &late).await;
        }
        self.ledger.late_comer().await;
        Ok(())
    }

    /// Looks behind us for the block that a transaction refers to.
    async fn seek(&self, txid: TxId, entry: &Entry) -> Result<(), BoxError> {
        let reference = entry.coverage.reference.0;
        let Some(number) = newest_candidate(reference, entry.coverage.arrived.number) else {
            return Ok(self.ledger.found_reference(txid, None).await?);
        };
        let question = Question::solid_header(number);
        let answered =
            self.nodes.ask_among(Purpose::Blocks, self.nodes.serving(number), &question, read_header).await?;
        let found = reference.matches(&answered.value.block.id).then_some(number);
        Ok(self.ledger.found_reference(txid, found).await?)
    }

    /// Reads the gap of `entry` for all whose gaps lie within it.
    async fn read(&self, entry: &Entry, late: &[(TxId, Entry)]) -> Result<(), BoxError> {
        let Some((after, through)) = entry.coverage.gap() else {
            return Err("a late transaction without a gap".into());
        };
        let within = |entry: &Entry| entry.coverage.gap().is_some_and(|(from, to)| from >= after && to <= through);
        let txids: Vec<TxId> = late.iter().filter(|(_, entry)| within(entry)).map(|(txid, _)| *txid).collect();
        let mut found = HashMap::new();
        let mut reading = self.reader.read(after + 1..=through, None);
        let mut last = None;
        while let Some(batch) = reading.next(BATCH).await {
            for read in batch {
                let receipts = match read.scanned.receipts(|txid| txids.contains(txid)) {
                    Ok(receipts) => receipts,
                    Err(fault) => {
                        self.nodes.failed(&read.node, &NodeFault::Wire(fault));
                        return Err("a receipt cannot be read".into());
                    }
                };
                found.extend(receipts.into_iter().map(|(txid, receipt)| (txid, (read.scanned.block, receipt))));
                last = Some(read.scanned.block.id);
            }
        }
        if last != Some(entry.coverage.arrived.id) {
            return Err(format!("blocks {after} to {through} do not lead to the one that was scanned").into());
        }
        tracing::info!(after, through, transactions = txids.len(), found = found.len(), "read older blocks again");
        Ok(self.ledger.read_gap(&txids, after, through, &found).await?)
    }
}
