//! What the one writer of a store is asked for, and how it does it: ask, decide, write.

use primitives::{LogPosition, UnixMs};

use super::Commit;
use super::decide::{Schedules, decide, wake};
use super::facts::{Questions, last_totals};
use crate::backend::{Stored, Transaction};
use crate::error::CommitError;
use crate::row::StoredRow;

/// What came of one thing that was asked for.
pub(crate) type Answer = Result<Written, CommitError>;

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

/// Does these things within the transaction, one after the other; an answer for each. After an error the transaction is
/// spoilt and must be rolled back; of what is refused nothing was written.
///
/// Commits that follow one another are decided on one set of answers, each on what the ones before it leave, and
/// written together: asking and writing for each of them costs more than deciding.
pub(crate) async fn run<T: Transaction>(transaction: &mut T, writes: &[Write]) -> Stored<Vec<Answer>> {
    let mut answers = Vec::with_capacity(writes.len());
    while let Some(write) = writes.get(answers.len()) {
        if matches!(write, Write::Commit(_)) {
            let rest = &writes[answers.len()..];
            let commits: Vec<&Commit> = rest.iter().map_while(Write::commit).collect();
            answers.extend(run_commits(transaction, &commits).await?);
        } else {
            answers.push(Ok(run_other(transaction, write).await?));
        }
    }
    Ok(answers)
}

/// As many of the commits, from the first on, as can be decided together.
async fn run_commits<T: Transaction>(transaction: &mut T, commits: &[&Commit]) -> Stored<Vec<Answer>> {
    let (questions, count) = Questions::of(commits);
    let mut facts = transaction.ask(&questions).await?;
    let (mut answers, mut writes) = (Vec::with_capacity(count), Vec::new());
    for commit in &commits[..count] {
        match decide(commit, &facts) {
            Ok(decided) => {
                facts.follow(&decided.writes);
                writes.extend(decided.writes);
                answers.push(Ok(Written::Committed(decided.position)));
            }
            Err(CommitError::Store(error)) => return Err(error),
            Err(refused) => answers.push(Err(refused)),
        }
    }
    last_totals(&mut writes);
    transaction.apply(&writes).await?;
    Ok(answers)
}

async fn run_other<T: Transaction>(transaction: &mut T, write: &Write) -> Stored<Written> {
    Ok(match write {
        Write::Commit(_) => unreachable!("commits are run together"),
        Write::Claim { noun, now, until, limit } => {
            Written::Claimed(transaction.claim(noun, *now, *until, *limit).await?)
        }
        Write::Wake { noun, id, now } => {
            let facts = transaction.ask(&Questions::of_wake(noun, id)).await?;
            let write = wake((noun, id), *now, &mut Schedules::of(&facts));
            if let Some(write) = write {
                transaction.apply(&[write]).await?;
            }
            Written::Woken(!facts.heads.is_empty())
        }
        Write::Probe => Written::Probed(transaction.count_probe().await?),
    })
}

impl Write {
    fn commit(&self) -> Option<&Commit> {
        match self {
            Self::Commit(commit) => Some(commit),
            _ => None,
        }
    }
}
