//! The store that services hold.

use std::path::Path;
use std::sync::Arc;

use primitives::{LogPosition, UnixMs};
use tokio::sync::watch;

use crate::backend::{Backend, Memory, Sqlite};
use crate::commit::{Answer, Commit, Write, Written};
use crate::cursor::{feed_cursor, feed_position, list_cursor, list_seq};
use crate::error::{CommitError, FeedError, StoreError};
use crate::event::EventPage;
use crate::hold::HoldRow;
use crate::incarnation::Incarnation;
use crate::list::{Filter, LIST_LIMIT_MAX, Page, RowFilter};
use crate::log::LogRecord;
use crate::record::{Claimed, Record, Unreadable, Versioned};
use crate::restored::{self, Restored};
use crate::row::StoredRow;

pub use states::RowStates;

/// One service's database. Clones are handles to the same store.
///
/// Reads see what is committed. A write whose future is dropped may still be made.
#[derive(Debug, Clone)]
pub struct Store(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    backend: AnyBackend,
    incarnation: Incarnation,
    restored: Option<Restored>,
    changes: watch::Sender<u64>,
}

#[derive(Debug)]
enum AnyBackend {
    Memory(Box<Memory>),
    Sqlite(Sqlite),
}

/// The same call on whichever back end it is.
macro_rules! on {
    ($store:expr, $backend:ident => $call:expr) => {
        match &$store.0.backend {
            AnyBackend::Memory($backend) => $call.await,
            AnyBackend::Sqlite($backend) => $call.await,
        }
    };
}

mod states;

impl Store {
    /// Opens the file, making and migrating it as needed, for records of these nouns. `fresh` names a new file's first
    /// life and is ignored for one that exists.
    ///
    /// [`StoreError::InUse`] if another process, or another store of this one, has it open; [`StoreError::Copy`] if it
    /// was taken out of a backup other than by a restore.
    pub async fn sqlite(path: &Path, nouns: &[&'static str], fresh: Incarnation) -> Result<Self, StoreError> {
        let (changes, _) = watch::channel(0);
        let (sqlite, incarnation) = Sqlite::open(path, nouns, fresh, changes.clone()).await?;
        let restored = restored::read(path).await?;
        Ok(Self(Arc::new(Inner { backend: AnyBackend::Sqlite(sqlite), incarnation, restored, changes })))
    }

    /// A store without a file, for tests.
    pub fn memory(nouns: &[&'static str], incarnation: Incarnation) -> Self {
        let (changes, _) = watch::channel(0);
        let backend = AnyBackend::Memory(Box::new(Memory::new(nouns, changes.clone())));
        Self(Arc::new(Inner { backend, incarnation, restored: None, changes }))
    }

    /// That the database was put back from a backup, if it ever was; the last time.
    pub fn restored(&self) -> Option<&Restored> {
        self.0.restored.as_ref()
    }

    /// Which life of the database this is.
    pub fn incarnation(&self) -> Incarnation {
        self.0.incarnation
    }

    /// The record of this id.
    pub async fn get<R: Record>(&self, id: &str) -> Result<Option<Versioned<R>>, StoreError> {
        let row = on!(self, backend => backend.get(R::NOUN, id))?;
        row.map(StoredRow::decode).transpose()
    }

    /// The records of these ids, in no order; nothing for an id that there is no record of.
    pub async fn get_each<R: Record>(&self, ids: &[String]) -> Result<Vec<Versioned<R>>, StoreError> {
        let rows = on!(self, backend => backend.get_each(R::NOUN, ids))?;
        rows.into_iter().map(StoredRow::decode).collect()
    }

    /// The record that has this unique name.
    pub async fn find<R: Record>(&self, key: &str, value: &str) -> Result<Option<Versioned<R>>, StoreError> {
        let row = on!(self, backend => backend.find(R::NOUN, key, value))?;
        row.map(StoredRow::decode).transpose()
    }

    /// One page of records, newest first by insertion.
    pub async fn list<R: Record>(&self, filter: Filter) -> Result<Page<R>, StoreError> {
        let Filter { stage, tag, after, limit } = filter;
        let before = after.as_deref().map_or(Ok(i64::MAX), list_seq)?;
        let limit = limit.clamp(1, LIST_LIMIT_MAX);
        // One more than asked for tells whether there is a next page.
        let filter = RowFilter { stage, tag, before, limit: limit + 1 };
        let mut rows = on!(self, backend => backend.list(R::NOUN, &filter))?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(|row| list_cursor(row.seq));
        let items = rows.into_iter().map(StoredRow::decode).collect::<Result<_, _>>()?;
        Ok(Page { items, next })
    }

    /// All records of a stage, newest first; rows that cannot be read are told apart, so that one does not keep the others
    /// from being read. It is read in pages: what changes its stage meanwhile may be missing.
    pub async fn all_of<R: Record>(&self, stage: &str) -> Result<Claimed<R>, StoreError> {
        let mut all = Claimed { records: Vec::new(), unreadable: Vec::new() };
        let mut before = i64::MAX;
        loop {
            let stage = Some(stage.to_owned());
            let filter = RowFilter { stage, tag: None, before, limit: LIST_LIMIT_MAX };
            let rows = on!(self, backend => backend.list(R::NOUN, &filter))?;
            let oldest = rows.last().filter(|_| rows.len() == LIST_LIMIT_MAX).map(|row| row.seq);
            let Claimed { records, unreadable } = claimed(rows);
            all.records.extend(records);
            all.unreadable.extend(unreadable);
            match oldest {
                Some(seq) => before = seq,
                None => return Ok(all),
            }
        }
    }

    /// How many records are in each stage, by the stage's name; a stage without records is absent.
    pub async fn count_by_stage<R: Record>(&self) -> Result<Vec<(String, u64)>, StoreError> {
        on!(self, backend => backend.count_by_stage(R::NOUN))
    }

    /// The record of this stage that was inserted first.
    pub async fn oldest<R: Record>(&self, stage: &str) -> Result<Option<Versioned<R>>, StoreError> {
        let row = on!(self, backend => backend.oldest(R::NOUN, stage))?;
        row.map(StoredRow::decode).transpose()
    }

    /// Takes up to `limit` records that are due at `now`, the longest due first, for `lease_ms` milliseconds, in which
    /// no other claim gets them. A commit of the record ends the claim; so does the end of the lease, for a driver
    /// that died. A row that cannot be read is claimed and told like any other, so that it does not keep them.
    pub async fn claim<R: Record>(&self, now: UnixMs, lease_ms: u64, limit: usize) -> Result<Claimed<R>, StoreError> {
        // A lease that ends at once would hand the row out again within the same millisecond.
        let until = now.plus_ms(lease_ms.max(1));
        let claim = Write::Claim { noun: R::NOUN, now, until, limit };
        match self.write(claim).await.map_err(of_store)? {
            Written::Claimed(rows) => Ok(claimed(rows)),
            other => unreachable!("a claim was answered by {other:?}"),
        }
    }

    /// The earliest time, not before `now`, at which a claim finds a record, be it due or its claim ended.
    pub async fn next_due<R: Record>(&self, now: UnixMs) -> Result<Option<UnixMs>, StoreError> {
        let next = on!(self, backend => backend.next_due(R::NOUN))?;
        Ok(next.map(|at| at.max(now)))
    }

    /// Makes a record due at `now` if it was due later, leaving body and version. One that is claimed becomes due when
    /// its claim ends, whatever the claimant commits. False if there is none of this id.
    pub async fn wake<R: Record>(&self, id: &str, now: UnixMs) -> Result<bool, StoreError> {
        let wake = Write::Wake { noun: R::NOUN, id: id.to_owned(), now };
        match self.write(wake).await.map_err(of_store)? {
            Written::Woken(found) => Ok(found),
            other => unreachable!("a wake was answered by {other:?}"),
        }
    }

    /// The sum of a scope's holds that count at `now`.
    pub async fn held(&self, scope: &str, now: UnixMs) -> Result<i64, StoreError> {
        on!(self, backend => backend.held(scope, now))
    }

    /// A scope's holds by holder; those whose time is over go when the scope is next written to.
    pub async fn holds(&self, scope: &str) -> Result<Vec<HoldRow>, StoreError> {
        on!(self, backend => backend.holds(scope))
    }

    /// How far we have read this feed of a peer.
    pub async fn cursor(&self, reader: &str) -> Result<Option<String>, StoreError> {
        on!(self, backend => backend.cursor(reader))
    }

    /// Stores everything in `commit`, durably, or nothing.
    pub async fn commit(&self, commit: Commit) -> Result<(), CommitError> {
        self.write(Write::Commit(Box::new(commit))).await.map(drop)
    }

    /// As [`Store::commit`], for a commit that appends to the log: answers where its last entry stands.
    pub async fn commit_logged(&self, commit: Commit) -> Result<LogPosition, CommitError> {
        let mut outcomes = self.commit_each_logged(vec![commit]).await?;
        outcomes.pop().unwrap_or(Err(StoreError::Lost.into()))
    }

    /// As [`Store::commit_logged`] for each of these, in order and in one transaction: each is made or refused by itself,
    /// seeing what those before it have left. An error is the store's, and means that none of them is known to be made.
    pub async fn commit_each_logged(
        &self,
        commits: Vec<Commit>,
    ) -> Result<Vec<Result<LogPosition, CommitError>>, StoreError> {
        if commits.iter().any(|commit| commit.log.is_empty()) {
            return Err(StoreError::Malformed("is to be found in the log and appends nothing to it"));
        }
        let writes = commits.into_iter().map(|commit| Write::Commit(Box::new(commit))).collect();
        let answers = on!(self, backend => backend.write(writes))?;
        let outcomes = answers.into_iter().map(|answer| match answer? {
            Written::Committed(Some(position)) => Ok(position),
            other => unreachable!("a commit with log entries was answered by {other:?}"),
        });
        Ok(outcomes.collect())
    }

    async fn write(&self, write: Write) -> Answer {
        let mut answers = on!(self, backend => backend.write(vec![write]))?;
        answers.pop().unwrap_or(Err(StoreError::Lost.into()))
    }

    /// Up to `limit` records of the log after this number, in order.
    pub async fn log(&self, after: u64, limit: usize) -> Result<Vec<LogRecord>, StoreError> {
        on!(self, backend => backend.log(after, limit.clamp(1, LIST_LIMIT_MAX)))
    }

    /// Where the log stands: its newest record.
    pub async fn log_position(&self) -> Result<LogPosition, StoreError> {
        on!(self, backend => backend.log_position())
    }

    /// Our own feed: up to `limit` events after a cursor, from the beginning without one.
    pub async fn events(&self, after: Option<&str>, limit: usize) -> Result<EventPage, FeedError> {
        let incarnation = self.0.incarnation;
        let after = feed_position(incarnation, after)?;
        let limit = limit.clamp(1, LIST_LIMIT_MAX);
        let rows = on!(self, backend => backend.events(after, limit))?;
        if rows.is_empty() && on!(self, backend => backend.head_position())? < after {
            // A file put back from a copy without a new incarnation: the reader knows more than we do.
            return Err(FeedError::Gone);
        }
        let position = rows.last().map_or(after, |row| row.position);
        let events = rows.into_iter().map(|row| row.into_event(incarnation)).collect::<Result<_, _>>()?;
        Ok(EventPage { events, next: feed_cursor(incarnation, position) })
    }

    /// A number that moves with every commit and wake in this process, for drivers and long polls to wait on.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.0.changes.subscribe()
    }

    /// Writes a row and reads it back, to know that the store works.
    pub async fn probe(&self) -> Result<(), StoreError> {
        let written = match self.write(Write::Probe).await.map_err(of_store)? {
            Written::Probed(count) => count,
            other => unreachable!("a probe was answered by {other:?}"),
        };
        let read = on!(self, backend => backend.probes())?;
        if read < written { Err(StoreError::Lost) } else { Ok(()) }
    }

    /// Finishes the writes under way and lets go of the file; every handle's later write is refused. When it returns
    /// another process may open the file.
    pub async fn close(&self) {
        on!(self, backend => backend.close());
    }
}

fn claimed<R: Record>(rows: Vec<StoredRow>) -> Claimed<R> {
    let mut claimed = Claimed { records: Vec::with_capacity(rows.len()), unreadable: Vec::new() };
    for row in rows {
        let id = row.id.clone();
        match row.decode() {
            Ok(record) => claimed.records.push(record),
            Err(why) => claimed.unreadable.push(Unreadable { id, why }),
        }
    }
    claimed
}

/// The refusal of what is no commit can only be the store's own.
fn of_store(error: CommitError) -> StoreError {
    match error {
        CommitError::Store(error) => error,
        other => unreachable!("refused as if it were a commit: {other}"),
    }
}
