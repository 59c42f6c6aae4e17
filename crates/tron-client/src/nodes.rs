//! All nodes: whom to ask, in which order, and what they agree on.

pub mod confirm;
pub mod sight;

use std::sync::Arc;
use std::time::Instant;

use api::tron_client::NodeView;
use bytes::Bytes;
use primitives::UnixMs;
use service::clock::SharedClock;
use thiserror::Error;
use tokio::sync::watch;

use crate::metrics::Metrics;
use crate::node::{Node, NodeChain, NodeFault, Question, Report};
use crate::wire::{self, header::Header};
pub use confirm::Confirmation;
pub use sight::{Sight, Staleness};

/// No node gave a usable answer. Says nothing about what was asked.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("no node gave a usable answer{}", .0.as_deref().map(|trouble| format!("; the last: {trouble}")).unwrap_or_default())]
pub struct NoNode(pub Option<String>);

/// What an answer is wanted for, and so how far its node may be behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Blocks, which prove themselves whoever serves them.
    Blocks,
    /// State of the chain, which a node that is behind would give wrongly.
    State,
    /// A call of a contract, shaped by whoever asks.
    Call,
    /// Sending, where a node that is behind is better than none.
    Broadcast,
}

impl Purpose {
    /// Whether a node that is behind may be asked if no other is there.
    const fn takes_stale(self) -> bool {
        matches!(self, Self::Blocks | Self::Broadcast)
    }

    /// Whether the fault is the node's. Some questions carry other people's bytes, and what a node stumbles over may be
    /// those: a transaction must not be able to make every node look broken.
    const fn blames(self, fault: &NodeFault) -> bool {
        let stumbled = matches!(fault, NodeFault::Error(_) | NodeFault::Wire(_) | NodeFault::Status(_));
        !(stumbled && matches!(self, Self::Call | Self::Broadcast))
    }
}

/// The nodes in order of preference.
#[derive(Debug)]
pub struct Nodes {
    nodes: Vec<Arc<Node>>,
    staleness: Staleness,
    quorum: usize,
    /// Whether one owner's nodes need nobody to confirm them.
    one_owner: bool,
    clock: SharedClock,
    metrics: Metrics,
    /// What they agreed on last; here, so that it lives as long as anybody who asks nodes.
    seen: watch::Sender<Sight>,
}

/// An answer and who gave it.
#[derive(Debug)]
pub struct Answered<T> {
    /// What was read.
    pub value: T,
    /// Who said so.
    pub node: Arc<Node>,
}

impl Nodes {
    /// These nodes; `quorum` of them must have reached a solid block before it is scanned.
    pub fn new(
        nodes: Vec<Arc<Node>>,
        staleness: Staleness,
        quorum: usize,
        clock: SharedClock,
        metrics: Metrics,
    ) -> Self {
        for node in &nodes {
            node.timed(metrics.asks(node.name()));
        }
        Self { nodes, staleness, quorum, one_owner: false, clock, metrics, seen: watch::channel(Sight::default()).0 }
    }

    /// The same, whose word needs nobody of another owner to confirm it.
    #[must_use]
    pub fn of_one_owner(self) -> Self {
        Self { one_owner: true, ..self }
    }

    /// All of them.
    pub fn all(&self) -> &[Arc<Node>] {
        &self.nodes
    }

    /// Told of every change of what they agree on.
    pub fn sights(&self) -> watch::Receiver<Sight> {
        self.seen.subscribe()
    }

    /// Works out what they agree on, after one of them has reported, and tells everybody.
    pub fn publish(&self) {
        let sight = self.sight();
        self.metrics.sight(&sight, self.clock.now());
        self.seen.send_if_modified(|old| {
            let changed = *old != sight;
            *old = sight;
            changed
        });
    }

    /// What they agree on now.
    pub fn sight(&self) -> Sight {
        let reports: Vec<Report> = self.nodes.iter().filter_map(|node| node.standing().report.clone()).collect();
        Sight::of(&reports, self.quorum)
    }

    /// Those to ask now, best first: on our chain, not resting, not behind.
    pub fn usable(&self, purpose: Purpose) -> Vec<Arc<Node>> {
        let (sight, now, instant) = (self.sight(), self.clock.now(), Instant::now());
        let candidates = self.nodes.iter().filter(|node| {
            let standing = node.standing();
            matches!(standing.chain, NodeChain::Ours(_)) && standing.rests_until(instant).is_none()
        });
        let stale = |node: &Arc<Node>| {
            let standing = node.standing();
            standing.report.as_ref().is_none_or(|report| self.staleness.is_stale(report, &sight, now))
        };
        let (behind, mut current): (Vec<_>, Vec<_>) = candidates.cloned().partition(stale);
        if purpose.takes_stale() {
            current.extend(behind);
        }
        current
    }

    /// Those that can serve this solid block, best first.
    pub fn serving(&self, number: u64) -> Vec<Arc<Node>> {
        let has =
            |node: &Arc<Node>| node.standing().report.as_ref().is_some_and(|report| report.solid.number >= number);
        self.usable(Purpose::Blocks).into_iter().filter(has).collect()
    }

    /// When the first node that rests may be asked again; `None` if none rests.
    pub fn next_wake(&self) -> Option<Instant> {
        let now = Instant::now();
        self.nodes.iter().filter_map(|node| node.standing().rests_until(now)).min()
    }

    /// Asks one node after the other until an answer can be read.
    pub async fn ask<T>(
        &self,
        purpose: Purpose,
        question: &Question,
        read: impl Fn(&Bytes) -> Result<T, NodeFault>,
    ) -> Result<Answered<T>, NoNode> {
        self.ask_among(purpose, self.usable(purpose), question, read).await
    }

    /// [`Nodes::ask`], of these nodes only, in this order.
    pub async fn ask_among<T>(
        &self,
        purpose: Purpose,
        nodes: Vec<Arc<Node>>,
        question: &Question,
        read: impl Fn(&Bytes) -> Result<T, NodeFault>,
    ) -> Result<Answered<T>, NoNode> {
        let mut trouble = None;
        for node in nodes {
            match node.ask(question).await.and_then(|body| read(&body)) {
                Ok(value) => {
                    node.succeeded();
                    return Ok(Answered { value, node });
                }
                Err(fault) => {
                    if purpose.blames(&fault) {
                        self.failed(&node, &fault);
                    }
                    trouble = Some(format!("{}: {fault}", node.name()));
                }
            }
        }
        Err(NoNode(trouble.or_else(|| self.trouble())))
    }

    /// Takes note of a fault, for the node's standing and for the metrics.
    pub fn failed(&self, node: &Node, fault: &NodeFault) {
        self.metrics.node_fault(node.name(), fault.kind());
        if let NodeFault::Block(fault) = fault
            && fault.is_lie()
        {
            tracing::error!(node = %node.name(), %fault, "a node served a block that contradicts itself or our chain");
        }
        node.failed(fault);
    }

    /// The nodes as people see them.
    pub fn views(&self) -> Vec<NodeView> {
        let (sight, now) = (self.sight(), self.clock.now());
        let view = |node: &Arc<Node>| {
            let standing = node.standing();
            let report = standing.report.as_ref();
            let stale = report.is_some_and(|report| self.staleness.is_stale(report, &sight, now));
            let trouble = match (&standing.chain, standing.trouble()) {
                (_, Some(trouble)) => Some(trouble.to_owned()),
                (NodeChain::Unknown, None) => Some("not asked yet".to_owned()),
                (NodeChain::Other(id), None) => Some(NodeFault::Chain(*id).to_string()),
                (NodeChain::Ours(_), None) if stale => Some("stale: behind the clock or the other nodes".to_owned()),
                (NodeChain::Ours(_), None) => None,
            };
            NodeView {
                name: node.name().to_string(),
                up: standing.is_up() && !stale,
                head: report.map(|report| report.head.number),
                trouble,
            }
        };
        self.nodes.iter().map(view).collect()
    }

    /// When any node of our chain last gave a usable answer.
    pub fn last_answer(&self) -> Option<UnixMs> {
        self.nodes
            .iter()
            .filter_map(|node| {
                let standing = node.standing();
                standing.answered.filter(|_| matches!(standing.chain, NodeChain::Ours(_)))
            })
            .max()
    }

    /// What is wrong with the first node that something is wrong with.
    pub fn trouble(&self) -> Option<String> {
        self.nodes.iter().find_map(|node| {
            let standing = node.standing();
            standing.trouble().map(|trouble| format!("{}: {trouble}", node.name()))
        })
    }
}

/// Reads a header, its id recomputed.
pub fn read_header(body: &Bytes) -> Result<Header, NodeFault> {
    Ok(wire::header::read_header(body)?)
}
