//! A unit of work: what is stored together or not at all.

mod chain;
mod decide;
mod facts;
mod ledger;
mod row_write;
mod write;

pub(crate) use chain::unstamped;
pub(crate) use facts::{Facts, Key, Name, Questions, Share, Sum};
pub(crate) use row_write::RowWrite;
pub(crate) use write::{Answer, Write, Written, run};

use primitives::UnixMs;

use crate::error::StoreError;
use crate::event::NewEvent;
use crate::hold::Hold;
use crate::log::LogEntry;
use crate::record::{Record, Versioned};
use crate::row::NewRow;

/// What is to be stored together, put together step by step and handed to [`Store::commit`](crate::Store::commit).
///
/// Checked in this order: versions of all records, their keys, then holds and releases in the order in which they
/// were added.
#[derive(Debug, Clone)]
#[must_use]
pub struct Commit {
    pub(crate) now: UnixMs,
    pub(crate) changes: Vec<Change>,
    pub(crate) holds: Vec<HoldStep>,
    pub(crate) cursors: Vec<(String, String)>,
    pub(crate) wakes: Vec<(&'static str, String)>,
    pub(crate) events: Vec<OutboxRow>,
    pub(crate) log: Vec<LogEntry>,
    /// Of which records, and of the events, which member names the place of the last entry.
    pub(crate) stamp: Option<(&'static str, &'static str)>,
    /// The first step that could not be taken; reported when the commit is made, so that the steps chain.
    pub(crate) fault: Option<Fault>,
}

/// What is to become of one record.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    pub(crate) row: NewRow,
    pub(crate) step: Step,
}

#[derive(Debug, Clone)]
pub(crate) enum Step {
    Insert,
    /// Replace the body that has this version; `tags` says whether they differ from the old ones.
    Update {
        version: u64,
        tags: bool,
    },
    /// Leave the body that has this version, give up the claim.
    Rest {
        version: u64,
    },
}

#[derive(Debug, Clone)]
pub(crate) enum HoldStep {
    Hold(Hold),
    Release { scope: String, holder: String, until: Option<UnixMs> },
}

impl HoldStep {
    /// The scope and the holder.
    fn share(&self) -> (&str, &str) {
        match self {
            Self::Hold(hold) => (&hold.scope, &hold.holder),
            Self::Release { scope, holder, .. } => (scope, holder),
        }
    }
}

/// An event with its data as JSON text.
#[derive(Debug, Clone)]
pub(crate) struct OutboxRow {
    pub(crate) kind: &'static str,
    pub(crate) subject: String,
    pub(crate) version: u64,
    pub(crate) data: String,
}

/// A step that could not be taken. Cloneable, unlike the errors of serde, so that a commit is.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    Encode { noun: &'static str, message: String },
    Malformed(&'static str),
}

impl From<Fault> for StoreError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Encode { noun, message } => {
                Self::Encode { noun, source: <serde_json::Error as serde::ser::Error>::custom(message) }
            }
            Fault::Malformed(what) => Self::Malformed(what),
        }
    }
}

impl Commit {
    /// An empty commit. `now` is the time of its events, and decides which released holds still count.
    pub const fn new(now: UnixMs) -> Self {
        Self {
            now,
            changes: Vec::new(),
            holds: Vec::new(),
            cursors: Vec::new(),
            wakes: Vec::new(),
            events: Vec::new(),
            log: Vec::new(),
            stamp: None,
            fault: None,
        }
    }

    /// Stores a new record as version 1; a conflict if its id exists.
    pub fn insert<R: Record>(self, record: &R) -> Self {
        self.change(record, Step::Insert)
    }

    /// Replaces what was read as `old`, ends any claim on it, and leaves version `old.version + 1`; a conflict if
    /// somebody was faster.
    pub fn update<R: Record>(self, old: &Versioned<R>, new: &R) -> Self {
        if old.record.id() != new.id() {
            return self.fail(Fault::Malformed("updates a record to another id"));
        }
        let tags = old.record.tags() != new.tags();
        let mut commit = self.change(new, Step::Update { version: old.version, tags });
        // A name once taken stays taken, so that only the new ones need a look.
        let held = old.record.keys();
        if let Some(change) = commit.changes.last_mut() {
            change.row.keys.retain(|key| !held.contains(key));
        }
        commit
    }

    /// Leaves a claimed record as it was read, gives up the claim, and lets it sleep until its own due time; a conflict
    /// if somebody changed it. The version stays.
    pub fn rest<R: Record>(self, read: &Versioned<R>) -> Self {
        self.change(&read.record, Step::Rest { version: read.version })
    }

    /// Tells the feed's readers.
    pub fn event(mut self, event: NewEvent) -> Self {
        let NewEvent { kind, subject, version, data } = event;
        self.events.push(OutboxRow { kind, subject, version, data: data.to_string() });
        self
    }

    /// Appends a record to the log. Its place is known when the commit is made, which
    /// [`Store::commit_logged`](crate::Store::commit_logged) answers.
    pub fn log(mut self, entry: LogEntry) -> Self {
        self.log.push(entry);
        self
    }

    /// Has this noun's records and every event of this commit say where the log's last entry came to stand: as the member
    /// `member`, a [`LogPosition`](primitives::LogPosition), which they must not have by themselves.
    pub const fn stamp<R: Record>(mut self, member: &'static str) -> Self {
        self.stamp = Some((R::NOUN, member));
        self
    }

    /// Takes a share of a sum.
    pub fn hold(mut self, hold: Hold) -> Self {
        if hold.amount < 0 {
            return self.fail(Fault::Malformed("holds less than nothing"));
        }
        self.holds.push(HoldStep::Hold(hold));
        self
    }

    /// Gives a share back, at once or, as sliding windows need it, from `until` on; nothing if there is none.
    pub fn release(mut self, scope: impl Into<String>, holder: impl Into<String>, until: Option<UnixMs>) -> Self {
        self.holds.push(HoldStep::Release { scope: scope.into(), holder: holder.into(), until });
        self
    }

    /// Remembers how far a peer's feed has been read, together with what was learned there.
    pub fn cursor(mut self, reader: impl Into<String>, cursor: impl Into<String>) -> Self {
        self.cursors.push((reader.into(), cursor.into()));
        self
    }

    /// Makes a record due now, after the changes above; nothing if there is none of this id.
    pub fn wake<R: Record>(mut self, id: impl Into<String>) -> Self {
        self.wakes.push((R::NOUN, id.into()));
        self
    }

    /// The sums that it depends on.
    fn scopes(&self) -> impl Iterator<Item = &str> {
        self.holds.iter().map(|step| step.share().0)
    }

    fn change<R: Record>(mut self, record: &R, step: Step) -> Self {
        match NewRow::of(record) {
            Ok(row) => {
                self.changes.push(Change { row, step });
                self
            }
            Err(error) => self.fail(Fault::Encode { noun: R::NOUN, message: error.to_string() }),
        }
    }

    fn fail(mut self, fault: Fault) -> Self {
        self.fault.get_or_insert(fault);
        self
    }
}
