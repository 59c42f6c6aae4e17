//! The log's part of a commit: where each entry comes to stand, and the place made known in what else is stored.

use std::borrow::Cow;

use primitives::{HoldState, LogChanges, LogPosition, RowState};

use super::row_write::RowWrite;
use super::{Change, Commit, OutboxRow, Step};
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

/// Puts the commit's entries after `tip`; the last of them says what the commit does to rows and to these shares.
pub(super) fn chain<'a>(
    commit: &'a Commit,
    holds: &[RowWrite<'_>],
    tip: Option<LogPosition>,
) -> Result<Chained<'a>, StoreError> {
    let mut tip = tip.unwrap_or(LogPosition::EMPTY);
    let mut writes = Vec::with_capacity(commit.log.len());
    for (place, entry) in commit.log.iter().enumerate() {
        let last = place + 1 == commit.log.len();
        let changes = if last { changes(commit, holds).text() } else { String::new() };
        tip = tip.next(commit.now, entry.kind, &entry.body, &changes);
        writes.push(RowWrite::AppendLog { entry, at: commit.now, changes, position: tip });
    }
    if commit.stamp.is_some() && writes.is_empty() {
        return Err(StoreError::Malformed("names a place in the log and appends nothing to it"));
    }
    Ok(Chained { writes, stamp: commit.stamp.map(|(noun, member)| Stamp { noun, member, position: tip }) })
}

fn changes(commit: &Commit, holds: &[RowWrite<'_>]) -> LogChanges {
    let rows = commit.changes.iter().filter_map(|Change { row, step }| {
        let version = match step {
            Step::Insert => 1,
            Step::Update { version, .. } => version.saturating_add(1),
            Step::Rest { .. } => return None,
        };
        Some(RowState::of(row.noun, &row.id, version, row.stage, &row.body))
    });
    let holds = holds.iter().filter_map(|write| match write {
        RowWrite::PutHold { scope, holder, row } => Some(HoldState::held(scope, holder, row.amount, row.until)),
        RowWrite::DropHold { scope, holder } => Some(HoldState::given_back(scope, holder)),
        _ => None,
    });
    LogChanges { rows: rows.collect(), holds: holds.collect() }
}

/// A stored body as it was before it was stamped with this member.
pub(crate) fn unstamped<'a>(body: &'a str, member: &str) -> Cow<'a, str> {
    let stamp = format!(r#""{member}":{{"seq":"#);
    match body.rfind(&stamp) {
        Some(at) if body.ends_with("\"}}") => {
            let members = body[..at].strip_suffix(',').unwrap_or(&body[..at]);
            Cow::Owned(format!("{members}}}"))
        }
        _ => Cow::Borrowed(body),
    }
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
