//! What a decided commit does to rows; the only words in which the back ends are told to write.

use std::borrow::Cow;

use primitives::{LogPosition, UnixMs};

use super::OutboxRow;
use crate::hold::HoldRow;
use crate::log::LogEntry;
use crate::row::NewRow;
use crate::schedule::Schedule;

/// One write. None of them can be refused: that was decided before.
#[derive(Debug)]
pub(crate) enum RowWrite<'a> {
    /// A new row, as version 1.
    Insert { row: &'a NewRow, body: Cow<'a, str>, schedule: Schedule },
    /// A later version in place.
    Replace { row: &'a NewRow, body: Cow<'a, str>, version: u64, schedule: Schedule },
    /// When a row is due and whose it is, nothing else.
    Reschedule { noun: &'static str, id: &'a str, schedule: Schedule },
    /// Gives a row a name that is free.
    PutKey { noun: &'static str, id: &'a str, key: &'static str, value: &'a str },
    /// Labels a row; twice the same is once.
    PutTag { noun: &'static str, id: &'a str, tag: &'static str, value: &'a str },
    /// Takes all labels off a row.
    DropTags { noun: &'static str, id: &'a str },
    /// Removes a scope's rows that no longer count.
    ExpireHolds { scope: &'a str, now: UnixMs },
    /// One holder's share, new or changed.
    PutHold { scope: &'a str, holder: &'a str, row: HoldRow },
    /// Removes one holder's share.
    DropHold { scope: &'a str, holder: &'a str },
    /// The sum over all rows that a scope has after the writes above.
    PutTotal { scope: &'a str, total: i64 },
    /// How far a peer's feed was read.
    PutCursor { reader: &'a str, cursor: &'a str },
    /// One more event for the feed.
    AppendEvent { event: &'a OutboxRow, data: Cow<'a, str>, at: UnixMs },
    /// One more record of the log, in its place.
    AppendLog { entry: &'a LogEntry, at: UnixMs, changes: String, position: LogPosition },
}
