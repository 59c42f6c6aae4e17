//! The lease's row.

use payments::staking::lease::Lease;
use primitives::UnixMs;
use serde::{Deserialize, Serialize};
use store::Record;

/// A lease as it is stored: kept after its release, so that a retry has the same answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct LeaseRow(pub(crate) Lease);

impl Record for LeaseRow {
    const NOUN: &'static str = "lease";

    fn id(&self) -> String {
        self.0.id.to_string()
    }

    fn stage(&self) -> &'static str {
        if self.0.released { "released" } else { "held" }
    }

    fn due_at(&self) -> Option<UnixMs> {
        None
    }
}
