//! Whether a commit can be made: every read and every refusal comes before the first write.
//!
//! So a refused commit has written nothing, and a transaction can carry a whole group of commits without savepoints.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};

use primitives::UnixMs;

use super::{Change, Commit, HoldStep, Step};
use crate::backend::Transaction;
use crate::error::{CommitError, StoreError};
use crate::hold::{Hold, HoldRow};
use crate::row::RowHead;

/// What the checks learned and the writes need.
#[derive(Debug)]
pub(super) struct Checked {
    /// The stored head of each change, in order; `None` for an insert.
    pub(super) heads: Vec<Option<RowHead>>,
    /// Which of each change's keys are new, in order.
    pub(super) new_keys: Vec<Vec<(&'static str, String)>>,
    pub(super) ledgers: BTreeMap<String, Ledger>,
}

/// One scope as the commit leaves it.
#[derive(Debug)]
pub(super) struct Ledger {
    /// The sum over the rows that count at the commit's time.
    pub(super) total: i64,
    /// The rows that the commit touches.
    pub(super) rows: BTreeMap<String, Option<HoldRow>>,
}

/// Reads what the commit depends on and decides.
pub(super) async fn check<T: Transaction>(tx: &mut T, commit: &Commit) -> Result<Checked, CommitError> {
    if let Some(fault) = &commit.fault {
        return Err(StoreError::from(fault.clone()).into());
    }
    let heads = heads(tx, &commit.changes).await?;
    let new_keys = keys(tx, &commit.changes).await?;
    let ledgers = ledgers(tx, commit).await?;
    Ok(Checked { heads, new_keys, ledgers })
}

async fn heads<T: Transaction>(tx: &mut T, changes: &[Change]) -> Result<Vec<Option<RowHead>>, CommitError> {
    let mut seen = HashSet::new();
    let mut heads = Vec::with_capacity(changes.len());
    for Change { row, step } in changes {
        if !seen.insert((row.noun, row.id.as_str())) {
            return Err(StoreError::Malformed("changes one record twice").into());
        }
        let head = tx.head(row.noun, &row.id).await?;
        let fits = match (step, &head) {
            (Step::Insert, None) => true,
            (Step::Update { version, .. } | Step::Rest { version }, Some(head)) => head.version == *version,
            (Step::Insert, Some(_)) | (Step::Update { .. } | Step::Rest { .. }, None) => false,
        };
        if !fits {
            return Err(CommitError::Conflict { noun: row.noun, id: row.id.clone() });
        }
        heads.push(head);
    }
    Ok(heads)
}

type Keys = Vec<(&'static str, String)>;

async fn keys<T: Transaction>(tx: &mut T, changes: &[Change]) -> Result<Vec<Keys>, CommitError> {
    let mut taken: HashMap<(&str, &str, &str), &str> = HashMap::new();
    let mut new_keys = Vec::with_capacity(changes.len());
    for Change { row, step } in changes {
        let mut new: Keys = Vec::new();
        let listed: &[_] = if matches!(step, Step::Rest { .. }) { &[] } else { &row.keys };
        for (key, value) in listed {
            let holder = match taken.get(&(row.noun, *key, value.as_str())) {
                Some(holder) => Some((*holder).to_owned()),
                None => tx.key_holder(row.noun, key, value).await?,
            };
            match holder {
                None => {
                    taken.insert((row.noun, key, value), &row.id);
                    new.push((key, value.clone()));
                }
                Some(holder) if holder == row.id => {}
                Some(holder_id) => {
                    return Err(CommitError::KeyTaken { noun: row.noun, key, value: value.clone(), holder_id });
                }
            }
        }
        new_keys.push(new);
    }
    Ok(new_keys)
}

async fn ledgers<T: Transaction>(tx: &mut T, commit: &Commit) -> Result<BTreeMap<String, Ledger>, CommitError> {
    let mut ledgers = BTreeMap::new();
    for step in &commit.holds {
        let (scope, holder) = match step {
            HoldStep::Hold(hold) => (&hold.scope, &hold.holder),
            HoldStep::Release { scope, holder, .. } => (scope, holder),
        };
        let ledger = match ledgers.entry(scope.clone()) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                let total = tx.held(scope, commit.now).await?;
                entry.insert(Ledger { total, rows: BTreeMap::new() })
            }
        };
        if !ledger.rows.contains_key(holder) {
            let row = tx.hold(scope, holder).await?.filter(|row| row.counts(commit.now));
            ledger.rows.insert(holder.clone(), row);
        }
        match step {
            HoldStep::Hold(hold) => ledger.take(hold)?,
            HoldStep::Release { holder, until, .. } => ledger.give_back(holder, *until, commit.now),
        }
    }
    Ok(ledgers)
}

impl Ledger {
    fn take(&mut self, hold: &Hold) -> Result<(), CommitError> {
        let own = self.own(&hold.holder);
        let others = self.total.saturating_sub(own);
        let sum = others.checked_add(hold.amount);
        let grows = hold.amount > own;
        match sum {
            Some(sum) if !grows || sum <= hold.ceiling => self.total = sum,
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
        self.rows.insert(hold.holder.clone(), Some(row));
        Ok(())
    }

    fn give_back(&mut self, holder: &str, until: Option<UnixMs>, now: UnixMs) {
        let Some(Some(row)) = self.rows.get_mut(holder) else { return };
        match until {
            Some(until) if until > now => row.until = Some(until),
            Some(_) | None => {
                self.total = self.total.saturating_sub(row.amount);
                self.rows.insert(holder.to_owned(), None);
            }
        }
    }

    fn own(&self, holder: &str) -> i64 {
        self.rows.get(holder).and_then(Option::as_ref).map_or(0, |row| row.amount)
    }
}
