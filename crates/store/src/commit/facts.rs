//! What has to be known before a commit can be decided, asked for in one go.

use std::collections::HashMap;

use primitives::{LogPosition, UnixMs};

use super::{Commit, HoldStep, Step};
use crate::hold::HoldRow;
use crate::row::RowHead;

/// A record: its noun and id.
pub(crate) type Name<'a> = (&'static str, &'a str);
/// A unique name: noun, key and value.
pub(crate) type Key<'a> = (&'static str, &'static str, &'a str);
/// One share: scope and holder.
pub(crate) type Share<'a> = (&'a str, &'a str);

/// What a commit asks of the database; nothing is asked twice.
#[derive(Debug)]
pub(crate) struct Questions<'a> {
    /// The time at which holds are to count.
    pub(crate) now: UnixMs,
    /// On PostgreSQL these rows are locked.
    pub(crate) heads: Vec<Name<'a>>,
    pub(crate) keys: Vec<Key<'a>>,
    pub(crate) scopes: Vec<&'a str>,
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
    pub(super) fn of(commit: &'a Commit) -> Self {
        let mut asked = Self {
            now: commit.now,
            heads: Vec::with_capacity(commit.changes.len() + commit.wakes.len()),
            keys: Vec::new(),
            scopes: Vec::new(),
            shares: Vec::new(),
            tip: !commit.log.is_empty(),
        };
        for change in &commit.changes {
            asked.heads.push((change.row.noun, &change.row.id));
            if !matches!(change.step, Step::Rest { .. }) {
                asked.keys.extend(change.row.keys.iter().map(|(key, value)| (change.row.noun, *key, value.as_str())));
            }
        }
        asked.heads.extend(commit.wakes.iter().map(|(noun, id)| (*noun, id.as_str())));
        for step in &commit.holds {
            let (scope, holder) = match step {
                HoldStep::Hold(hold) => (&hold.scope, &hold.holder),
                HoldStep::Release { scope, holder, .. } => (scope, holder),
            };
            asked.scopes.push(scope);
            asked.shares.push((scope, holder));
        }
        once_each(&mut asked.heads);
        once_each(&mut asked.keys);
        once_each(&mut asked.scopes);
        once_each(&mut asked.shares);
        asked
    }

    /// The question of a wake that is no part of a commit.
    pub(super) fn of_wake(noun: &'static str, id: &'a str, now: UnixMs) -> Self {
        let heads = vec![(noun, id)];
        Self { now, heads, keys: Vec::new(), scopes: Vec::new(), shares: Vec::new(), tip: false }
    }
}

fn once_each<T: Ord>(questions: &mut Vec<T>) {
    questions.sort_unstable();
    questions.dedup();
}
