//! The sums of a commit: what each scope holds while the steps are taken one after another.

use std::collections::BTreeMap;

use primitives::UnixMs;

use super::facts::{Facts, Sum};
use super::row_write::RowWrite;
use super::{Commit, HoldStep};
use crate::error::CommitError;
use crate::hold::{Hold, HoldRow};

/// One scope as the steps so far leave it.
#[derive(Debug)]
struct Ledger<'a> {
    sum: Sum,
    /// The shares that the commit touches; `None`: there is none that counts.
    shares: BTreeMap<&'a str, Option<HoldRow>>,
}

/// Takes all steps or refuses; gives what is to be written.
pub(super) fn settle<'a>(commit: &'a Commit, facts: &Facts<'a>) -> Result<Vec<RowWrite<'a>>, CommitError> {
    let now = commit.now;
    let mut ledgers: BTreeMap<&'a str, Ledger<'a>> = BTreeMap::new();
    for step in &commit.holds {
        let (scope, holder) = step.share();
        let ledger = ledgers.entry(scope).or_insert_with(|| {
            let sum = facts.sums.get(scope).copied().unwrap_or_default();
            Ledger { sum, shares: BTreeMap::new() }
        });
        ledger.shares.entry(holder).or_insert_with(|| {
            let share = facts.shares.get(&(scope, holder));
            share.filter(|row| row.counts(now)).cloned()
        });
        match step {
            HoldStep::Hold(hold) => ledger.take(hold)?,
            HoldStep::Release { until, .. } => ledger.give_back(holder, *until, now),
        }
    }
    // The shares of all scopes one after the other, so that a back end can write them at once.
    let (mut expired, mut shares, mut totals) = (Vec::new(), Vec::new(), Vec::new());
    for (scope, Ledger { sum, shares: touched }) in ledgers {
        expired.extend(sum.has_ended.then_some(RowWrite::ExpireHolds { scope, now }));
        shares.extend(touched.into_iter().map(|(holder, share)| match share {
            Some(row) => RowWrite::PutHold { scope, holder, row },
            None => RowWrite::DropHold { scope, holder },
        }));
        totals.push(RowWrite::PutTotal { scope, total: sum.held });
    }
    Ok(expired.into_iter().chain(shares).chain(totals).collect())
}

impl<'a> Ledger<'a> {
    fn take(&mut self, hold: &'a Hold) -> Result<(), CommitError> {
        let own = self.shares.get(hold.holder.as_str()).and_then(Option::as_ref).map_or(0, |row| row.amount);
        let others = self.sum.held.saturating_sub(own);
        let grows = hold.amount > own;
        match others.checked_add(hold.amount) {
            Some(sum) if !grows || sum <= hold.ceiling => self.sum.held = sum,
            Some(_) | None => {
                return Err(CommitError::Exceeded {
                    scope: hold.scope.clone(),
                    held: others,
                    amount: hold.amount,
                    ceiling: hold.ceiling,
                });
            }
        }
        // Held again after a release with a time: it counts until it is released again.
        let row = HoldRow { holder: hold.holder.clone(), amount: hold.amount, until: None };
        self.shares.insert(&hold.holder, Some(row));
        Ok(())
    }

    fn give_back(&mut self, holder: &'a str, until: Option<UnixMs>, now: UnixMs) {
        let Some(Some(row)) = self.shares.get_mut(holder) else { return };
        match until {
            Some(until) if until > now => row.until = Some(until),
            Some(_) | None => {
                self.sum.held = self.sum.held.saturating_sub(row.amount);
                self.shares.insert(holder, None);
            }
        }
    }
}
