//! What a writer is asked for, and the writes themselves.

use primitives::UnixMs;

use super::check::{Checked, check};
use super::{Commit, Step};
use crate::backend::Transaction;
use crate::error::{CommitError, StoreError};
use crate::row::StoredRow;
use crate::schedule::Schedule;

/// Everything that changes a store goes through its one writer in this form.
#[derive(Debug)]
pub(crate) enum Write {
    Commit(Box<Commit>),
    /// Up to `limit` rows that are due at `now` become the caller's until `until`.
    Claim {
        noun: &'static str,
        now: UnixMs,
        until: UnixMs,
        limit: usize,
    },
    Wake {
        noun: &'static str,
        id: String,
        now: UnixMs,
    },
    /// Counts the probes, to see that the store can be written.
    Probe,
}

/// The writer's answer.
#[derive(Debug)]
pub(crate) enum Written {
    Committed,
    Claimed(Vec<StoredRow>),
    Woken(bool),
    Probed(u64),
}

impl Written {
    /// Whether others have something new to look at; a claim or a probe is nobody else's news.
    pub(crate) const fn is_news(&self) -> bool {
        matches!(self, Self::Committed | Self::Woken(true))
    }
}

/// Does one thing within the transaction. After [`CommitError::Store`] the transaction is spoilt and must be rolled
/// back; after any other refusal nothing of this was written.
pub(crate) async fn run<T: Transaction>(tx: &mut T, write: &Write) -> Result<Written, CommitError> {
    Ok(match write {
        Write::Commit(commit) => {
            let checked = check(tx, commit).await?;
            store(tx, commit, checked).await?;
            Written::Committed
        }
        Write::Claim { noun, now, until, limit } => Written::Claimed(tx.claim(noun, *now, *until, *limit).await?),
        Write::Wake { noun, id, now } => Written::Woken(wake(tx, noun, id, *now).await?),
        Write::Probe => Written::Probed(tx.count_probe().await?),
    })
}

async fn store<T: Transaction>(tx: &mut T, commit: &Commit, checked: Checked) -> Result<(), StoreError> {
    let Checked { heads, new_keys, ledgers } = checked;
    for ((change, head), keys) in commit.changes.iter().zip(heads).zip(new_keys) {
        let row = &change.row;
        let seq = match (&change.step, head) {
            (Step::Insert, _) => {
                let seq = tx.insert(row, Schedule::due(row.due_at)).await?;
                tx.put_tags(row.noun, seq, &row.tags).await?;
                seq
            }
            (Step::Update { version, tags }, Some(head)) => {
                let schedule = head.schedule.committed(row.due_at);
                tx.replace(head.seq, row, version.saturating_add(1), schedule).await?;
                if *tags {
                    tx.drop_tags(row.noun, head.seq).await?;
                    tx.put_tags(row.noun, head.seq, &row.tags).await?;
                }
                head.seq
            }
            (Step::Rest { .. }, Some(head)) => {
                tx.reschedule(row.noun, head.seq, head.schedule.committed(row.due_at)).await?;
                head.seq
            }
            (Step::Update { .. } | Step::Rest { .. }, None) => unreachable!("the check found the row"),
        };
        for (key, value) in &keys {
            tx.put_key(row.noun, key, value, seq).await?;
        }
    }
    for (scope, ledger) in &ledgers {
        tx.expire_holds(scope, commit.now).await?;
        for (holder, row) in &ledger.rows {
            tx.put_hold(scope, holder, row.as_ref()).await?;
        }
        tx.put_total(scope, ledger.total).await?;
    }
    for (noun, id) in &commit.wakes {
        wake(tx, noun, id, commit.now).await?;
    }
    for (reader, cursor) in &commit.cursors {
        tx.put_cursor(reader, cursor).await?;
    }
    for event in &commit.events {
        tx.append_event(event, commit.now).await?;
    }
    Ok(())
}

async fn wake<T: Transaction>(tx: &mut T, noun: &'static str, id: &str, now: UnixMs) -> Result<bool, StoreError> {
    let Some(head) = tx.head(noun, id).await? else { return Ok(false) };
    let woken = head.schedule.woken(now);
    if woken != head.schedule {
        tx.reschedule(noun, head.seq, woken).await?;
    }
    Ok(true)
}
