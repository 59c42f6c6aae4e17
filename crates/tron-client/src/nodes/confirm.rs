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

    /// What the nodes say together about a block that we read from whichever of them: two of different owners must have
    /// it, or two of the one owner of all. A single node is nobody's second.
    pub async fn agree(&self, block: BlockRef) -> Confirmation {
        if self.nodes.len() == 1 {
            return if self.one_owner { Confirmation::OneOwner } else { Confirmation::NotConfigured };
        }
        let mut have: Vec<bool> = Vec::new();
        for node in self.usable(Purpose::Blocks) {
            let (independent, alone) = (node.is_independent(), vec![node]);
            let question = Question::solid_header(block.number);
            match self.ask_among(Purpose::Blocks, alone, &question, read_header).await {
                Err(NoNode(_)) => {}
                Ok(Answered { value, .. }) if value.block == block => have.push(independent),
                Ok(Answered { value, node }) => {
                    self.metrics.disagreement(node.name());
                    tracing::error!(node = %node.name(), ours = ?block, theirs = ?value.block, "a node has another solid block");
                    return Confirmation::Disagrees;
                }
            }
        }
        let one_owner = self.nodes.windows(2).all(|pair| pair[0].is_independent() == pair[1].is_independent());
        let enough = if one_owner { have.len() >= 2 } else { have.contains(&true) && have.contains(&false) };
        if enough { Confirmation::Confirmed } else { Confirmation::Unavailable }
    }

    /// Asks nodes of another owner than `source`'s for the id of a block that we read there. Whom an independent node
    /// shares its owner with is known of the others only, so those confirm it.
    pub async fn confirm(&self, block: BlockRef, source: &Node) -> Confirmation {
        let others = |node: &Arc<Node>| node.is_independent() != source.is_independent();
        if !self.nodes.iter().any(others) {
            return if self.one_owner { Confirmation::OneOwner } else { Confirmation::NotConfigured };
        }
        let usable = self.usable(Purpose::Blocks).into_iter().filter(others).collect();
        let asked = self.ask_among(Purpose::Blocks, usable, &Question::solid_header(block.number), read_header).await;
        match asked {
            Err(NoNode(_)) => Confirmation::Unavailable,
            Ok(Answered { value, .. }) if value.block == block => Confirmation::Confirmed,
            Ok(Answered { value, node }) => {
                self.metrics.disagreement(node.name());
                tracing::error!(node = %node.name(), ours = ?block, theirs = ?value.block, "a node of another owner has another solid block");
                Confirmation::Disagrees
            }
        }
    }
}
