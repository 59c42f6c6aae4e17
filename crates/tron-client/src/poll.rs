//! Asking each node, again and again, which chain it is on and how far that has come.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::future::{join_all, try_join};
use primitives::ChainId;
use service::BoxError;
use tokio_util::sync::CancellationToken;

use crate::node::{Node, NodeChain, NodeFault, Question, Report};
use crate::nodes::{Nodes, read_header};
use crate::scan::Ledger;

/// Polls all nodes, each at its own pace: one that hangs does not hold up the others.
#[derive(Debug)]
pub struct Poller {
    /// Whom to ask.
    pub nodes: Arc<Nodes>,
    /// What was read so far; its chain must be theirs.
    pub ledger: Arc<Ledger>,
    /// The configured chain.
    pub chain_id: ChainId,
    /// Between two rounds.
    pub interval: Duration,
}

impl Poller {
    /// Runs until told to stop.
    pub async fn run(self, stop: CancellationToken) -> Result<(), BoxError> {
        let follow = self.nodes.all().iter().map(|node| self.follow(node));
        tokio::select! {
            () = stop.cancelled() => {}
            _ = join_all(follow) => {}
        }
        Ok(())
    }

    async fn follow(&self, node: &Arc<Node>) {
        loop {
            match self.ask(node).await {
                Ok(()) => node.succeeded(),
                Err(fault) => {
                    if node.standing().trouble() != Some(&fault.to_string()) {
                        tracing::warn!(node = %node.name(), %fault, "a node is of no use");
                    }
                    self.nodes.failed(node, &fault);
                }
            }
            self.nodes.publish();
            let now = Instant::now();
            let rest = node.standing().rests_until(now).map_or(Duration::ZERO, |until| until - now);
            tokio::time::sleep(self.interval.max(rest)).await;
        }
    }

    async fn ask(&self, node: &Node) -> Result<(), NodeFault> {
        let chain = node.standing().chain;
        if !matches!(chain, NodeChain::Ours(_)) {
            self.identify(node).await?;
        }
        let (head, solid) = try_join(node.ask(&Question::head()), node.ask(&Question::solid())).await?;
        let (head, solid) = (read_header(&head)?, read_header(&solid)?);
        let report = Report { head: head.block, head_parent: head.parent, solid: solid.block, witness: head.witness };
        node.standing().report = Some(report);
        Ok(())
    }

    /// Which chain the node is on, by its first block.
    async fn identify(&self, node: &Node) -> Result<(), NodeFault> {
        let genesis = read_header(&node.ask(&Question::genesis()).await?)?.block.id;
        let chain_id = ChainId::of_genesis(&genesis);
        let read_before = self.ledger.extent().map(|extent| extent.genesis);
        if chain_id != self.chain_id || read_before.is_some_and(|ours| ours != genesis) {
            return Err(NodeFault::Chain(chain_id));
        }
        node.standing().chain = NodeChain::Ours(genesis);
        Ok(())
    }
}
