//! A transaction on persistent maps.

use primitives::UnixMs;

use super::state::{Row, State};
use crate::backend::{Stored, Transaction};
use crate::commit::{Facts, Questions, RowWrite, Sum};
use crate::event::EventRow;
use crate::log::LogRecord;
use crate::row::{NewRow, RowHead, StoredRow};
use crate::schedule::Schedule;

impl Transaction for State {
    async fn ask<'a>(&mut self, questions: &Questions<'a>) -> Stored<Facts<'a>> {
        let mut facts = Facts::default();
        for (noun, id) in &questions.heads {
            if let Some(row) = self.table(noun)?.by_id(id) {
                facts.heads.insert((noun, id), RowHead { version: row.version, schedule: row.schedule });
            }
        }
        for (noun, key, value) in &questions.keys {
            if let Some(id) = self.table(noun)?.keys.get(&((*key).to_owned(), (*value).to_owned())) {
                facts.holders.insert((noun, key, value), id.clone());
            }
        }
        for (scope, now) in &questions.scopes {
            let has_ended = self.shares(scope).any(|row| !row.counts(*now));
            facts.sums.insert(scope, Sum { held: self.sum(scope, *now), has_ended });
        }
        for (scope, holder) in &questions.shares {
            if let Some(row) = self.holds.get(*scope).and_then(|rows| rows.get(*holder)) {
                facts.shares.insert((scope, holder), row.clone());
            }
        }
        if questions.tip {
            facts.tip = self.log.last().map(|(_, record)| record.position);
        }
        Ok(facts)
    }

    async fn apply(&mut self, writes: &[RowWrite<'_>]) -> Stored<()> {
        for write in writes {
            self.write(write)?;
        }
        Ok(())
    }

    async fn claim(&mut self, noun: &'static str, now: UnixMs, until: UnixMs, limit: usize) -> Stored<Vec<StoredRow>> {
        let table = self.table_mut(noun)?;
        let due: Vec<i64> = table.due.range(..=(now, i64::MAX)).take(limit).map(|(_, seq)| *seq).collect();
        let rows: Vec<StoredRow> = due.into_iter().filter_map(|seq| table.stored(seq)).collect();
        for row in &rows {
            table.edit(&row.id, |row| row.schedule = Schedule::claimed(until));
        }
        Ok(rows)
    }

    async fn count_probe(&mut self) -> Stored<u64> {
        self.probes += 1;
        Ok(self.probes)
    }
}

impl State {
    fn write(&mut self, write: &RowWrite<'_>) -> Stored<()> {
        match write {
            RowWrite::Insert { row, body, schedule } => {
                let NewRow { noun, id, stage, .. } = row;
                let (id, body) = (id.clone(), body.to_string());
                self.table_mut(noun)?.push(Row { id, stage, version: 1, schedule: *schedule, tags: Vec::new(), body });
            }
            RowWrite::Replace { row: new, body, version, schedule } => self.table_mut(new.noun)?.edit(&new.id, |row| {
                row.stage = new.stage;
                row.version = *version;
                row.schedule = *schedule;
                row.body = body.to_string();
            }),
            RowWrite::Reschedule { noun, id, schedule } => {
                self.table_mut(noun)?.edit(id, |row| row.schedule = *schedule);
            }
            RowWrite::PutKey { noun, id, key, value } => {
                self.table_mut(noun)?.keys.insert_mut(((*key).to_owned(), (*value).to_owned()), (*id).to_owned());
            }
            RowWrite::PutTag { noun, id, tag, value } => {
                self.table_mut(noun)?.edit(id, |row| row.tags.push((tag, (*value).to_owned())));
            }
            RowWrite::DropTags { noun, id } => self.table_mut(noun)?.edit(id, |row| row.tags.clear()),
            RowWrite::ExpireHolds { scope, now } => {
                let ended: Vec<_> = self.shares(scope).filter(|row| !row.counts(*now)).cloned().collect();
                self.edit_shares(scope, |rows| {
                    for row in ended {
                        rows.remove_mut(&row.holder);
                    }
                });
            }
            RowWrite::PutHold { scope, row, .. } => {
                self.edit_shares(scope, |rows| rows.insert_mut(row.holder.clone(), row.clone()));
            }
            RowWrite::DropHold { scope, holder } => self.edit_shares(scope, |rows| {
                rows.remove_mut(*holder);
            }),
            // Nothing to store: here the sum is taken over the rows on every reading.
            RowWrite::PutTotal { .. } => {}
            RowWrite::PutCursor { reader, cursor } => {
                self.cursors.insert_mut((*reader).to_owned(), (*cursor).to_owned());
            }
            RowWrite::AppendEvent { event, data, at } => {
                let position = self.outbox.last().map_or(1, |(position, _)| position + 1);
                let (subject, data) = (event.subject.clone(), data.to_string());
                let (kind, version, at) = (event.kind.to_owned(), event.version, *at);
                self.outbox.insert_mut(position, EventRow { position, kind, subject, version, at, data });
            }
            RowWrite::AppendLog { entry, at, changes, position } => {
                let (kind, body, changes) = (entry.kind.to_owned(), entry.body.clone(), changes.clone());
                self.log.insert_mut(position.seq, LogRecord { position: *position, at: *at, kind, body, changes });
            }
        }
        Ok(())
    }
}
