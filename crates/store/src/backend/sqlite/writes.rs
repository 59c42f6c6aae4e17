//! The statements for writes, and their values.

use primitives::UnixMs;

use super::batch::Bind;
use super::several::Written;
use super::sql::{self, Statements};
use crate::backend::Stored;
use crate::commit::RowWrite;
use crate::schedule::Schedule;

/// What does a write.
pub(super) enum Statement<'s> {
    /// This one alone.
    One(&'s str),
    /// Others that are alike with it.
    Several(&'s Written),
}

/// The order in which the tables are written.
pub(super) fn table(write: &RowWrite<'_>) -> u8 {
    match write {
        RowWrite::Insert { .. } | RowWrite::Replace { .. } | RowWrite::Reschedule { .. } => 0,
        RowWrite::PutKey { .. } => 1,
        RowWrite::PutTag { .. } | RowWrite::DropTags { .. } => 2,
        RowWrite::ExpireHolds { .. } | RowWrite::PutHold { .. } | RowWrite::DropHold { .. } => 3,
        RowWrite::PutTotal { .. } => 4,
        RowWrite::PutCursor { .. } => 5,
        RowWrite::AppendEvent { .. } => 6,
        RowWrite::AppendLog { .. } => 7,
    }
}

/// Whether one statement can do both.
pub(super) fn is_alike(first: &RowWrite<'_>, other: &RowWrite<'_>) -> bool {
    match (first, other) {
        (RowWrite::Insert { row: first, .. }, RowWrite::Insert { row: other, .. }) => first.noun == other.noun,
        _ => std::mem::discriminant(first) == std::mem::discriminant(other),
    }
}

/// What does this write.
pub(super) fn statement<'s>(statements: &'s Statements, write: &RowWrite<'_>) -> Stored<Statement<'s>> {
    let of = |noun: &str| statements.of(noun);
    Ok(match write {
        RowWrite::Insert { row, .. } => Statement::Several(&of(row.noun)?.insert),
        RowWrite::Replace { row, .. } => Statement::One(of(row.noun)?.replace.as_str()),
        RowWrite::Reschedule { noun, .. } => Statement::One(of(noun)?.reschedule.as_str()),
        RowWrite::PutKey { .. } => Statement::Several(&sql::PUT_KEYS),
        RowWrite::PutTag { noun, .. } => Statement::One(of(noun)?.put_tag.as_str()),
        RowWrite::DropTags { noun, .. } => Statement::One(of(noun)?.drop_tags.as_str()),
        RowWrite::ExpireHolds { .. } => Statement::One(sql::EXPIRE_HOLDS),
        RowWrite::PutHold { .. } => Statement::Several(&sql::PUT_HOLDS),
        RowWrite::DropHold { .. } => Statement::One(sql::DROP_HOLD),
        RowWrite::PutTotal { .. } => Statement::Several(&sql::PUT_TOTALS),
        RowWrite::PutCursor { .. } => Statement::One(sql::PUT_CURSOR),
        RowWrite::AppendEvent { .. } => Statement::Several(&sql::APPEND_EVENTS),
        RowWrite::AppendLog { .. } => Statement::Several(&sql::APPEND_LOG),
    })
}

/// Adds the values of this write.
pub(super) fn bind<'a>(binds: &mut Vec<Bind<'a>>, write: &'a RowWrite<'_>) {
    use Bind::{Head, Integer, Text};
    match write {
        RowWrite::Insert { row, body, schedule } => {
            binds.extend([Text(&row.id), Text(row.stage), ms(schedule.next_at), Text(body)]);
        }
        RowWrite::Replace { row, body, version, schedule } => {
            binds.extend([Text(&row.id), Text(row.stage), Integer(version.cast_signed()), Text(body)]);
            binds.extend(times(*schedule));
        }
        RowWrite::Reschedule { id, schedule, .. } => {
            binds.push(Text(id));
            binds.extend(times(*schedule));
        }
        RowWrite::PutKey { noun, id, key, value } => binds.extend([Text(noun), Text(key), Text(value), Text(id)]),
        RowWrite::PutTag { noun, id, tag, value } => binds.extend([Text(id), Text(noun), Text(tag), Text(value)]),
        RowWrite::DropTags { noun, id } => binds.extend([Text(id), Text(noun)]),
        RowWrite::ExpireHolds { scope, now } => binds.extend([Text(scope), Integer(now.to_i64())]),
        RowWrite::PutHold { scope, holder, row } => {
            binds.extend([Text(scope), Text(holder), Integer(row.amount), ms(row.until)]);
        }
        RowWrite::DropHold { scope, holder } => binds.extend([Text(scope), Text(holder)]),
        RowWrite::PutTotal { scope, total } => binds.extend([Text(scope), Integer(*total)]),
        RowWrite::PutCursor { reader, cursor } => binds.extend([Text(reader), Text(cursor)]),
        RowWrite::AppendEvent { event, data, at } => {
            let (version, at) = (Integer(event.version.cast_signed()), Integer(at.to_i64()));
            binds.extend([Text(event.kind), Text(&event.subject), version, at, Text(data)]);
        }
        RowWrite::AppendLog { entry, at, changes, position } => {
            let (seq, at) = (Integer(position.seq.cast_signed()), Integer(at.to_i64()));
            binds.extend([seq, at, Text(entry.kind), Text(&entry.body), Text(changes), Head(position.head)]);
        }
    }
}

fn ms(at: Option<UnixMs>) -> Bind<'static> {
    at.map(UnixMs::to_i64).into()
}

fn times(schedule: Schedule) -> [Bind<'static>; 3] {
    [schedule.next_at, schedule.claimed_until, schedule.woken].map(ms)
}
