//! Whether a commit can be made and what it writes: pure, and all of it decided before the first write.
//!
//! So a refused commit has written nothing, and a transaction can carry a whole group of commits without savepoints.

use std::collections::{HashMap, HashSet};

use primitives::{LogPosition, UnixMs};

use super::chain::{Chained, chain};
use super::facts::{Facts, Key, Name};
use super::ledger::settle;
use super::row_write::RowWrite;
use super::{Change, Commit, Step};
use crate::error::{CommitError, StoreError};
use crate::row::NewRow;
use crate::schedule::Schedule;

/// What makes a commit.
pub(super) struct Decided<'a> {
    /// The writes, in order.
    pub(super) writes: Vec<RowWrite<'a>>,
    /// Where the log's last entry comes to stand, if there is one.
    pub(super) position: Option<LogPosition>,
}

/// The writes that make the commit, in order.
pub(super) fn decide<'a>(commit: &'a Commit, facts: &Facts<'a>) -> Result<Decided<'a>, CommitError> {
    refuse_mistakes(commit)?;
    refuse_conflicts(commit, facts)?;
    let keys = new_keys(commit, facts)?;
    let holds = settle(commit, facts)?;
    let chained = chain(commit, &holds, facts.tip)?;
    let position = chained.position();

    let mut writes = Vec::new();
    let mut schedules = Schedules::of(facts);
    for change in &commit.changes {
        writes.extend(change_row(change, &chained, &mut schedules)?);
    }
    writes.extend(keys);
    writes.extend(holds);
    for (noun, id) in &commit.wakes {
        writes.extend(wake((noun, id), commit.now, &mut schedules));
    }
    writes.extend(commit.cursors.iter().map(|(reader, cursor)| RowWrite::PutCursor { reader, cursor }));
    for event in &commit.events {
        writes.push(RowWrite::AppendEvent { event, data: chained.data(event)?, at: commit.now });
    }
    writes.extend(chained.writes);
    Ok(Decided { writes, position })
}

/// When each row that is there is due, as the writes so far leave it.
pub(super) struct Schedules<'f, 'a> {
    facts: &'f Facts<'a>,
    changed: HashMap<Name<'a>, Schedule>,
}

impl<'f, 'a> Schedules<'f, 'a> {
    pub(super) fn of(facts: &'f Facts<'a>) -> Self {
        Self { facts, changed: HashMap::new() }
    }

    fn get(&self, name: Name<'a>) -> Option<Schedule> {
        self.changed.get(&name).copied().or_else(|| self.facts.heads.get(&name).map(|head| head.schedule))
    }
}

/// A wake writes nothing where there is no row, or one that is awake already.
pub(super) fn wake<'a>(name: Name<'a>, now: UnixMs, schedules: &mut Schedules<'_, 'a>) -> Option<RowWrite<'a>> {
    let schedule = schedules.get(name)?;
    let woken = schedule.woken(now);
    schedules.changed.insert(name, woken);
    (woken != schedule).then_some(RowWrite::Reschedule { noun: name.0, id: name.1, schedule: woken })
}

fn refuse_mistakes(commit: &Commit) -> Result<(), StoreError> {
    if let Some(fault) = &commit.fault {
        return Err(fault.clone().into());
    }
    let mut named = HashSet::with_capacity(commit.changes.len());
    for Change { row, .. } in &commit.changes {
        if !named.insert((row.noun, row.id.as_str())) {
            return Err(StoreError::Malformed("changes one record twice"));
        }
    }
    Ok(())
}

fn refuse_conflicts(commit: &Commit, facts: &Facts<'_>) -> Result<(), CommitError> {
    for Change { row, step } in &commit.changes {
        let stored = facts.heads.get(&(row.noun, row.id.as_str())).map(|head| head.version);
        let fits = match step {
            Step::Insert => stored.is_none(),
            Step::Update { version, .. } | Step::Rest { version } => stored == Some(*version),
        };
        if !fits {
            return Err(CommitError::Conflict { noun: row.noun, id: row.id.clone() });
        }
    }
    Ok(())
}

/// The names that are taken for the first time. No two of the commit's records get one.
fn new_keys<'a>(commit: &'a Commit, facts: &Facts<'a>) -> Result<Vec<RowWrite<'a>>, CommitError> {
    let mut writes = Vec::new();
    let mut taken: HashMap<Key<'a>, &'a str> = HashMap::new();
    let named = commit.changes.iter().filter(|change| !matches!(change.step, Step::Rest { .. }));
    for row in named.map(|change| &change.row) {
        let NewRow { noun, id, keys, .. } = row;
        for (key, value) in keys {
            let name = (*noun, *key, value.as_str());
            match facts.holders.get(&name).map(String::as_str).or_else(|| taken.get(&name).copied()) {
                None => {
                    taken.insert(name, id);
                    writes.push(RowWrite::PutKey { noun, id, key, value });
                }
                Some(holder) if holder == id => {}
                Some(holder) => {
                    let (value, holder_id) = (value.clone(), holder.to_owned());
                    return Err(CommitError::KeyTaken { noun, key, value, holder_id });
                }
            }
        }
    }
    Ok(writes)
}

fn change_row<'a>(
    change: &'a Change,
    chained: &Chained<'_>,
    schedules: &mut Schedules<'_, 'a>,
) -> Result<Vec<RowWrite<'a>>, StoreError> {
    let Change { row, step } = change;
    let NewRow { noun, id, .. } = row;
    // A new row's is empty so far, which a commit leaves due at its own time.
    let schedule = schedules.get((noun, id)).unwrap_or_default().committed(row.due_at);
    schedules.changed.insert((noun, id), schedule);
    let tags = row.tags.iter().map(|(tag, value)| RowWrite::PutTag { noun, id, tag, value });
    Ok(match step {
        Step::Insert => {
            let body = chained.body(change)?;
            [RowWrite::Insert { row, body, schedule }].into_iter().chain(tags).collect()
        }
        Step::Update { version, tags: changed } => {
            let version = version.saturating_add(1);
            let mut writes = vec![RowWrite::Replace { row, body: chained.body(change)?, version, schedule }];
            if *changed {
                writes.push(RowWrite::DropTags { noun, id });
                writes.extend(tags);
            }
            writes
        }
        Step::Rest { .. } => vec![RowWrite::Reschedule { noun, id, schedule }],
    })
}
