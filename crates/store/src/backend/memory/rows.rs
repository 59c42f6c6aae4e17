//! The row operations on persistent maps.

use primitives::UnixMs;

use super::state::{Row, State};
use crate::backend::{Stored, Transaction};
use crate::commit::OutboxRow;
use crate::event::EventRow;
use crate::hold::HoldRow;
use crate::row::{NewRow, RowHead, StoredRow};
use crate::schedule::Schedule;

impl Transaction for State {
    async fn head(&mut self, noun: &'static str, id: &str) -> Stored<Option<RowHead>> {
        let table = self.table(noun)?;
        let Some(seq) = table.ids.get(id).copied() else { return Ok(None) };
        Ok(table.rows.get(&seq).map(|row| RowHead { seq, version: row.version, schedule: row.schedule }))
    }

    async fn key_holder(&mut self, noun: &'static str, key: &str, value: &str) -> Stored<Option<String>> {
        let table = self.table(noun)?;
        let seq = table.keys.get(&(key.to_owned(), value.to_owned()));
        Ok(seq.and_then(|seq| table.rows.get(seq)).map(|row| row.id.clone()))
    }

    async fn insert(&mut self, row: &NewRow, schedule: Schedule) -> Stored<i64> {
        let table = self.table_mut(row.noun)?;
        let seq = table.rows.last().map_or(1, |(seq, _)| seq + 1);
        let NewRow { id, stage, body, .. } = row.clone();
        table.ids.insert_mut(id.clone(), seq);
        table.put(seq, Row { id, stage, version: 1, schedule, tags: Vec::new(), body });
        Ok(seq)
    }

    async fn replace(&mut self, seq: i64, new: &NewRow, version: u64, schedule: Schedule) -> Stored<()> {
        self.table_mut(new.noun)?.edit(seq, |row| {
            row.stage = new.stage;
            row.version = version;
            row.schedule = schedule;
            row.body.clone_from(&new.body);
        });
        Ok(())
    }

    async fn reschedule(&mut self, noun: &'static str, seq: i64, schedule: Schedule) -> Stored<()> {
        self.table_mut(noun)?.edit(seq, |row| row.schedule = schedule);
        Ok(())
    }

    async fn put_key(&mut self, noun: &'static str, key: &str, value: &str, seq: i64) -> Stored<()> {
        self.table_mut(noun)?.keys.insert_mut((key.to_owned(), value.to_owned()), seq);
        Ok(())
    }

    async fn put_tags(&mut self, noun: &'static str, seq: i64, tags: &[(&'static str, String)]) -> Stored<()> {
        if !tags.is_empty() {
            self.table_mut(noun)?.edit(seq, |row| row.tags.extend_from_slice(tags));
        }
        Ok(())
    }

    async fn drop_tags(&mut self, noun: &'static str, seq: i64) -> Stored<()> {
        self.table_mut(noun)?.edit(seq, |row| row.tags.clear());
        Ok(())
    }

    async fn claim(&mut self, noun: &'static str, now: UnixMs, until: UnixMs, limit: usize) -> Stored<Vec<StoredRow>> {
        let table = self.table_mut(noun)?;
        let due: Vec<i64> = table.due.range(..=(now, i64::MAX)).take(limit).map(|(_, seq)| *seq).collect();
        for seq in &due {
            table.edit(*seq, |row| row.schedule = Schedule::claimed(until));
        }
        Ok(due.into_iter().filter_map(|seq| table.stored(seq)).collect())
    }

    async fn held(&mut self, scope: &str, now: UnixMs) -> Stored<i64> {
        Ok(self.sum(scope, now))
    }

    async fn hold(&mut self, scope: &str, holder: &str) -> Stored<Option<HoldRow>> {
        Ok(self.holds.get(scope).and_then(|rows| rows.get(holder)).cloned())
    }

    async fn expire_holds(&mut self, scope: &str, now: UnixMs) -> Stored<()> {
        let Some(rows) = self.holds.get_mut(scope) else { return Ok(()) };
        let ended: Vec<String> = rows.values().filter(|row| !row.counts(now)).map(|row| row.holder.clone()).collect();
        for holder in ended {
            rows.remove_mut(&holder);
        }
        Ok(())
    }

    async fn put_hold(&mut self, scope: &str, holder: &str, row: Option<&HoldRow>) -> Stored<()> {
        let mut rows = self.holds.get(scope).cloned().unwrap_or_default();
        match row {
            Some(row) => rows.insert_mut(holder.to_owned(), row.clone()),
            None => {
                rows.remove_mut(holder);
            }
        }
        self.holds.insert_mut(scope.to_owned(), rows);
        Ok(())
    }

    /// Nothing to store: here the sum is taken over the rows on every reading.
    async fn put_total(&mut self, _scope: &str, _total: i64) -> Stored<()> {
        Ok(())
    }

    async fn put_cursor(&mut self, reader: &str, cursor: &str) -> Stored<()> {
        self.cursors.insert_mut(reader.to_owned(), cursor.to_owned());
        Ok(())
    }

    async fn append_event(&mut self, event: &OutboxRow, at: UnixMs) -> Stored<()> {
        let position = self.outbox.last().map_or(1, |(position, _)| position + 1);
        let OutboxRow { kind, subject, version, data } = event.clone();
        let row = EventRow { position, kind: kind.to_owned(), subject, version, at, data };
        self.outbox.insert_mut(position, row);
        Ok(())
    }

    async fn count_probe(&mut self) -> Stored<u64> {
        self.probes += 1;
        Ok(self.probes)
    }
}
