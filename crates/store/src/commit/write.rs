//! What the one writer of a store is asked for, and how it does it: ask, decide, write.

use primitives::{LogPosition, UnixMs};

use super::Commit;
use super::decide::{Decided, decide, schedules, wake};
use super::facts::Questions;
use crate::backend::Transaction;
use crate::error::CommitError;
use crate::row::StoredRow;

/// Everything that changes a store goes through its writer in this form.
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
    /// With the place of the log's last entry, if the commit has one.
    Committed(Option<LogPosition>),
    Claimed(Vec<StoredRow>),
    Woken(bool),
    Probed(u64),
}

impl Written {
    /// Whether others have something new to look at; a claim or a probe is nobody else's news.
    pub(crate) const fn is_news(&self) -> bool {
        matches!(self, Self::Committed(_) | Self::Woken(true))
    }
}

/// Does one thing within the transaction. After [`CommitError::Store`] the transaction is spoilt and must be rolled
/// back; after any other refusal nothing of this was written.
pub(crate) async fn run<T: Transaction>(transaction: &mut T, write: &Write) -> Result<Written, CommitError> {
    Ok(match write {
        Write::Commit(commit) => {
            let mut facts = transaction.ask(&Questions::of(commit)).await?;
            let Decided { writes, position } = decide(commit, &mut facts)?;
            transaction.apply(&writes).await?;
            Written::Committed(position)
        }
        Write::Claim { noun, now, until, limit } => {
            Written::Claimed(transaction.claim(noun, *now, *until, *limit).await?)
        }
        Write::Wake { noun, id, now } => {
            let facts = transaction.ask(&Questions::of_wake(noun, id, *now)).await?;
            let mut schedules = schedules(&facts);
            if let Some(write) = wake((noun, id), *now, &mut schedules) {
                transaction.apply(&[write]).await?;
            }
            Written::Woken(!schedules.is_empty())
        }
        Write::Probe => Written::Probed(transaction.count_probe().await?),
    })
}
