//! One turn of one record.

use std::panic::{AssertUnwindSafe, catch_unwind};

use futures::FutureExt;
use primitives::UnixMs;
use store::{CommitError, Record, Versioned};

use super::{Driver, Machine, Plan};
use crate::problem::chain;
use crate::serve::gate::panic_text;

/// How a turn ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// What was planned is stored.
    Committed,
    /// Somebody else changed the record first; nothing is stored.
    Lost,
    /// It is to be tried again.
    Failed(String),
    /// It is not to be tried again by itself.
    Panicked(String),
}

impl Ended {
    /// All labels of the metric.
    pub(super) const LABELS: [&str; 4] = ["committed", "conflict", "failed", "panicked"];

    /// The metric's label.
    pub(super) const fn label(&self) -> &'static str {
        match self {
            Self::Committed => "committed",
            Self::Lost => "conflict",
            Self::Failed(_) => "failed",
            Self::Panicked(_) => "panicked",
        }
    }
}

impl<M: Machine> Driver<M> {
    /// Gathers, plans, commits.
    pub(super) async fn turn(&self, read: &Versioned<M::Record>) -> Ended {
        let gather = AssertUnwindSafe(async { self.machine.gather(read, self.clock.now()).await }).catch_unwind();
        let facts = match tokio::time::timeout(self.options.turn_timeout, gather).await {
            Err(_) => return Ended::Failed(format!("no facts within {:?}", self.options.turn_timeout)),
            Ok(Err(panic)) => return Ended::Panicked(panic_text(&*panic).to_string()),
            Ok(Ok(Err(error))) => return Ended::Failed(chain(&*error)),
            Ok(Ok(Ok(facts))) => facts,
        };
        let now = self.clock.now();
        let planned = catch_unwind(AssertUnwindSafe(|| self.machine.plan(read, facts, now)));
        let why = match planned {
            Err(panic) => return Ended::Panicked(panic_text(&*panic).to_string()),
            Ok(plan) => match self.commit(read, plan, now).await {
                Err(why @ (CommitError::Exceeded { .. } | CommitError::KeyTaken { .. })) => why,
                result => return ended(read, result),
            },
        };
        match catch_unwind(AssertUnwindSafe(|| self.machine.refused(read, &why, now))) {
            Err(panic) => Ended::Panicked(panic_text(&*panic).to_string()),
            Ok(Some(plan)) => ended(read, self.commit(read, plan, now).await),
            Ok(None) => Ended::Failed(chain(&why)),
        }
    }

    async fn commit(&self, read: &Versioned<M::Record>, plan: Plan<M::Record>, now: UnixMs) -> Result<(), CommitError> {
        if same(&read.record, &plan.next) {
            if plan.next.due_at().is_some_and(|due| due <= now) {
                return Err(CommitError::Store(store::StoreError::Malformed("leaves a record due as it was")));
            }
            return self.store.commit(plan.commit.rest(read)).await;
        }
        let next = plan.next.clone();
        self.store.commit(plan.into_commit(read)).await?;
        self.machine.committed(read, &next, now);
        Ok(())
    }
}

fn ended<R: Record>(read: &Versioned<R>, result: Result<(), CommitError>) -> Ended {
    match result {
        Ok(()) => Ended::Committed,
        // Whoever changed this record has ended our claim on it; one that changed another has not.
        Err(CommitError::Conflict { noun, id }) if noun == R::NOUN && id == read.record.id() => Ended::Lost,
        Err(error) => Ended::Failed(chain(&error)),
    }
}

/// Equal as stored; records need not be comparable otherwise.
fn same<R: Record>(old: &R, new: &R) -> bool {
    match (serde_json::to_vec(old), serde_json::to_vec(new)) {
        (Ok(old), Ok(new)) => old == new,
        _ => false,
    }
}
