//! What a record tells of rows and of shares of limits, as everybody who holds the store against the log takes it.

use primitives::{HoldState, LogChanges, UnixMs};
use store::{LogRecord, Store, StoreError};

use super::Audit;
use super::verify::Rows;

impl Audit {
    /// What a record tells; none if it cannot be read, which stops signing.
    pub(super) fn told_by(&self, record: &LogRecord) -> Option<LogChanges> {
        let told = LogChanges::parse(&record.changes);
        if let Err(error) = &told {
            let detail = format!("what the record says of rows cannot be read: {error}");
            self.altered(record.position.seq, "illegible", &detail);
        }
        told.ok()
    }
}

impl Rows {
    /// Takes what a record tells, without the shares whose time is over: those may be gone or lie there still, and there
    /// are as many as there were payments.
    pub(super) fn take(&mut self, record: &LogRecord, mut told: LogChanges, now: UnixMs) {
        told.holds.retain(|hold| hold.amount.is_none() || counts(hold, now));
        self.recorded(record.at);
        self.told(record.position.seq, told);
    }

    /// Takes the shares that lie in the store, without those whose time is over.
    pub(super) fn take_shares(&mut self, shares: Vec<HoldState>, now: UnixMs) {
        shares.into_iter().filter(|share| counts(share, now)).for_each(|share| self.hold(share));
    }
}

/// Whether a share's time is not over.
fn counts(share: &HoldState, now: UnixMs) -> bool {
    share.until.is_none_or(|until| until > now)
}

/// What is wrong with the sums by which limits are known.
pub(super) async fn unbalanced(store: &Store) -> Result<Vec<String>, StoreError> {
    let scopes = store.unbalanced_scopes().await?;
    Ok(scopes.into_iter().map(|scope| format!("the sum of {scope} is not the sum of its shares")).collect())
}
