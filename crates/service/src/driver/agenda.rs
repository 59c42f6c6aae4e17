//! What a driver keeps in mind: which records are in a turn, which wait for another try, which are parked. No IO.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::Duration;

use primitives::UnixMs;
use store::{Record, Versioned};

use super::turn::Ended;

/// More failing records than this are left to their claims' end instead of memory.
const MAX_WAITING: usize = 4096;

#[derive(Debug)]
pub(super) struct Agenda<R> {
    /// In a turn; with the newer version that was claimed meanwhile, which must not overtake it.
    running: HashMap<String, Option<Versioned<R>>>,
    /// Failed and waiting for another try, and in the order of their time.
    waiting: HashMap<String, (UnixMs, Versioned<R>)>,
    order: BTreeSet<(UnixMs, String)>,
    failures: HashMap<String, Failure>,
    /// The version at which a record's turn panicked.
    parked: HashMap<String, u64>,
    /// Claimed, and not to be read.
    unreadable: HashSet<String>,
    first_delay: Duration,
    last_delay: Duration,
}

/// A record whose turns fail.
#[derive(Debug)]
struct Failure {
    /// When the first of them in a row did.
    since: UnixMs,
    /// How many.
    count: u32,
    /// What was last said about it.
    said: String,
}

/// What the driver's log and metrics should say about an ended turn.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum News {
    /// As expected.
    None,
    /// It failed in a new way.
    Failing(String),
    /// It moves again after it had failed.
    Recovered,
}

impl<R: Record> Agenda<R> {
    pub(super) fn new(first_delay: Duration, last_delay: Duration) -> Self {
        Self {
            running: HashMap::new(),
            waiting: HashMap::new(),
            order: BTreeSet::new(),
            failures: HashMap::new(),
            parked: HashMap::new(),
            unreadable: HashSet::new(),
            first_delay,
            last_delay,
        }
    }

    /// Takes a claimed record; gives it back if its turn is to begin now.
    pub(super) fn take(&mut self, claimed: Versioned<R>) -> Option<Versioned<R>> {
        let id = claimed.record.id();
        self.unreadable.remove(&id);
        if self.parked.get(&id) == Some(&claimed.version) {
            return None;
        }
        self.parked.remove(&id);
        self.unwait(&id);
        if let Some(later) = self.running.get_mut(&id) {
            *later = Some(claimed);
            return None;
        }
        self.running.insert(id, None);
        Some(claimed)
    }

    /// Takes note of a claimed row that cannot be read; whether that is news. It counts as parked until a claim of it
    /// can be read.
    pub(super) fn cannot_read(&mut self, id: String) -> bool {
        self.unreadable.insert(id)
    }

    /// A record whose time for another try has come.
    pub(super) fn retry(&mut self, now: UnixMs) -> Option<Versioned<R>> {
        let (at, id) = self.order.first()?.clone();
        if at > now {
            return None;
        }
        let read = self.unwait(&id)?;
        self.running.insert(id, None);
        Some(read)
    }

    /// When the next try is due.
    pub(super) fn next_retry(&self) -> Option<UnixMs> {
        self.order.first().map(|(at, _)| *at)
    }

    /// Takes note of an ended turn; with the record to go on with at once, if a newer version waits for it.
    pub(super) fn end(&mut self, read: Versioned<R>, ended: Ended, now: UnixMs) -> (Option<Versioned<R>>, News) {
        let id = read.record.id();
        let later = self.running.remove(&id).flatten();
        let news = match ended {
            Ended::Committed | Ended::Lost => match self.failures.remove(&id) {
                Some(_) => News::Recovered,
                None => News::None,
            },
            Ended::Failed(why) => self.fail(id.clone(), read, why, later.is_none(), now),
            Ended::Panicked(why) => {
                self.failures.remove(&id);
                self.parked.insert(id.clone(), read.version);
                News::Failing(why)
            }
        };
        // Through the gate again: it may be the version that has just been parked.
        (later.and_then(|later| self.take(later)), news)
    }

    fn fail(&mut self, id: String, read: Versioned<R>, why: String, wait: bool, now: UnixMs) -> News {
        let none = || Failure { since: now, count: 0, said: String::new() };
        let Failure { count, said, .. } = self.failures.entry(id.clone()).or_insert_with(none);
        let news = if *said == why { News::None } else { News::Failing(why.clone()) };
        let doublings = (*count).min(16);
        *count = count.saturating_add(1);
        *said = why;
        let delay = self.last_delay.min(self.first_delay.saturating_mul(1 << doublings));
        if wait && self.waiting.len() < MAX_WAITING {
            let at = now.plus_ms(u64::try_from(delay.as_millis()).unwrap_or(u64::MAX));
            self.order.insert((at, id.clone()));
            self.waiting.insert(id, (at, read));
        } else if wait {
            // Its claim's end brings it back; what was said about it is not worth the memory.
            self.failures.remove(&id);
        }
        news
    }

    fn unwait(&mut self, id: &str) -> Option<Versioned<R>> {
        let (at, read) = self.waiting.remove(id)?;
        self.order.remove(&(at, id.to_owned()));
        Some(read)
    }

    /// Since when a record has failed without a success in between, of all that do the longest.
    pub(super) fn failing_since(&self) -> Option<UnixMs> {
        self.failures.values().map(|failure| failure.since).min()
    }

    /// How many rows nothing is done about until a person was there.
    pub(super) fn parked(&self) -> usize {
        self.parked.len() + self.unreadable.len()
    }
}

#[cfg(test)]
mod tests;
