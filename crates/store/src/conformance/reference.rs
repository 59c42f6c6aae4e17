//! What a store is meant to do, in the plainest words: lists that are searched from the front. No index, no running
//! total, no SQL; a commit is tried on a copy.

use std::collections::{BTreeMap, BTreeSet};

use primitives::UnixMs;

use super::job::Job;
use crate::{CommitError, Hold, Record, Versioned};

/// One step of a commit.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Insert(Job),
    /// Replace what is stored under the job's id, or what was there a version ago.
    Update {
        job: Job,
        stale: bool,
    },
    Rest {
        id: String,
    },
    Hold(Hold),
    Release {
        scope: String,
        holder: String,
        until: Option<UnixMs>,
    },
    Cursor {
        reader: String,
        cursor: String,
    },
    Wake {
        id: String,
    },
    Event {
        subject: String,
    },
    Log {
        body: String,
    },
}

#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) stored: Versioned<Job>,
    due: Option<UnixMs>,
    woken: Option<UnixMs>,
    claimed: Option<UnixMs>,
}

impl Entry {
    /// When a claim may take it.
    pub(super) fn attention(&self) -> Option<UnixMs> {
        self.claimed.or_else(|| [self.due, self.woken].into_iter().flatten().min())
    }
}

#[derive(Debug, Clone, Default)]
pub(super) struct Reference {
    /// In the order of insertion.
    pub(super) entries: Vec<Entry>,
    names: BTreeMap<String, String>,
    pub(super) holds: BTreeMap<(String, String), (i64, Option<UnixMs>)>,
    pub(super) cursors: BTreeMap<String, String>,
    pub(super) events: Vec<(String, UnixMs)>,
    pub(super) log: Vec<(String, UnixMs)>,
}

impl Reference {
    pub(super) fn entry(&self, id: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.stored.record.id == id)
    }

    fn entry_mut(&mut self, id: &str) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|entry| entry.stored.record.id == id)
    }

    /// What the caller of a commit would have read before it.
    pub(super) fn read(&self, job: &Job, stale: bool) -> Versioned<Job> {
        let stored = self.entry(&job.id).map_or_else(|| Versioned::first(job.clone()), |entry| entry.stored.clone());
        Versioned { version: stored.version - u64::from(stale), ..stored }
    }

    pub(super) fn commit(&mut self, now: UnixMs, steps: &[Step]) -> Result<(), CommitError> {
        let mut next = self.clone();
        for step in steps {
            next.record(step)?;
        }
        for step in steps {
            next.name(step)?;
        }
        for step in steps {
            next.hold(now, step)?;
        }
        for step in steps {
            match step {
                Step::Wake { id } => drop(next.wake(id, now)),
                Step::Cursor { reader, cursor } => drop(next.cursors.insert(reader.clone(), cursor.clone())),
                Step::Event { subject } => next.events.push((subject.clone(), now)),
                Step::Log { body } => next.log.push((body.clone(), now)),
                _ => {}
            }
        }
        *self = next;
        Ok(())
    }

    fn record(&mut self, step: &Step) -> Result<(), CommitError> {
        let conflict = |id: &str| CommitError::Conflict { noun: Job::NOUN, id: id.to_owned() };
        match step {
            Step::Insert(job) if self.entry(&job.id).is_some() => Err(conflict(&job.id)),
            Step::Insert(job) => {
                let stored = Versioned::first(job.clone());
                self.entries.push(Entry { stored, due: job.due_at, woken: None, claimed: None });
                Ok(())
            }
            Step::Update { job, stale } => match self.entry_mut(&job.id) {
                Some(entry) if !stale => {
                    entry.stored = Versioned { record: job.clone(), version: entry.stored.version + 1 };
                    entry.due = job.due_at;
                    entry.claimed = None;
                    Ok(())
                }
                Some(_) | None => Err(conflict(&job.id)),
            },
            Step::Rest { id } => {
                let entry = self.entry_mut(id).ok_or_else(|| conflict(id))?;
                entry.due = entry.stored.record.due_at;
                entry.claimed = None;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn name(&mut self, step: &Step) -> Result<(), CommitError> {
        let (Step::Insert(job) | Step::Update { job, .. }) = step else { return Ok(()) };
        for value in &job.keys {
            let holder = self.names.entry(value.clone()).or_insert_with(|| job.id.clone());
            if *holder != job.id {
                let (value, holder_id) = (value.clone(), holder.clone());
                return Err(CommitError::KeyTaken { noun: Job::NOUN, key: "txid", value, holder_id });
            }
        }
        Ok(())
    }

    fn hold(&mut self, now: UnixMs, step: &Step) -> Result<(), CommitError> {
        match step {
            Step::Hold(hold) => {
                let place = (hold.scope.clone(), hold.holder.clone());
                let counts = |until: &Option<UnixMs>| until.is_none_or(|until| until > now);
                let own = self.holds.get(&place).filter(|(_, until)| counts(until)).map_or(0, |(amount, _)| *amount);
                let held = self.held(&hold.scope, now) - own;
                let (amount, ceiling) = (hold.amount, hold.ceiling);
                if amount > own && held + amount > ceiling {
                    return Err(CommitError::Exceeded { scope: hold.scope.clone(), held, amount, ceiling });
                }
                self.holds.insert(place, (amount, None));
            }
            Step::Release { scope, holder, until } => {
                let place = (scope.clone(), holder.clone());
                let over = |until: &Option<UnixMs>| until.is_some_and(|until| until <= now);
                match self.holds.get_mut(&place) {
                    Some((_, ended)) if over(ended) => {}
                    Some((_, ended)) if until.is_some_and(|until| until > now) => *ended = *until,
                    Some(_) => drop(self.holds.remove(&place)),
                    None => {}
                }
            }
            _ => {}
        }
        Ok(())
    }

    pub(super) fn held(&self, scope: &str, now: UnixMs) -> i64 {
        let rows = self.holds.iter().filter(|((other, _), _)| other == scope);
        rows.filter(|(_, (_, until))| until.is_none_or(|until| until > now)).map(|(_, (amount, _))| amount).sum()
    }

    pub(super) fn wake(&mut self, id: &str, now: UnixMs) -> bool {
        let entry = self.entry_mut(id);
        let found = entry.is_some();
        if let Some(entry) = entry {
            entry.woken = entry.woken.or(Some(now));
        }
        found
    }

    pub(super) fn claim(&mut self, now: UnixMs, until: UnixMs, limit: usize) -> Vec<Versioned<Job>> {
        let due = self.entries.iter().enumerate();
        let due = due.filter_map(|(place, entry)| entry.attention().filter(|at| *at <= now).map(|at| (at, place)));
        let due: BTreeSet<_> = due.collect();
        let taken = due.into_iter().take(limit);
        taken
            .map(|(_, place)| {
                let entry = &mut self.entries[place];
                entry.claimed = Some(until);
                entry.woken = None;
                entry.stored.clone()
            })
            .collect()
    }
}
