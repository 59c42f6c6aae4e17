//! How far the chain was read.

use primitives::{BlockId, BlockRef, UnixMs};
use serde::{Deserialize, Serialize};
use store::Record;

/// The range that was read without a gap, in one record that every commit of the scanner replaces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScanCursor {
    /// The chain's first block: the cursor means nothing on another chain.
    pub genesis: BlockId,
    /// Where reading began.
    pub first: BlockRef,
    /// How far it has come.
    pub last: BlockRef,
}

impl ScanCursor {
    /// The one record's id.
    pub const ID: &'static str = "chain";
}

impl Record for ScanCursor {
    const NOUN: &'static str = "scan_cursor";

    fn id(&self) -> String {
        Self::ID.to_owned()
    }

    fn stage(&self) -> &'static str {
        "reading"
    }

    fn due_at(&self) -> Option<UnixMs> {
        None
    }
}
