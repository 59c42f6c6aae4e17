//! A second opinion on a block, from somebody else's node.

use std::sync::Arc;

use primitives::BlockRef;

use super::{Answered, NoNode, Nodes, Purpose, read_header};
use crate::node::{Node, Question};

/// What independent nodes say about a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmation {
    /// There is none to ask, by configuration.
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
        matches!(self, Self::NotConfigured | Self::Confirmed)
    }
}

impl Nodes {
    /// Asks independent nodes, other than `source`, for the id of a block that we read.
    pub async fn confirm(&self, block: BlockRef, source: &str) -> Confirmation {
        let others = |node: &&Arc<Node>| node.is_independent() && **node.name() != *source;
        if !self.nodes.iter().any(|node| others(&node)) {
            return Confirmation::NotConfigured;
        }
        let usable = self.usable(Purpose::Blocks).into_iter().filter(|node| others(&node)).collect();
        let asked = self.ask_among(Purpose::Blocks, usable, &Question::solid_header(block.number), read_header).await;
        match asked {
            Err(NoNode(_)) => Confirmation::Unavailable,
            Ok(Answered { value, .. }) if value.block == block => Confirmation::Confirmed,
            Ok(Answered { value, node }) => {
                self.metrics.disagreement(node.name());
                tracing::error!(node = %node.name(), ours = ?block, theirs = ?value.block, "an independent node has another solid block");
                Confirmation::Disagrees
            }
        }
    }
}
