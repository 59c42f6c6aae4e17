//! Tables as persistent maps.

use primitives::UnixMs;
use rpds::{HashTrieMapSync, RedBlackTreeMapSync, RedBlackTreeSetSync};

use crate::backend::Stored;
use crate::error::StoreError;
use crate::event::EventRow;
use crate::hold::HoldRow;
use crate::log::LogRecord;
use crate::row::{RawRow, StoredRow};
use crate::schedule::Schedule;

/// One scope's rows by holder.
pub(super) type Shares = RedBlackTreeMapSync<String, HoldRow>;

/// Everything that a store holds.
#[derive(Debug, Clone)]
pub(super) struct State {
    tables: HashTrieMapSync<&'static str, Table>,
    pub(super) holds: HashTrieMapSync<String, Shares>,
    pub(super) cursors: HashTrieMapSync<String, String>,
    pub(super) outbox: RedBlackTreeMapSync<i64, EventRow>,
    pub(super) log: RedBlackTreeMapSync<u64, LogRecord>,
    pub(super) probes: u64,
    pub(super) closed: bool,
}

/// One noun's rows and the ways to find them.
#[derive(Debug, Clone, Default)]
pub(super) struct Table {
    pub(super) rows: RedBlackTreeMapSync<i64, Row>,
    pub(super) ids: HashTrieMapSync<String, i64>,
    /// To the id of the record that has the name.
    pub(super) keys: HashTrieMapSync<(String, String), String>,
    pub(super) due: RedBlackTreeSetSync<(UnixMs, i64)>,
}

#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) id: String,
    pub(super) stage: &'static str,
    pub(super) version: u64,
    pub(super) schedule: Schedule,
    pub(super) tags: Vec<(&'static str, String)>,
    pub(super) body: String,
}

impl Row {
    pub(super) fn stored(&self, seq: i64) -> StoredRow {
        StoredRow { seq, id: self.id.clone(), version: self.version, body: self.body.clone() }
    }

    pub(super) fn raw(&self, seq: i64) -> RawRow {
        let Self { id, stage, version, body, .. } = self.clone();
        RawRow { seq, id, version, stage: stage.to_owned(), body }
    }
}

impl Table {
    pub(super) fn stored(&self, seq: i64) -> Option<StoredRow> {
        self.rows.get(&seq).map(|row| row.stored(seq))
    }

    pub(super) fn by_id(&self, id: &str) -> Option<&Row> {
        self.ids.get(id).and_then(|seq| self.rows.get(seq))
    }

    /// Appends a row whose id is new.
    pub(super) fn push(&mut self, row: Row) {
        let seq = self.rows.last().map_or(1, |(seq, _)| seq + 1);
        self.ids.insert_mut(row.id.clone(), seq);
        self.put(seq, row);
    }

    /// Changes a row that the commit was decided on, which is why it is there.
    pub(super) fn edit(&mut self, id: &str, edit: impl FnOnce(&mut Row)) {
        let seq = *self.ids.get(id).expect("a row that was decided on");
        let mut row = self.rows.get(&seq).expect("ids name rows").clone();
        edit(&mut row);
        self.put(seq, row);
    }

    fn put(&mut self, seq: i64, row: Row) {
        if let Some(at) = self.rows.get(&seq).and_then(|old| old.schedule.next_at) {
            self.due.remove_mut(&(at, seq));
        }
        if let Some(at) = row.schedule.next_at {
            self.due.insert_mut((at, seq));
        }
        self.rows.insert_mut(seq, row);
    }
}

impl State {
    pub(super) fn new(nouns: &[&'static str]) -> Self {
        Self {
            tables: nouns.iter().map(|noun| (*noun, Table::default())).collect(),
            holds: HashTrieMapSync::default(),
            cursors: HashTrieMapSync::default(),
            outbox: RedBlackTreeMapSync::default(),
            log: RedBlackTreeMapSync::default(),
            probes: 0,
            closed: false,
        }
    }

    pub(super) fn table(&self, noun: &str) -> Stored<&Table> {
        self.tables.get(noun).ok_or_else(|| StoreError::Noun(noun.to_owned()))
    }

    pub(super) fn table_mut(&mut self, noun: &str) -> Stored<&mut Table> {
        self.tables.get_mut(noun).ok_or_else(|| StoreError::Noun(noun.to_owned()))
    }

    pub(super) fn shares(&self, scope: &str) -> impl Iterator<Item = &HoldRow> {
        self.holds.get(scope).into_iter().flat_map(|rows| rows.values())
    }

    pub(super) fn edit_shares(&mut self, scope: &str, edit: impl FnOnce(&mut Shares)) {
        let mut rows = self.holds.get(scope).cloned().unwrap_or_default();
        edit(&mut rows);
        self.holds.insert_mut(scope.to_owned(), rows);
    }

    pub(super) fn sum(&self, scope: &str, now: UnixMs) -> i64 {
        self.shares(scope).filter(|row| row.counts(now)).map(|row| row.amount).sum()
    }
}
