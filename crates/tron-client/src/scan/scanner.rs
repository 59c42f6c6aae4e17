//! Following the solid chain.

use std::sync::Arc;
use std::time::Duration;

use primitives::{BlockId, BlockRef};
use service::BoxError;
use store::StoreError;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::ledger::{AdvanceFault, Extent, Ledger};
use super::reader::{ReadBlock, Reader};
use crate::config::Start;
use crate::node::{NodeChain, NodeFault};
use crate::nodes::{Nodes, Sight};

/// Blocks in one commit: enough that the commit's cost does not count, few enough that it is soon over.
const BATCH: usize = 256;
/// After a fault of the store.
const PAUSE: Duration = Duration::from_millis(500);

/// Reads every solid block into the ledger, in order.
#[derive(Debug)]
pub struct Scanner {
    /// Where the blocks go.
    pub ledger: Arc<Ledger>,
    /// Where they come from.
    pub reader: Arc<Reader>,
    /// Who serves them.
    pub nodes: Arc<Nodes>,
    /// How far they go.
    pub sight: watch::Receiver<Sight>,
    /// Where to begin when nothing was read yet.
    pub start: Start,
}

impl Scanner {
    /// Runs until told to stop.
    pub async fn run(mut self, stop: CancellationToken) -> Result<(), BoxError> {
        loop {
            let step = tokio::select! {
                () = stop.cancelled() => return Ok(()),
                step = self.step() => step,
            };
            if let Err(error) = step {
                tracing::warn!(error = %service::problem::chain(&*error), "the scanner tries again");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    /// Reads what there is to read, or waits for more.
    async fn step(&mut self) -> Result<(), BoxError> {
        let solid = self.sight.borrow_and_update().solid.map(|block| block.number);
        match (self.ledger.extent(), solid) {
            // No node has receipts for the first block's transactions, so reading begins with the second.
            (None, Some(solid)) if solid > 0 => self.begin(solid).await,
            (Some(extent), Some(solid)) if solid > extent.last.number => self.read(extent, solid).await,
            _ => Ok(self.sight.changed().await?),
        }
    }

    async fn begin(&self, solid: u64) -> Result<(), BoxError> {
        let number = match self.start {
            Start::Solid => solid,
            Start::Number(number) => number.clamp(1, solid),
        };
        let genesis = self.genesis().ok_or("no node has told its first block")?;
        let block = self.reader.one(number).await;
        tracing::info!(number, id = %block.scanned.block.id, "the first block that is read");
        Ok(self.ledger.begin(genesis, block).await?)
    }

    async fn read(&self, extent: Extent, solid: u64) -> Result<(), BoxError> {
        let mut reading = self.reader.read(extent.last.number + 1..=solid, Some(extent.last.id));
        while let Some(batch) = reading.next(BATCH).await {
            let confirmed = self.confirmed(&batch).await?;
            match self.ledger.advance(batch, confirmed).await {
                Ok(()) => {}
                Err(AdvanceFault::Receipt { node, fault }) => {
                    self.nodes.failed(&node, &NodeFault::Wire(fault));
                    return Ok(());
                }
                Err(error) => return Err(error.into()),
            }
        }
        let reached = self.ledger.extent().is_some_and(|extent| extent.last.number >= solid);
        if reached { Ok(()) } else { Err("reading broke off".into()) }
    }

    /// The newest block of these and of those before that another owner's node has too, where somebody could be dead by
    /// it. That node may be some blocks behind the one that is read, always; so it is not asked for the last of these.
    async fn confirmed(&self, batch: &[ReadBlock]) -> Result<Option<BlockRef>, StoreError> {
        let Some(last) = batch.last() else { return Ok(None) };
        let Some(number) = self.nodes.confirmable(last.scanned.block.number, &last.node) else { return Ok(None) };
        let here = batch.iter().map(|read| read.scanned.block).find(|block| block.number == number);
        let block = match here {
            Some(block) => Some(block),
            None => self.ledger.block(number).await?,
        };
        let Some(block) = block.filter(|block| self.ledger.may_die_at(*block)) else { return Ok(None) };
        Ok(self.nodes.confirm(block, &last.node).await.suffices().then_some(block))
    }

    /// The first block, as the nodes of our chain have it.
    fn genesis(&self) -> Option<BlockId> {
        self.nodes.all().iter().find_map(|node| match node.standing().chain {
            NodeChain::Ours(genesis) => Some(genesis),
            _ => None,
        })
    }
}
