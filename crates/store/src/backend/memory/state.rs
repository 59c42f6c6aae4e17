//! Tables as persistent maps.

use primitives::UnixMs;
use rpds::{HashTrieMapSync, RedBlackTreeMapSync, RedBlackTreeSetSync};

use crate::backend::Stored;
use crate::error::StoreError;
use crate::event::EventRow;
use crate::hold::HoldRow;
use crate::row::StoredRow;
use crate::schedule::Schedule;

/// Everything that a store holds.
#[derive(Debug, Clone)]
pub(super) struct State {
    tables: HashTrieMapSync<&'static str, Table>,
    pub(super) holds: HashTrieMapSync<String, RedBlackTreeMapSync<String, HoldRow>>,
    pub(super) cursors: HashTrieMapSync<String, String>,
    pub(super) outbox: RedBlackTreeMapSync<i64, EventRow>,
    pub(super) probes: u64,
    pub(super) closed: bool,
}

/// One noun's rows and the ways to find them.
#[derive(Debug, Clone, Default)]
pub(super) struct Table {
    pub(super) rows: RedBlackTreeMapSync<i64, Row>,
    pub(super) ids: HashTrieMapSync<String, i64>,
    pub(super) keys: HashTrieMapSync<(String, String), i64>,
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
}

impl Table {
    pub(super) fn stored(&self, seq: i64) -> Option<StoredRow> {
        self.rows.get(&seq).map(|row| row.stored(seq))
    }

    pub(super) fn put(&mut self, seq: i64, row: Row) {
        if let Some(at) = self.rows.get(&seq).and_then(|old| old.schedule.next_at) {
            self.due.remove_mut(&(at, seq));
        }
        if let Some(at) = row.schedule.next_at {
            self.due.insert_mut((at, seq));
        }
        self.rows.insert_mut(seq, row);
    }

    /// Changes the row that the caller has seen in this transaction.
    pub(super) fn edit(&mut self, seq: i64, edit: impl FnOnce(&mut Row)) {
        let mut row = self.rows.get(&seq).expect("the transaction has read this row").clone();
        edit(&mut row);
        self.put(seq, row);
    }
}

impl State {
    pub(super) fn new(nouns: &[&'static str]) -> Self {
        Self {
            tables: nouns.iter().map(|noun| (*noun, Table::default())).collect(),
            holds: HashTrieMapSync::default(),
            cursors: HashTrieMapSync::default(),
            outbox: RedBlackTreeMapSync::default(),
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

    pub(super) fn sum(&self, scope: &str, now: UnixMs) -> i64 {
        let rows = self.holds.get(scope).into_iter().flat_map(|rows| rows.values());
        rows.filter(|row| row.counts(now)).map(|row| row.amount).sum()
    }
}
