//! The twin in memory, for tests: persistent maps, so that a transaction is a copy that is kept or dropped.

mod rows;
mod state;

use primitives::{LogPosition, UnixMs};
use tokio::sync::{Mutex, watch};

use self::state::State;
use super::{Backend, Stored};
use crate::commit::{Answer, Write, Written, run};
use crate::error::StoreError;
use crate::event::EventRow;
use crate::hold::HoldRow;
use crate::list::RowFilter;
use crate::log::LogRecord;
use crate::row::{RawRow, StoredRow};

/// A store that forgets everything with its last handle.
#[derive(Debug)]
pub(crate) struct Memory {
    state: Mutex<State>,
    changes: watch::Sender<u64>,
}

impl Memory {
    pub(crate) fn new(nouns: &[&'static str], changes: watch::Sender<u64>) -> Self {
        Self { state: Mutex::new(State::new(nouns)), changes }
    }

    /// The committed state; cheap, for the maps share their parts.
    async fn state(&self) -> State {
        self.state.lock().await.clone()
    }
}

impl Backend for Memory {
    async fn get(&self, noun: &'static str, id: &str) -> Stored<Option<StoredRow>> {
        let state = self.state().await;
        let table = state.table(noun)?;
        Ok(table.ids.get(id).and_then(|seq| table.stored(*seq)))
    }

    async fn get_each(&self, noun: &'static str, ids: &[String]) -> Stored<Vec<StoredRow>> {
        let state = self.state().await;
        let table = state.table(noun)?;
        Ok(ids.iter().filter_map(|id| table.ids.get(id).and_then(|seq| table.stored(*seq))).collect())
    }

    async fn find(&self, noun: &'static str, key: &str, value: &str) -> Stored<Option<StoredRow>> {
        let state = self.state().await;
        let table = state.table(noun)?;
        let seq = table.keys.get(&(key.to_owned(), value.to_owned())).and_then(|id| table.ids.get(id));
        Ok(seq.and_then(|seq| table.stored(*seq)))
    }

    async fn list(&self, noun: &'static str, filter: &RowFilter) -> Stored<Vec<StoredRow>> {
        let state = self.state().await;
        let table = state.table(noun)?;
        let newest_first = table.rows.range(..filter.before).rev();
        let matching = newest_first.filter(|(_, row)| {
            filter.stage.as_ref().is_none_or(|stage| row.stage == stage)
                && filter.tag.as_ref().is_none_or(|(tag, value)| row.tags.iter().any(|(t, v)| t == tag && v == value))
        });
        Ok(matching.take(filter.limit).map(|(seq, row)| row.stored(*seq)).collect())
    }

    async fn count_by_stage(&self, noun: &'static str) -> Stored<Vec<(String, u64)>> {
        let state = self.state().await;
        let mut counts = std::collections::BTreeMap::<&str, u64>::new();
        for row in state.table(noun)?.rows.values() {
            *counts.entry(row.stage).or_default() += 1;
        }
        Ok(counts.into_iter().map(|(stage, count)| (stage.to_owned(), count)).collect())
    }

    async fn oldest(&self, noun: &'static str, stage: &str) -> Stored<Option<StoredRow>> {
        let state = self.state().await;
        let mut rows = state.table(noun)?.rows.iter();
        Ok(rows.find(|(_, row)| row.stage == stage).map(|(seq, row)| row.stored(*seq)))
    }

    async fn next_due(&self, noun: &'static str) -> Stored<Option<UnixMs>> {
        let state = self.state().await;
        Ok(state.table(noun)?.due.first().map(|(at, _)| *at))
    }

    async fn held(&self, scope: &str, now: UnixMs) -> Stored<i64> {
        Ok(self.state().await.sum(scope, now))
    }

    async fn holds(&self, scope: &str) -> Stored<Vec<HoldRow>> {
        Ok(self.state().await.shares(scope).cloned().collect())
    }

    async fn cursor(&self, reader: &str) -> Stored<Option<String>> {
        Ok(self.state().await.cursors.get(reader).cloned())
    }

    async fn events(&self, after: i64, limit: usize) -> Stored<Vec<EventRow>> {
        let state = self.state().await;
        let first = after.checked_add(1);
        Ok(first.map_or_else(Vec::new, |first| {
            state.outbox.range(first..).take(limit).map(|(_, event)| event.clone()).collect()
        }))
    }

    async fn head_position(&self) -> Stored<i64> {
        Ok(self.state().await.outbox.last().map_or(0, |(position, _)| *position))
    }

    async fn log(&self, after: u64, limit: usize) -> Stored<Vec<LogRecord>> {
        let state = self.state().await;
        let first = after.checked_add(1);
        Ok(first.map_or_else(Vec::new, |first| {
            state.log.range(first..).take(limit).map(|(_, record)| record.clone()).collect()
        }))
    }

    async fn log_of(&self, kinds: &[&'static str], after: u64, limit: usize) -> Stored<Vec<LogRecord>> {
        let state = self.state().await;
        let later = state.log.values().filter(|record| record.position.seq > after);
        let wanted = later.filter(|record| kinds.contains(&record.kind.as_str()));
        Ok(wanted.take(limit).cloned().collect())
    }

    async fn count_log(&self, kinds: &[&'static str]) -> Stored<u64> {
        let state = self.state().await;
        Ok(state.log.values().filter(|record| kinds.contains(&record.kind.as_str())).count() as u64)
    }

    async fn raw_rows(&self, noun: &'static str, after: i64, limit: usize) -> Stored<Vec<RawRow>> {
        let state = self.state().await;
        let table = state.table(noun)?;
        let later = table.rows.iter().filter(|(seq, _)| **seq > after);
        Ok(later.take(limit).map(|(seq, row)| row.raw(*seq)).collect())
    }

    async fn raw_row(&self, noun: &'static str, id: &str) -> Stored<Option<RawRow>> {
        let state = self.state().await;
        let table = state.table(noun)?;
        Ok(table.ids.get(id).and_then(|seq| table.rows.get(seq).map(|row| row.raw(*seq))))
    }

    async fn raw_each(&self, noun: &'static str, ids: &[String]) -> Stored<Vec<RawRow>> {
        let state = self.state().await;
        let table = state.table(noun)?;
        let seqs = ids.iter().filter_map(|id| table.ids.get(id));
        Ok(seqs.filter_map(|seq| table.rows.get(seq).map(|row| row.raw(*seq))).collect())
    }

    async fn all_holds(&self, after: (&str, &str), limit: usize) -> Stored<Vec<(String, HoldRow)>> {
        let state = self.state().await;
        let shares = state.holds.iter().flat_map(|(scope, rows)| rows.values().map(move |row| (scope, row)));
        let mut shares: Vec<_> = shares.map(|(scope, row)| (scope.clone(), row.clone())).collect();
        shares.sort_by(|(a, x), (b, y)| (a, &x.holder).cmp(&(b, &y.holder)));
        shares.retain(|(scope, row)| (scope.as_str(), row.holder.as_str()) > after);
        shares.truncate(limit);
        Ok(shares)
    }

    async fn unbalanced(&self) -> Stored<Vec<String>> {
        // The sums are taken over the rows on every reading.
        Ok(Vec::new())
    }

    async fn log_position(&self) -> Stored<LogPosition> {
        Ok(self.state().await.log.last().map_or(LogPosition::EMPTY, |(_, record)| record.position))
    }

    async fn probes(&self) -> Stored<u64> {
        Ok(self.state().await.probes)
    }

    async fn write(&self, writes: Vec<Write>) -> Stored<Vec<Answer>> {
        let mut committed = self.state.lock().await;
        if committed.closed {
            return Err(StoreError::Closed);
        }
        let mut answers = Vec::with_capacity(writes.len());
        // What is no commit at all takes no other with it.
        for write in writes.chunk_by(|_, _| false) {
            let mut next = committed.clone();
            match run(&mut next, write).await {
                Ok(written) => {
                    *committed = next;
                    answers.extend(written);
                }
                Err(error) => answers.push(Err(error.into())),
            }
        }
        drop(committed);
        if answers.iter().flatten().any(Written::is_news) {
            self.changes.send_modify(|count| *count = count.wrapping_add(1));
        }
        Ok(answers)
    }

    async fn close(&self) {
        self.state.lock().await.closed = true;
    }
}
