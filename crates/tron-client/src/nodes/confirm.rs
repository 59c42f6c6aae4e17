//! A second opinion on a block, from somebody else's node.

use std::sync::Arc;

use primitives::BlockRef;

use super::{Answered, NoNode, Nodes, Purpose, read_header};
use crate::node::{Node, Question};

/// What nodes of another owner say about a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmation {
    /// There is none to ask, and by configuration one owner's word is enough.
    OneOwner,
    /// There is none to ask, and nobody said that one owner's word is enough.
    NotConfigured,
    /// One has the same block.
    Confirmed,
    /// None could be asked; try again.
    Unavailable,
    /// One has another block there.
    Disagrees,
}

impl Confirmation {
    /// Whether what was read may be acted on.
    pub const fn suffices(self) -> bool {
        matches!(self, Self::OneOwner | Self::Confirmed)
    }
}

impl Nodes {
    /// What the operator should know of these nodes: nobody else can confirm what they say is not in the chain.
    pub fn caution(&self) -> Option<&'static str> {
        let two_owners = |pair: &[Arc<Node>]| pair[0].is_independent() != pair[1].is_independent();
        // A devnet's chain is nobody else's, and who says that one owner is enough knows it.
        (!self.one_owner && !self.nodes.windows(2).any(two_owners)).then_some(
            "no transaction is declared dead: no node is of another owner than the first (nodes.independent), and \
             trust.one_owner is not set",
        )
    }

    /// The newest block, `read` at most, that nodes of both owners have reported solid, or two of the one owner of all:
    /// nobody is asked for a block that it never said it has. `None` while too few can be asked.
    pub fn shared(&self, read: u64) -> Option<u64> {
        if self.nodes.len() == 1 {
            return Some(read);
        }
        let reached = if self.have_one_owner() {
            self.reported(|_| true).get(1).copied()
        } else {
            let of = |independent| self.reported(|node| node.is_independent() == independent).first().copied();
            of(true).zip(of(false)).map(|(one, other)| one.min(other))
        };
        reached.map(|solid| solid.min(read))
    }

    /// What the nodes say together about a block that we read from whichever of them: two of different owners must have
    /// it, or two of the one owner of all. A single node is nobody's second.
    pub async fn agree(&self, block: BlockRef) -> Confirmation {
        if self.nodes.len() == 1 {
            return if self.one_owner { Confirmation::OneOwner } else { Confirmation::NotConfigured };
        }
        let mut have: Vec<bool> = Vec::new();
        for node in self.serving(block.number) {
            let (independent, alone) = (node.is_independent(), vec![node]);
            match self.same(block, alone).await {
                Confirmation::Confirmed => have.push(independent),
                Confirmation::Disagrees => return Confirmation::Disagrees,
                _ => {}
            }
        }
        let enough =
            if self.have_one_owner() { have.len() >= 2 } else { have.contains(&true) && have.contains(&false) };
        if enough { Confirmation::Confirmed } else { Confirmation::Unavailable }
    }

    /// The newest block, `read` at most, that a node of another owner than `source`'s has reported solid, and so can
    /// [confirm](Nodes::confirm). `read` where there is no such owner, `None` while none of its nodes can be asked.
    pub fn confirmable(&self, read: u64, source: &Node) -> Option<u64> {
        let others = |node: &Node| node.is_independent() != source.is_independent();
        if !self.nodes.iter().any(|node| others(node)) {
            return Some(read);
        }
        self.reported(others).first().map(|solid| *solid.min(&read))
    }

    /// Asks nodes of another owner than `source`'s for the id of a block that we read there, or that one read there
    /// descends from. Whom an independent node shares its owner with is known of the others only, so those confirm it.
    pub async fn confirm(&self, block: BlockRef, source: &Node) -> Confirmation {
        let others = |node: &Arc<Node>| node.is_independent() != source.is_independent();
        if !self.nodes.iter().any(others) {
            return if self.one_owner { Confirmation::OneOwner } else { Confirmation::NotConfigured };
        }
        self.same(block, self.serving(block.number).into_iter().filter(others).collect()).await
    }

    /// Whether the first of these nodes that answers has this block.
    async fn same(&self, block: BlockRef, nodes: Vec<Arc<Node>>) -> Confirmation {
        let asked = self.ask_among(Purpose::Blocks, nodes, &Question::solid_header(block.number), read_header).await;
        match asked {
            Err(NoNode(_)) => Confirmation::Unavailable,
            Ok(Answered { value, .. }) if value.block == block => Confirmation::Confirmed,
            Ok(Answered { value, node }) => {
                self.metrics.disagreement(node.name());
                tracing::error!(node = %node.name(), ours = ?block, theirs = ?value.block, "a node has another solid block");
                Confirmation::Disagrees
            }
        }
    }

    /// The solid blocks that these nodes have reported and may be asked for now, the newest first.
    fn reported(&self, these: impl Fn(&Node) -> bool) -> Vec<u64> {
        let usable = self.usable(Purpose::Blocks).into_iter().filter(|node| these(node));
        let solid = |node: Arc<Node>| node.standing().report.as_ref().map(|report| report.solid.number);
        let mut solids: Vec<u64> = usable.filter_map(solid).collect();
        solids.sort_unstable_by_key(|number| std::cmp::Reverse(*number));
        solids
    }

    /// Whether nobody else runs any of them.
    fn have_one_owner(&self) -> bool {
        self.nodes.windows(2).all(|pair| pair[0].is_independent() == pair[1].is_independent())
    }
}
