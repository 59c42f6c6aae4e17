//! How the log is looked after, as configuration.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// `[audit]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditSettings {
    /// After how many records a checkpoint is signed.
    pub checkpoint_records: u64,
    /// After how long at most, milliseconds, if there is a record that no checkpoint covers.
    pub checkpoint_ms: u64,
    /// How long after a commit the token is told the new head, milliseconds: what is committed meanwhile goes with it.
    pub head_ms: u64,
    /// Whether the token keeps the newest head in a data object. Off only for a token that has none: a cut tail is then
    /// found by the heads that payout-router kept, and by nothing here.
    pub head_in_token: bool,
    /// A file outside of the database to which the head of every checkpoint is appended; none for no such file.
    #[serde(default)]
    pub heads_file: Option<PathBuf>,
}

impl Default for AuditSettings {
    fn default() -> Self {
        Self { checkpoint_records: 1_000, checkpoint_ms: 60_000, head_ms: 500, head_in_token: true, heads_file: None }
    }
}
