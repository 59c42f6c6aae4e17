//! Holds a log against itself and against all that vouches for it. Pure: whoever has the lines can do it, without the
//! plane.
//!
//! The chain alone shows a changed, dropped or swapped record unless all after it were worked out anew; that shows where
//! a signed checkpoint, the token's head or a head that payout-router kept names another one; and a cut tail shows where
//! one of them names a record that is not there.

mod attempts;
mod line;
mod rows;

use std::collections::{BTreeMap, HashMap};

use api::wallet_manager::audit::{AuditCheckpoint, AuditRecord, KeptHead};
use primitives::{HexBytes, HoldState, LogChanges, LogHead, LogPosition, PlaneId, RowState, UnixMs};
use serde::Serialize;
use tron_tx::PublicKey;

use super::checkpoint::StoredCheckpoint;
use super::entry::{Entry, Opened};
use attempts::Attempts;

pub use attempts::Known;
pub use line::Line;
pub(super) use rows::Rows;

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What, in a word for programs.
    pub code: &'static str,
    /// Which record, where it is about one.
    pub seq: Option<u64>,
    /// What, for people.
    pub detail: String,
}

/// A program that has written records from this one on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Program {
    /// Its first record of all since the program before it.
    pub since: u64,
    /// What it called itself.
    pub version: String,
    /// SHA-256 of its file; none where it could not tell, or was too old to.
    pub sha256: Option<HexBytes>,
}

/// What was looked at and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The newest record.
    pub position: LogPosition,
    /// How many records were read.
    pub records: u64,
    /// How many checkpoints were verified, good or bad.
    pub checkpoints: u64,
    /// How many heads from elsewhere the log was held against: the token's, and those that were kept.
    pub heads: u64,
    /// How many attempts of the register the log was held against; none if the register was not there.
    pub attempts: Option<u64>,
    /// How many rows of the tables the log was held against; none if they were not there.
    pub rows: Option<u64>,
    /// The programs that wrote it, in order: each as often as it took over from another.
    pub programs: Vec<Program>,
    /// What is wrong, in the order of the records.
    pub findings: Vec<Finding>,
}

/// What the log is held against beside itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct Trust {
    /// Whose log it must be.
    pub plane: Option<PlaneId>,
    /// The audit key. Without it checkpoints prove nothing and are not counted.
    pub key: Option<PublicKey>,
}

/// Takes everything in any order, the records among themselves in theirs.
#[derive(Debug)]
pub struct Verifier {
    trust: Trust,
    /// The last record as it says itself, and as it follows from the one before.
    last: Option<(LogPosition, LogHead)>,
    records: u64,
    heads: HashMap<u64, LogHead>,
    attempts: Attempts,
    rows: Rows,
    /// When what is held against the log was read; shares of limits count or not as of then.
    at: UnixMs,
    checkpoints: Vec<StoredCheckpoint>,
    vouched: Vec<(String, LogPosition)>,
    kept: Vec<KeptHead>,
    programs: Vec<Program>,
    findings: BTreeMap<(u64, usize), Finding>,
}

impl Verifier {
    /// With nothing taken yet.
    pub fn new(trust: Trust) -> Self {
        Self {
            trust,
            last: None,
            records: 0,
            heads: HashMap::new(),
            attempts: Attempts::default(),
            rows: Rows::default(),
            at: UnixMs(0),
            checkpoints: Vec::new(),
            vouched: Vec::new(),
            kept: Vec::new(),
            programs: Vec::new(),
            findings: BTreeMap::new(),
        }
    }

    /// Takes the next record.
    pub fn record(&mut self, record: &AuditRecord) {
        self.link(record);
        self.heads.insert(record.seq, record.head);
        let illegible = |error| format!("record {} cannot be read: {error}", record.seq);
        match Entry::parse(&record.kind, &record.body) {
            Ok(entry) => self.decision(record.seq, entry),
            Err(error) => self.find(record.seq, "illegible", illegible(error)),
        }
        self.rows.recorded(record.at);
        match LogChanges::parse(&record.changes) {
            Ok(changes) => self.rows.told(record.seq, changes),
            Err(error) => self.find(record.seq, "illegible", illegible(error)),
        }
    }

    /// Takes the next record as a link of the chain and no more: nothing else can be held against it afterwards.
    pub(super) fn link(&mut self, record: &AuditRecord) {
        self.records += 1;
        let stored = LogPosition { seq: record.seq, head: record.head };
        let (before, follows) = self.last.unwrap_or((LogPosition::EMPTY, LogHead::EMPTY));
        let next =
            |head| LogPosition { seq: before.seq, head }.next(record.at, &record.kind, &record.body, &record.changes);
        // After a record whose own head was changed, the next one still follows from the right one.
        let mut candidates = [next(before.head), next(follows)].into_iter();
        let expected = before.seq.saturating_add(1);
        let mut computed = stored.head;
        if record.seq < expected {
            self.find(record.seq, "order", format!("record {} comes after record {}", record.seq, before.seq));
        } else if record.seq > expected {
            let missing = record.seq - 1;
            let which = if missing == expected {
                format!("record {missing}")
            } else {
                format!("records {expected} to {missing}")
            };
            self.find(expected, "dropped", format!("{which} missing"));
        } else if !candidates.clone().any(|candidate| candidate == stored) {
            computed = candidates.next().map_or(computed, |candidate| candidate.head);
            let detail = format!("record {} was changed, or the one before was: its head does not follow", record.seq);
            self.find(record.seq, "changed", detail);
        }
        self.last = Some((stored, computed));
    }

    fn decision(&mut self, seq: u64, entry: Option<Entry>) {
        if let Some(Entry::Opened(opened)) = &entry {
            if self.trust.plane.is_some_and(|plane| plane != opened.plane) {
                self.find(seq, "other_plane", format!("record {seq} is of the plane {}", opened.plane));
            }
            let key = self.trust.key.map(|key| key.to_uncompressed().to_vec());
            if key.is_some_and(|key| key != opened.audit_key.0) {
                self.find(seq, "other_key", format!("record {seq} names another audit key than the trusted one"));
            }
            let Opened { version, binary: sha256, .. } = opened.clone();
            let same = |last: &Program| last.version == version && last.sha256 == sha256;
            if !self.programs.last().is_some_and(same) {
                self.programs.push(Program { since: seq, version, sha256 });
            }
        }
        if let Some((code, detail)) = entry.and_then(|entry| self.attempts.record(seq, &entry)) {
            self.find(seq, code, detail);
        }
    }

    /// Takes a checkpoint.
    pub fn checkpoint(&mut self, checkpoint: &AuditCheckpoint) {
        match StoredCheckpoint::read(checkpoint) {
            Ok(checkpoint) => self.checkpoints.push(checkpoint),
            Err(error) => self.find(0, "checkpoint", format!("a checkpoint cannot be read: {error}")),
        }
    }

    /// Takes a head that somebody outside the log vouches for, such as `the token`.
    pub fn vouched(&mut self, by: &str, position: LogPosition) {
        self.vouched.push((by.to_owned(), position));
    }

    /// Takes a head that payout-router kept.
    pub fn kept(&mut self, head: KeptHead) {
        self.kept.push(head);
    }

    /// Takes an attempt of the register. Those that were registered after the newest record are left out: the log was
    /// read before the register.
    pub fn attempt(&mut self, known: Known) {
        self.attempts.known(known);
    }

    /// Says that all of the register has been taken, so that what it lacks is missing.
    pub fn register_is_whole(&mut self) {
        self.attempts.is_whole();
    }

    /// Takes a row as it lies in its table.
    pub fn row(&mut self, state: RowState) {
        self.rows.row(state);
    }

    /// Takes a share of a limit as it lies there.
    pub fn share(&mut self, state: HoldState) {
        self.rows.hold(state);
    }

    /// Says that all rows and shares have been taken, so that what lacks is missing.
    pub const fn rows_are_whole(&mut self) {
        self.rows.are_whole();
    }

    /// What is wrong.
    pub fn finish(mut self) -> Report {
        let position = self.last.map_or(LogPosition::EMPTY, |(position, _)| position);
        let checkpoints = std::mem::take(&mut self.checkpoints);
        for checkpoint in &checkpoints {
            self.hold_checkpoint(checkpoint);
        }
        let mut heads = 0;
        for (by, position) in std::mem::take(&mut self.vouched) {
            heads += 1;
            self.hold(&format!("{by} vouches for"), position);
        }
        for kept in std::mem::take(&mut self.kept) {
            heads += 1;
            self.hold("payout-router kept", kept.audit);
            if let Some((code, detail)) = self.attempts.hold_kept(&kept) {
                self.find(kept.audit.seq, code, detail);
            }
        }
        let attempts = self.attempts.count();
        for (seq, code, detail) in std::mem::take(&mut self.attempts).reconcile(position.seq, &self.heads) {
            self.find(seq, code, detail);
        }
        let rows = self.rows.count();
        for (seq, code, detail) in std::mem::take(&mut self.rows).reconcile(self.at) {
            self.find(seq, code, detail);
        }
        let checkpoints = checkpoints.len() as u64;
        let (records, programs) = (self.records, self.programs);
        let findings = self.findings.into_values().collect();
        Report { position, records, checkpoints, heads, attempts, rows, programs, findings }
    }

    fn hold_checkpoint(&mut self, checkpoint: &StoredCheckpoint) {
        let (statement, position) = (checkpoint.0.unverified(), checkpoint.position());
        let seq = position.seq;
        let Some(key) = &self.trust.key else { return };
        if checkpoint.0.verify(key).is_err() {
            return self.find(
                seq,
                "checkpoint",
                format!("the checkpoint of record {seq} is not signed by the audit key"),
            );
        }
        if self.trust.plane.is_some_and(|plane| plane != statement.plane) {
            return self.find(seq, "other_plane", format!("the checkpoint of record {seq} is of {}", statement.plane));
        }
        self.hold("the audit key signed", position);
    }

    /// Holds the log against one place that it must have.
    fn hold(&mut self, who: &str, position: LogPosition) {
        let LogPosition { seq, head } = position;
        if position.is_empty() {
            return;
        }
        match self.heads.get(&seq) {
            Some(known) if *known == head => {}
            Some(known) => {
                let detail = format!("{who} record {seq} with the head {head}, the log has {known}: it was rewritten");
                self.find(seq, "rewritten", detail);
            }
            None => self.find(seq, "cut", format!("{who} record {seq}, which the log does not have")),
        }
    }

    fn find(&mut self, seq: u64, code: &'static str, detail: String) {
        let place = (seq, self.findings.len());
        self.findings.insert(place, Finding { code, seq: (seq > 0).then_some(seq), detail });
    }
}

#[cfg(test)]
mod tests;
