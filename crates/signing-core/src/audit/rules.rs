//! Before the first signature: the rows that rule over what may be signed are as the log says that they were left.
//!
//! Wallets, stops, the highest policy and keys are few, and so are the records that changed them. The attempts are many:
//! they are counted here, so that none was removed, and held against the log in the background, see [`Audit::reconcile`].

use primitives::LogChanges;
use store::{LIST_LIMIT_MAX, StoreError};
use tracing::error;

use super::entry::REGISTERED_BY_DECISION;
use super::tables::ruling;
use super::verify::Rows;
use super::{Audit, Entry, STAMP};
use crate::register::Attempt;

/// Records of payments change no row that rules, and there are many of them.
const OF_PAYMENTS: [&str; 6] = ["registered", "signed", "voided", "refused", "refused_again", "refused_unlisted"];

/// The records that make an attempt, one each.
const MAKE_ATTEMPTS: [&str; 3] = ["registered", REGISTERED_BY_DECISION, "voided"];

/// What a database of an older version is told.
const OLDER_VERSION: &str = "its log begins in format 1, of a version that did not say what it left in rows; this version \
                             reads format 2. Go on with the version that made it, or make the plane anew: wallets of this \
                             token are made again under new keys, and what the old ones hold is moved there first";

impl Audit {
    /// Stops signing if a row that rules is not as the log says.
    pub(super) async fn hold_rules(&self) -> Result<(), StoreError> {
        let mut rows = Rows::default();
        let read = self.tell_rules(&mut rows, 0).await?;
        for noun in ruling() {
            let mut after = Some(0);
            while let Some(place) = after {
                let page = self.store.row_states(noun, STAMP, place, LIST_LIMIT_MAX).await?;
                page.rows.into_iter().for_each(|row| rows.row(row));
                after = page.next;
            }
        }
        rows.are_whole();
        // What was committed while the rows were read.
        self.tell_rules(&mut rows, read).await?;
        let wrong = rows.reconcile(self.now());
        if !wrong.is_empty() && self.begins_before_rows_were_told().await? {
            self.altered(1, "older_version", OLDER_VERSION);
        }
        for (seq, code, detail) in wrong {
            self.altered(seq, code, &detail);
        }
        self.count_attempts().await
    }

    /// Whether the first record says nothing of rows, as no first record of this format does: it pins settings or a policy.
    /// It is only for the words: what does not agree with the log is refused either way.
    async fn begins_before_rows_were_told(&self) -> Result<bool, StoreError> {
        let first = self.store.log(0, 1).await?;
        Ok(first.first().is_some_and(|record| LogChanges::parse(&record.changes).is_ok_and(|told| told.is_empty())))
    }

    /// Stops signing if there are fewer or more attempts than records that made one.
    async fn count_attempts(&self) -> Result<(), StoreError> {
        let made = || self.store.log_count(&MAKE_ATTEMPTS);
        let before = made().await?;
        let lying: u64 = self.store.count_by_stage::<Attempt>().await?.into_iter().map(|(_, count)| count).sum();
        let after = made().await?;
        if !(before..=after).contains(&lying) {
            self.altered(0, "register", &format!("the register has {lying} attempts, the log has made {after}"));
        }
        Ok(())
    }

    /// Tells what the records after this one say of the rows that rule; answers which was the last.
    async fn tell_rules(&self, rows: &mut Rows, mut after: u64) -> Result<u64, StoreError> {
        let kinds: Vec<&'static str> =
            Entry::KINDS.iter().copied().filter(|kind| !OF_PAYMENTS.contains(kind)).collect();
        loop {
            let page = self.store.log_of(&kinds, after, LIST_LIMIT_MAX).await?;
            let Some(last) = page.last() else { return Ok(after) };
            after = last.position.seq;
            for record in page {
                if let Some(mut told) = self.told_by(&record) {
                    told.rows.retain(|row| ruling().any(|noun| noun == row.noun));
                    rows.told(record.position.seq, LogChanges { rows: told.rows, holds: Vec::new() });
                }
            }
        }
    }

    /// Stops signing: what lies in the store is not what the log says. The first finding is the one that is told.
    pub(super) fn altered(&self, seq: u64, code: &str, detail: &str) {
        error!(seq, code, detail, "the store was altered beside the audit log; nothing is signed");
        self.metrics.altered();
        self.state().altered.get_or_insert_with(|| detail.to_owned());
    }
}
