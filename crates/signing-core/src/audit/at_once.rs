//! Many decisions in one synced commit.

use primitives::LogPosition;
use store::{Commit, CommitError, StoreError};

use super::{Audit, AuditError, AuditFault};

impl Audit {
    /// As [`Audit::commit`] for each of these, in order and in one transaction; an outcome for each.
    pub async fn commit_each(&self, commits: Vec<Commit>) -> Vec<Result<LogPosition, AuditError>> {
        let count = commits.len();
        if count == 0 {
            return Vec::new();
        }
        // What was not compared with the token yet may be built on, what is known to be wrong may not.
        // Asked once: a fault that ends meanwhile must not make an outcome of a commit that was not made.
        if let Err(fault @ (AuditFault::Cut(_) | AuditFault::Altered(_) | AuditFault::Unwritable(_))) = self.sound() {
            return (0..count).map(|_| Err(AuditError::from(fault.again()))).collect();
        }
        match self.store.commit_each_logged(commits).await {
            Err(error) => {
                self.failed(&error);
                (0..count).map(|_| Err(AuditError::from(AuditFault::Unwritable(error.again())))).collect()
            }
            Ok(outcomes) => {
                self.noted(&outcomes);
                outcomes.into_iter().map(|outcome| outcome.map_err(AuditError::from)).collect()
            }
        }
    }

    /// Remembers whether the log can be written. What is refused by what is stored says nothing about the disk.
    fn noted(&self, outcomes: &[Result<LogPosition, CommitError>]) {
        let failure: Option<&StoreError> = outcomes.iter().find_map(|outcome| match outcome {
            Err(CommitError::Store(error)) => Some(error),
            _ => None,
        });
        match failure {
            Some(error) => self.failed(error),
            None if outcomes.iter().any(Result::is_ok) => self.state().unwritable = None,
            None => {}
        }
    }
}
