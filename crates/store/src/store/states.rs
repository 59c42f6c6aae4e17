//! What lies in the tables, in the form in which the log tells of it, for whoever holds the two against each other.

use primitives::{HoldState, RowState};

use super::{AnyBackend, Store};
use crate::backend::Backend;
use crate::error::StoreError;
use crate::hold::HoldRow;
use crate::list::LIST_LIMIT_MAX;
use crate::log::LogRecord;

/// A page of rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RowStates {
    /// The rows, in the order of their insertion.
    pub rows: Vec<RowState>,
    /// Where the next page goes on; none on the last.
    pub next: Option<i64>,
}

impl Store {
    /// As [`Store::log`], of these kinds only.
    pub async fn log_of(&self, kinds: &[&'static str], after: u64, limit: usize) -> Result<Vec<LogRecord>, StoreError> {
        on!(self, backend => backend.log_of(kinds, after, limit.clamp(1, LIST_LIMIT_MAX)))
    }

    /// How many records of these kinds there are.
    pub async fn log_count(&self, kinds: &[&'static str]) -> Result<u64, StoreError> {
        on!(self, backend => backend.count_log(kinds))
    }

    /// A noun's rows after a place that an earlier page gave, or from 0. `stamp` is the member by which a commit's
    /// [`stamp`](crate::Commit::stamp) made rows name their place in the log.
    pub async fn row_states(
        &self,
        noun: &'static str,
        stamp: &str,
        after: i64,
        limit: usize,
    ) -> Result<RowStates, StoreError> {
        let limit = limit.clamp(1, LIST_LIMIT_MAX);
        let raw = on!(self, backend => backend.raw_rows(noun, after, limit))?;
        let next = raw.last().filter(|_| raw.len() == limit).map(|row| row.seq);
        Ok(RowStates { rows: raw.iter().map(|row| row.state(noun, stamp)).collect(), next })
    }

    /// One row, if it is there.
    pub async fn row_state(&self, noun: &'static str, stamp: &str, id: &str) -> Result<Option<RowState>, StoreError> {
        let raw = on!(self, backend => backend.raw_row(noun, id))?;
        Ok(raw.map(|row| row.state(noun, stamp)))
    }

    /// Those of the rows with these ids that are there, in no order.
    pub async fn row_state_each(
        &self,
        noun: &'static str,
        stamp: &str,
        ids: &[String],
    ) -> Result<Vec<RowState>, StoreError> {
        let raw = on!(self, backend => backend.raw_each(noun, ids))?;
        Ok(raw.iter().map(|row| row.state(noun, stamp)).collect())
    }

    /// The shares of all scopes after a scope and holder, in their order; those whose time is over may be there or not.
    pub async fn hold_states(&self, after: (&str, &str), limit: usize) -> Result<Vec<HoldState>, StoreError> {
        let rows = on!(self, backend => backend.all_holds(after, limit.clamp(1, LIST_LIMIT_MAX)))?;
        let states = rows.into_iter().map(|(scope, row)| {
            let HoldRow { holder, amount, until } = row;
            HoldState::held(&scope, &holder, amount, until)
        });
        Ok(states.collect())
    }

    /// The scopes whose stored sum is not the sum over their rows: somebody else has written to the file.
    pub async fn unbalanced_scopes(&self) -> Result<Vec<String>, StoreError> {
        on!(self, backend => backend.unbalanced())
    }
}
