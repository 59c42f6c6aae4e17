//! What can be wrong with a block that a node served.

use primitives::BlockId;
use thiserror::Error;
use tron_tx::json::BlockError;

use crate::wire::WireError;

/// Why a block is not taken from the node that served it. None of these says anything about the chain.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BlockFault {
    /// It cannot be read, or is not there.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// Another block than the one asked for.
    #[error("asked for block {expected}, got {got}")]
    Number {
        /// The number asked for.
        expected: u64,
        /// The number in the header.
        got: u64,
    },
    /// The header does not hash to the id that the node states.
    #[error("the header hashes to {computed}, the node says {claimed}")]
    Id {
        /// What the node calls it.
        claimed: BlockId,
        /// What its header hashes to.
        computed: BlockId,
    },
    /// A transaction does not hash to the id that the node states, or all of them not to the header's root.
    #[error("the transactions of a block are not what its header stands for")]
    Root,
    /// It does not follow the block before it.
    #[error("block {number} follows {parent}, not {expected}")]
    Parent {
        /// The block.
        number: u64,
        /// The parent that its header names.
        parent: BlockId,
        /// The block that we have.
        expected: BlockId,
    },
    /// Not as many receipts as transactions: a pruned node, or one that has not got to it yet.
    #[error("block {number}: {transactions} transactions and {receipts} receipts")]
    ReceiptCount {
        /// The block.
        number: u64,
        /// How many transactions it has.
        transactions: usize,
        /// How many receipts the node served.
        receipts: usize,
    },
    /// The receipts are of other transactions.
    #[error("block {0}: the receipts are of other transactions")]
    ReceiptNames(u64),
}

impl From<BlockError> for BlockFault {
    fn from(error: BlockError) -> Self {
        match error {
            BlockError::Id { computed, claimed } => Self::Id { claimed, computed },
            BlockError::TxId { .. } | BlockError::Root(_) => Self::Root,
            error @ (BlockError::Node(_) | BlockError::Json(_) | BlockError::Shape(_)) => {
                Self::Wire(WireError::Json(error.to_string()))
            }
        }
    }
}

impl BlockFault {
    /// Whether the node contradicted itself or us, rather than just lacking something.
    pub const fn is_lie(&self) -> bool {
        matches!(self, Self::Id { .. } | Self::Root | Self::Parent { .. } | Self::ReceiptNames(_) | Self::Number { .. })
    }

    /// The kind, for metrics.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Wire(WireError::Empty) => "empty",
            Self::Wire(_) => "malformed",
            Self::Number { .. } => "number",
            Self::Id { .. } => "id",
            Self::Root => "root",
            Self::Parent { .. } => "parent",
            Self::ReceiptCount { .. } => "receipt_count",
            Self::ReceiptNames(_) => "receipt_names",
        }
    }
}
