//! The log's part of a commit: where each entry comes to stand, and the place made known in what else is stored.

use std::borrow::Cow;

use primitives::LogPosition;

use super::row_write::RowWrite;
use super::{Change, Commit, OutboxRow};
use crate::error::StoreError;

/// The entries of a commit in their places, and what the others are told of the last one.
pub(super) struct Chained<'a> {
    /// What appends them.
    pub(super) writes: Vec<RowWrite<'a>>,
    stamp: Option<Stamp>,
}

struct Stamp {
    noun: &'static str,
    member: &'static str,
    position: LogPosition,
}

/// Puts the commit's entries after `tip`.
pub(super) fn chain(commit: &Commit, tip: Option<LogPosition>) -> Result<Chained<'_>, StoreError> {
    let mut tip = tip.unwrap_or(LogPosition::EMPTY);
    let mut writes = Vec::with_capacity(commit.log.len());
    for entry in &commit.log {
        tip = tip.next(commit.now, entry.kind, &entry.body);
        writes.push(RowWrite::AppendLog { entry, at: commit.now, position: tip });
    }
    if commit.stamp.is_some() && writes.is_empty() {
        return Err(StoreError::Malformed("names a place in the log and appends nothing to it"));
    }
    Ok(Chained { writes, stamp: commit.stamp.map(|(noun, member)| Stamp { noun, member, position: tip }) })
}

impl Chained<'_> {
    /// Where the last entry stands, if there is one.
    pub(super) fn position(&self) -> Option<LogPosition> {
        self.writes.iter().rev().find_map(|write| match write {
            RowWrite::AppendLog { position, .. } => Some(*position),
            _ => None,
        })
    }

    /// A record's body as it is to be stored.
    pub(super) fn body<'a>(&self, change: &'a Change) -> Result<Cow<'a, str>, StoreError> {
        let body = &change.row.body;
        let named = self.stamp.as_ref().is_some_and(|stamp| stamp.noun == change.row.noun);
        if named { self.stamped(body) } else { Ok(Cow::Borrowed(body)) }
    }

    /// An event's data as it is to be stored.
    pub(super) fn data<'a>(&self, event: &'a OutboxRow) -> Result<Cow<'a, str>, StoreError> {
        self.stamped(&event.data)
    }

    fn stamped<'a>(&self, object: &'a str) -> Result<Cow<'a, str>, StoreError> {
        let Some(Stamp { member, position: LogPosition { seq, head }, .. }) = &self.stamp else {
            return Ok(Cow::Borrowed(object));
        };
        let members = object.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        let members = members.ok_or(StoreError::Malformed("names a place in the log in what is no JSON object"))?;
        let comma = if members.is_empty() { "" } else { "," };
        Ok(Cow::Owned(format!(r#"{{{members}{comma}"{member}":{{"seq":{seq},"head":"{head}"}}}}"#)))
    }
}
