//! An export: JSON, one line for each thing that a log is or is held against.

use api::wallet_manager::audit::{AuditCheckpoint, AuditHead, AuditRecord, KeptHead};
use primitives::{HoldState, PlaneId, RowState, UnixMs};
use serde::{Deserialize, Serialize};

use super::Known;
use super::Verifier;

/// One line of an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Line {
    /// The first line: whose log it is, where it stood when the export began, and its public audit key.
    Log {
        /// The plane, where it is known.
        plane: Option<PlaneId>,
        /// When the export was made.
        at: UnixMs,
        /// Where the log stood, and what vouched for it.
        head: AuditHead,
    },
    /// A record, exactly as it was hashed.
    Record(AuditRecord),
    /// A checkpoint.
    Checkpoint(AuditCheckpoint),
    /// An attempt of the register.
    Attempt(Known),
    /// A row as it lies in its table. Records after the first of these may be later than the rows.
    Row(RowState),
    /// A share of a limit as it lies there.
    Share(HoldState),
    /// Something that the store says against itself, as whoever made the export found.
    Contradiction {
        /// What.
        detail: String,
    },
    /// A head that payout-router kept.
    Kept(KeptHead),
    /// The last line: nothing is missing between the first and this.
    End {
        /// Whether every attempt of the register is there.
        register: bool,
        /// Whether every row and share is there.
        #[serde(default)]
        rows: bool,
        /// Whether nothing was decided meanwhile, so that the newest attempts must have their records as well.
        #[serde(default)]
        at_rest: bool,
    },
}

impl Verifier {
    /// Takes a line of an export.
    pub fn line(&mut self, line: Line) {
        match line {
            Line::Log { head, at, .. } => {
                self.at = at;
                self.vouched("the export's first line", head.position);
                if let Some(token) = head.token {
                    self.vouched("the token", token);
                }
            }
            Line::Record(record) => self.record(&record),
            Line::Checkpoint(checkpoint) => self.checkpoint(&checkpoint),
            Line::Attempt(known) => self.attempt(known),
            Line::Row(state) => self.row(state),
            Line::Share(state) => self.share(state),
            Line::Contradiction { detail } => self.find(0, "contradiction", detail),
            Line::Kept(kept) => self.kept(kept),
            Line::End { register, rows, at_rest } => {
                if rows {
                    self.rows_are_whole();
                }
                if register {
                    self.register_is_whole();
                }
                if at_rest {
                    self.attempts.are_at_rest();
                }
            }
        }
    }
}
