//! What has to be known before a commit can be decided, asked for in one go.

use std::collections::{HashMap, HashSet};

use primitives::{LogPosition, UnixMs};

use super::row_write::RowWrite;
use super::{Commit, HoldStep, Step};
use crate::hold::HoldRow;
use crate::row::RowHead;

/// A record: its noun and id.
pub(crate) type Name<'a> = (&'static str, &'a str);
/// A unique name: noun, key and value.
pub(crate) type Key<'a> = (&'static str, &'static str, &'a str);
/// One share: scope and holder.
pub(crate) type Share<'a> = (&'a str, &'a str);

/// What commits ask of the database; nothing is asked twice.
#[derive(Debug)]
pub(crate) struct Questions<'a> {
    /// On PostgreSQL these rows are locked.
    pub(crate) heads: Vec<Name<'a>>,
    pub(crate) keys: Vec<Key<'a>>,
    /// With the time at which the scope's holds are to count.
    pub(crate) scopes: Vec<(&'a str, UnixMs)>,
    pub(crate) shares: Vec<Share<'a>>,
    /// Where the log stands.
    pub(crate) tip: bool,
}

/// The answers; what is not there is absent.
#[derive(Debug, Default)]
pub(crate) struct Facts<'a> {
    pub(crate) heads: HashMap<Name<'a>, RowHead>,
    /// The id of the record that has the name.
    pub(crate) holders: HashMap<Key<'a>, String>,
    pub(crate) sums: HashMap<&'a str, Sum>,
    /// Whether they still count or not.
    pub(crate) shares: HashMap<Share<'a>, HoldRow>,
    /// The log's newest record, if it was asked for and there is one.
    pub(crate) tip: Option<LogPosition>,
}

/// What is known of a scope.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sum {
    /// Over the rows that count.
    pub(crate) held: i64,
    /// Whether there are rows that no longer do.
    pub(crate) has_ended: bool,
}

impl<'a> Questions<'a> {
    /// Of as many of these commits, from the first on, as can be decided on one set of answers: the others ask for a
    /// scope as of another time. Gives how many they are.
    pub(super) fn of(commits: &[&'a Commit]) -> (Self, usize) {
        let mut asked = Self::none();
        let mut times = HashMap::new();
        let fits =
            |commit: &&'a Commit| commit.scopes().all(|scope| *times.entry(scope).or_insert(commit.now) == commit.now);
        let count = commits.iter().copied().take_while(fits).count();
        for commit in &commits[..count] {
            asked.add(commit);
        }
        asked.scopes.extend(times);
        once_each(&mut asked.heads);
        once_each(&mut asked.keys);
        once_each(&mut asked.shares);
        (asked, count)
    }

    /// The question of a wake that is no part of a commit.
    pub(super) fn of_wake(noun: &'static str, id: &'a str) -> Self {
        Self { heads: vec![(noun, id)], ..Self::none() }
    }

    const fn none() -> Self {
        Self { heads: Vec::new(), keys: Vec::new(), scopes: Vec::new(), shares: Vec::new(), tip: false }
    }

    /// All but the scopes.
    fn add(&mut self, commit: &'a Commit) {
        for change in &commit.changes {
            self.heads.push((change.row.noun, &change.row.id));
            if !matches!(change.step, Step::Rest { .. }) {
                self.keys.extend(change.row.keys.iter().map(|(key, value)| (change.row.noun, *key, value.as_str())));
            }
        }
        self.heads.extend(commit.wakes.iter().map(|(noun, id)| (*noun, id.as_str())));
        for share in commit.holds.iter().map(HoldStep::share) {
            // A window's share is held and released in one breath: not to be sorted twice.
            if self.shares.last() != Some(&share) {
                self.shares.push(share);
            }
        }
        self.tip |= !commit.log.is_empty();
    }
}

impl<'a> Facts<'a> {
    /// The facts for the next commit: as these, after what the last one writes.
    pub(super) fn follow(&mut self, writes: &[RowWrite<'a>]) {
        for write in writes {
            match *write {
                RowWrite::Insert { row, schedule, .. } => {
                    self.heads.insert((row.noun, &row.id), RowHead { version: 1, schedule });
                }
                RowWrite::Replace { row, version, schedule, .. } => {
                    self.heads.insert((row.noun, &row.id), RowHead { version, schedule });
                }
                RowWrite::Reschedule { noun, id, schedule } => {
                    if let Some(head) = self.heads.get_mut(&(noun, id)) {
                        head.schedule = schedule;
                    }
                }
                RowWrite::PutKey { noun, id, key, value } => {
                    self.holders.insert((noun, key, value), id.to_owned());
                }
                RowWrite::PutHold { scope, holder, ref row } => {
                    self.shares.insert((scope, holder), row.clone());
                }
                RowWrite::DropHold { scope, holder } => {
                    self.shares.remove(&(scope, holder));
                }
                RowWrite::PutTotal { scope, total } => {
                    self.sums.insert(scope, Sum { held: total, has_ended: false });
                }
                // Nothing is decided on these; the holds that have ended no longer count anyway.
                RowWrite::ExpireHolds { .. }
                | RowWrite::PutTag { .. }
                | RowWrite::DropTags { .. }
                | RowWrite::PutCursor { .. }
                | RowWrite::AppendEvent { .. } => {}
                RowWrite::AppendLog { position, .. } => self.tip = Some(position),
            }
        }
    }
}

/// These writes without the totals that a later one of them replaces.
pub(super) fn last_totals(writes: &mut Vec<RowWrite<'_>>) {
    let mut seen = HashSet::new();
    let mut from_the_end = writes.iter().rev().map(|write| match write {
        RowWrite::PutTotal { scope, .. } => seen.insert(*scope),
        _ => true,
    });
    let mut keep: Vec<bool> = from_the_end.by_ref().collect();
    writes.retain(|_| keep.pop().unwrap_or(true));
}

fn once_each<T: Ord>(questions: &mut Vec<T>) {
    questions.sort_unstable();
    questions.dedup();
}
