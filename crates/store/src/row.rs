//! Records in the form in which the back ends hold them.

use primitives::{RowState, UnixMs};

use crate::commit::unstamped;
use crate::error::StoreError;
use crate::record::{Record, Versioned};
use crate::schedule::Schedule;

/// A record on its way in: what the table has columns for, and the body.
#[derive(Debug, Clone)]
pub(crate) struct NewRow {
    pub(crate) noun: &'static str,
    pub(crate) id: String,
    pub(crate) stage: &'static str,
    pub(crate) due_at: Option<UnixMs>,
    pub(crate) keys: Vec<(&'static str, String)>,
    pub(crate) tags: Vec<(&'static str, String)>,
    pub(crate) body: String,
}

impl NewRow {
    pub(crate) fn of<R: Record>(record: &R) -> Result<Self, StoreError> {
        Ok(Self {
            noun: R::NOUN,
            id: record.id(),
            stage: record.stage(),
            due_at: record.due_at(),
            keys: record.keys(),
            tags: record.tags(),
            body: serde_json::to_string(record).map_err(|source| StoreError::Encode { noun: R::NOUN, source })?,
        })
    }
}

/// A record on its way out.
#[derive(Debug, Clone)]
pub(crate) struct StoredRow {
    /// The insertion sequence, by which lists are ordered.
    pub(crate) seq: i64,
    pub(crate) id: String,
    pub(crate) version: u64,
    pub(crate) body: String,
}

impl StoredRow {
    pub(crate) fn decode<R: Record>(self) -> Result<Versioned<R>, StoreError> {
        let record = serde_json::from_str(&self.body).map_err(|source| StoreError::Corrupt {
            noun: R::NOUN,
            id: self.id,
            source,
        })?;
        Ok(Versioned { record, version: self.version })
    }
}

/// A record as it lies in its table, not read for what it says.
#[derive(Debug, Clone)]
pub(crate) struct RawRow {
    pub(crate) seq: i64,
    pub(crate) id: String,
    pub(crate) version: u64,
    pub(crate) stage: String,
    pub(crate) body: String,
}

impl RawRow {
    /// As the log says it of a commit; `stamp` is the member by which a body names its place in the log.
    pub(crate) fn state(&self, noun: &str, stamp: &str) -> RowState {
        RowState::of(noun, &self.id, self.version, &self.stage, &unstamped(&self.body, stamp))
    }
}

/// What a writer needs to know of a row that is there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RowHead {
    pub(crate) version: u64,
    pub(crate) schedule: Schedule,
}
