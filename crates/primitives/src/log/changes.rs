//! What a commit did to the rows beside the log: so that a row which was edited later differs from what the log says.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use crate::{HexBytes, UnixMs};

/// Begins what is hashed for a row.
const DOMAIN: &[u8] = b"lucid-plane/row/v1\0";

/// The rows and shares that one commit left behind, in the order in which they were written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogChanges {
    /// Rows that were inserted or replaced.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<RowState>,
    /// Shares of sums that were taken, changed or given back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holds: Vec<HoldState>,
}

/// A row as a commit left it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RowState {
    /// Whose table it is in, such as `wallet`.
    pub noun: String,
    /// The row's id.
    pub id: String,
    /// How often it was written; 1 after the insert.
    pub version: u64,
    /// Its coarse state.
    pub stage: String,
    /// SHA-256 over domain tag ‖ length of stage ‖ stage ‖ body, the body without the place in the log that it names.
    pub sha256: HexBytes,
}

/// A share of a sum as a commit left it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HoldState {
    /// What is shared.
    pub scope: String,
    /// Who holds.
    pub holder: String,
    /// How much; none once it was given back.
    pub amount: Option<i64>,
    /// When it stops counting; none while it was not released.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<UnixMs>,
}

impl LogChanges {
    /// Whether the commit changed nothing but the log.
    pub const fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.holds.is_empty()
    }

    /// The text that is stored and hashed; empty if there are no changes.
    pub fn text(&self) -> String {
        if self.is_empty() {
            return String::new();
        }
        serde_json::to_string(self).expect("members are named by texts, and nothing in them fails to serialise")
    }

    /// Reads the text again.
    pub fn parse(text: &str) -> serde_json::Result<Self> {
        if text.is_empty() { Ok(Self::default()) } else { serde_json::from_str(text) }
    }
}

impl HoldState {
    /// A share that was taken or changed.
    pub fn held(scope: &str, holder: &str, amount: i64, until: Option<UnixMs>) -> Self {
        Self { scope: scope.to_owned(), holder: holder.to_owned(), amount: Some(amount), until }
    }

    /// A share that was given back.
    pub fn given_back(scope: &str, holder: &str) -> Self {
        Self { scope: scope.to_owned(), holder: holder.to_owned(), amount: None, until: None }
    }
}

impl RowState {
    /// The state of a row with this body.
    pub fn of(noun: &str, id: &str, version: u64, stage: &str, body: &str) -> Self {
        let hash = Sha256::new()
            .chain_update(DOMAIN)
            .chain_update((stage.len() as u64).to_be_bytes())
            .chain_update(stage)
            .chain_update(body)
            .finalize();
        let sha256 = hash.to_vec().into();
        Self { noun: noun.to_owned(), id: id.to_owned(), version, stage: stage.to_owned(), sha256 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_as_it_was_written_and_nothing_is_no_text() {
        assert_eq!(LogChanges::default().text(), "");
        assert_eq!(LogChanges::parse("").unwrap(), LogChanges::default());
        let rows = vec![RowState::of("wallet", "hot", 2, "ready", "{}")];
        let holds = vec![HoldState::held("day", "po_a", 5, Some(UnixMs(9))), HoldState::given_back("hour", "po_a")];
        let changes = LogChanges { rows, holds };
        assert_eq!(LogChanges::parse(&changes.text()).unwrap(), changes);
        assert!(LogChanges::parse("{\"other\":[]}").is_err());
    }

    #[test]
    fn stage_and_body_count_and_neither_runs_into_the_other() {
        let of = |stage, body| RowState::of("wallet", "hot", 1, stage, body).sha256;
        assert_eq!(of("ready", "{}").to_string(), "b14f2b106d69285c44de7a11f5341de4d2e5993c5d0806b9969a133f8d5d004d");
        assert!(
            [of("ready", "{ }"), of("read", "y{}"), of("retired", "{}")]
                .iter()
                .all(|other| *other != of("ready", "{}"))
        );
    }
}
