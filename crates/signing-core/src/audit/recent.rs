//! Before the first signature: what the newest records left is there. All of the log is held against the store only in
//! the background, for it grows for ever; but what a signature depends on, the attempts that may still be signed or asked
//! for again and the shares of windows that count, is the work of the newest records.
//!
//! They are read as a chain up to the one that the token vouches for, so that none of them can be left out.

use std::collections::BTreeSet;

use primitives::{LogPosition, UnixMs};
use store::{LIST_LIMIT_MAX, Record as _, StoreError};

use super::told::unbalanced;
use super::verify::Rows;
use super::{Audit, STAMP};
use crate::register::Attempt;

/// How many records are held against the store before the first signature: of a plane that has no more, all of them.
const RECENT: u64 = 20_000;

/// What was read so far.
struct Reading {
    rows: Rows,
    attempts: BTreeSet<String>,
    /// The last record that was read.
    at: LogPosition,
    now: UnixMs,
}

impl Audit {
    /// Stops signing if an attempt or a share is not as the newest records left it, once in the life of this process: its
    /// lock keeps all others from the store.
    pub(super) async fn hold_recent(&self) -> Result<(), StoreError> {
        if self.state().recent_held {
            return Ok(());
        }
        let newest = self.store.log_position().await?;
        let before = newest.seq.saturating_sub(RECENT);
        let first = if before == 0 { None } else { self.store.log(before - 1, 1).await?.pop() };
        let at = first.map_or(LogPosition::EMPTY, |record| record.position);
        let mut reading = Reading { rows: Rows::default(), attempts: BTreeSet::new(), at, now: self.now() };
        self.read_recent(&mut reading).await?;
        let attempts: Vec<_> = std::mem::take(&mut reading.attempts).into_iter().collect();
        for ids in attempts.chunks(LIST_LIMIT_MAX) {
            for lies in self.store.row_state_each(Attempt::NOUN, STAMP, ids).await? {
                reading.rows.row(lies);
            }
        }
        self.read_shares(&mut reading).await?;
        reading.rows.are_whole();
        // What was committed meanwhile.
        self.read_recent(&mut reading).await?;
        for (seq, code, detail) in reading.rows.reconcile(reading.now) {
            // A share that none of them took may be the work of an older record, and only ever leaves less room.
            if seq > 0 || before == 0 {
                self.altered(seq, code, &detail);
            }
        }
        for contradiction in unbalanced(&self.store).await? {
            self.altered(0, "contradiction", &contradiction);
        }
        self.state().recent_held = true;
        Ok(())
    }

    /// Reads on to the newest record.
    async fn read_recent(&self, reading: &mut Reading) -> Result<(), StoreError> {
        loop {
            let page = self.store.log(reading.at.seq, LIST_LIMIT_MAX).await?;
            if page.is_empty() {
                return Ok(());
            }
            for record in page {
                let seq = record.position.seq;
                if reading.at.next(record.at, &record.kind, &record.body, &record.changes) != record.position {
                    self.altered(seq, "changed", &format!("record {seq} does not follow from the one before"));
                }
                reading.at = record.position;
                let Some(mut told) = self.told_by(&record) else { continue };
                told.rows.retain(|row| row.noun == Attempt::NOUN);
                reading.attempts.extend(told.rows.iter().map(|row| row.id.clone()));
                reading.rows.take(&record, told, reading.now);
            }
        }
    }

    async fn read_shares(&self, reading: &mut Reading) -> Result<(), StoreError> {
        let mut after = (String::new(), String::new());
        loop {
            let page = self.store.hold_states((&after.0, &after.1), LIST_LIMIT_MAX).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = (last.scope.clone(), last.holder.clone());
            reading.rows.take_shares(page, reading.now);
        }
    }
}
