//! Fetching and checking a range of solid blocks, many at once, handed out in order.

use std::collections::VecDeque;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use api::tron_client::ChainTransaction;
use bytes::Bytes;
use futures::FutureExt;
use futures::future::{try_join, try_join_all};
use primitives::{BlockId, TxId};
use tokio::sync::Semaphore;
use tokio_util::task::AbortOnDropHandle;
use tron_tx::json;

use super::fault::BlockFault;
use super::verify::{CheckedBlock, ScannedBlock, check};
use crate::node::{Node, NodeFault, Question};
use crate::nodes::{NoNode, Nodes};
use crate::wire::WireError;

/// While no node can serve a block, they are looked at so often.
const NOBODY: Duration = Duration::from_millis(50);

/// Reads ranges of blocks from whichever node can serve them.
#[derive(Debug)]
pub struct Reader {
    nodes: Arc<Nodes>,
    /// Requests under way, over all ranges.
    requests: Semaphore,
    /// The same, as a number.
    concurrency: usize,
    /// Blocks in one request while far behind.
    span: u64,
}

/// A block and who served it.
#[derive(Debug, Clone)]
pub struct ReadBlock {
    /// The block.
    pub scanned: ScannedBlock,
    /// Who served it.
    pub node: Arc<Node>,
}

/// Some blocks of one node.
struct Chunk {
    blocks: Vec<CheckedBlock>,
    node: Arc<Node>,
}

impl Reader {
    /// At most `concurrency` requests at once; `span` blocks in a request where there are that many to read.
    pub fn new(nodes: Arc<Nodes>, concurrency: usize, span: u64) -> Arc<Self> {
        let requests = Semaphore::new(concurrency.max(1));
        Arc::new(Self { nodes, requests, concurrency: concurrency.max(1), span: span.clamp(1, 100) })
    }

    /// Begins to read these blocks, the first of which follows `parent`.
    pub fn read(self: &Arc<Self>, range: RangeInclusive<u64>, parent: Option<BlockId>) -> Reading {
        let (next, end) = range.into_inner();
        Reading { reader: self.clone(), under_way: VecDeque::new(), next, end, parent }
    }

    /// One block by itself.
    pub async fn one(self: &Arc<Self>, number: u64) -> ReadBlock {
        let mut chunk = self.chunk(number..=number).await;
        let block = chunk.blocks.pop().expect("a chunk has the blocks that were asked for");
        let scanned = block.follow(None).expect("without a parent to follow every block follows");
        ReadBlock { scanned, node: chunk.node }
    }

    /// One transaction of a solid block with its receipt, read from whichever node serves the block well; nothing if the
    /// block does not have it.
    pub async fn transaction(&self, number: u64, txid: TxId) -> Result<Option<ChainTransaction>, NoNode> {
        let mut trouble = None;
        for node in self.nodes.serving(number) {
            match self.transaction_of(&node, number, txid).await {
                Ok(found) => return Ok(found),
                Err(fault) => {
                    self.nodes.failed(&node, &fault);
                    trouble = Some(format!("{}: {fault}", node.name()));
                }
            }
        }
        Err(NoNode(trouble))
    }

    async fn transaction_of(
        &self,
        node: &Node,
        number: u64,
        txid: TxId,
    ) -> Result<Option<ChainTransaction>, NodeFault> {
        let asked = try_join(self.ask(node, Question::block(number)), self.ask(node, Question::receipts(number)));
        let (body, receipts) = asked.await?;
        let whole = json::parse_block(&body).map_err(BlockFault::from)?.ok_or(WireError::Empty)?;
        let scanned = check(&whole, &receipts, number)?.follow(None)?;
        let found = whole.transactions.iter().find(|entry| entry.txid == txid);
        let receipt = scanned.receipts(|name| *name == txid)?.pop();
        Ok(found.zip(receipt).map(|(entry, (_, receipt))| ChainTransaction {
            txid,
            block: scanned.block,
            raw_data: entry.transaction.raw_data.clone().into(),
            receipt,
        }))
    }

    /// Reads until some node serves all of these blocks well.
    async fn chunk(&self, range: RangeInclusive<u64>) -> Chunk {
        loop {
            let Some(node) = self.nodes.serving(*range.end()).into_iter().next() else {
                let wake = self.nodes.next_wake().map(|at| at.saturating_duration_since(std::time::Instant::now()));
                tokio::time::sleep(wake.map_or(NOBODY, |wait| wait.min(NOBODY))).await;
                continue;
            };
            match self.chunk_of(&node, range.clone()).await {
                Ok(blocks) => {
                    node.succeeded();
                    return Chunk { blocks, node };
                }
                Err(fault) => self.nodes.failed(&node, &fault),
            }
        }
    }

    async fn chunk_of(&self, node: &Node, range: RangeInclusive<u64>) -> Result<Vec<CheckedBlock>, NodeFault> {
        let (start, end) = (*range.start(), *range.end());
        let question = if start == end { Question::block(start) } else { Question::blocks(start, end + 1) };
        let receipts = range.clone().map(|number| self.ask(node, Question::receipts(number)));
        let (body, receipts) = try_join(self.ask(node, question), try_join_all(receipts)).await?;
        let numbered = receipts.iter().zip(range);
        let blocks = if start == end {
            json::parse_block(&body).map(|block| block.into_iter().collect())
        } else {
            json::parse_blocks(&body)
        }
        .map_err(BlockFault::from)?;
        if blocks.len() != receipts.len() {
            return Err(WireError::Empty.into());
        }
        let checked = blocks.iter().zip(numbered).map(|(block, (receipts, number))| check(block, receipts, number));
        Ok(checked.collect::<Result<_, BlockFault>>()?)
    }

    async fn ask(&self, node: &Node, question: Question) -> Result<Bytes, NodeFault> {
        let _permit = self.requests.acquire().await.expect("the semaphore is never closed");
        node.ask(&question).await
    }
}

/// A range being read. Dropping it stops the requests.
#[derive(Debug)]
pub struct Reading {
    reader: Arc<Reader>,
    under_way: VecDeque<(RangeInclusive<u64>, AbortOnDropHandle<Chunk>)>,
    next: u64,
    end: u64,
    parent: Option<BlockId>,
}

impl Reading {
    /// The next blocks in order, at least one and as many as are ready, about `most`; `None` at the end.
    pub async fn next(&mut self, most: usize) -> Option<Vec<ReadBlock>> {
        let mut blocks = Vec::new();
        while blocks.len() < most {
            self.fill();
            let Some((range, chunk)) = self.under_way.front_mut() else { break };
            let chunk = if blocks.is_empty() {
                chunk.await
            } else {
                match chunk.now_or_never() {
                    Some(chunk) => chunk,
                    None => break,
                }
            };
            let range = range.clone();
            self.under_way.pop_front();
            // A chunk's task only ends otherwise when the process does.
            let Ok(chunk) = chunk else { return None };
            if self.link(chunk, &mut blocks).is_err() {
                // Blocks that link stay; the rest of the chunk is asked for again, of somebody else if possible.
                let from =
                    blocks.last().map_or(*range.start(), |read| (read.scanned.block.number + 1).max(*range.start()));
                self.start_front(from..=*range.end());
                if !blocks.is_empty() {
                    break;
                }
            }
        }
        (!blocks.is_empty()).then_some(blocks)
    }

    fn link(&mut self, chunk: Chunk, blocks: &mut Vec<ReadBlock>) -> Result<(), NodeFault> {
        let Chunk { blocks: checked, node } = chunk;
        for block in checked {
            match block.follow(self.parent) {
                Ok(scanned) => {
                    self.parent = Some(scanned.block.id);
                    blocks.push(ReadBlock { scanned, node: node.clone() });
                }
                Err(fault) => {
                    let fault = NodeFault::Block(fault);
                    self.reader.nodes.failed(&node, &fault);
                    return Err(fault);
                }
            }
        }
        Ok(())
    }

    /// Keeps as many requests under way as are allowed, and no more blocks than that in memory.
    fn fill(&mut self) {
        let per_chunk = usize::try_from(self.reader.span + 1).unwrap_or(2);
        let chunks = self.reader.concurrency.div_ceil(per_chunk) + 2;
        while self.next <= self.end && self.under_way.len() < chunks.max(4) {
            let left = self.end - self.next + 1;
            // One by one near the end: a single block is there sooner than a range.
            let count = if left >= 2 * self.reader.span { self.reader.span } else { 1 };
            let range = self.next..=self.next + count - 1;
            self.next += count;
            let task = self.start(range.clone());
            self.under_way.push_back((range, task));
        }
    }

    fn start(&self, range: RangeInclusive<u64>) -> AbortOnDropHandle<Chunk> {
        let reader = self.reader.clone();
        AbortOnDropHandle::new(tokio::spawn(async move { reader.chunk(range).await }))
    }

    fn start_front(&mut self, range: RangeInclusive<u64>) {
        let task = self.start(range.clone());
        self.under_way.push_front((range, task));
    }
}
