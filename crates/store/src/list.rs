//! Lists of records, newest first.

use crate::record::Versioned;

/// The most records that one page has.
pub const LIST_LIMIT_MAX: usize = 1_000;

/// Which records a list shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// Only those in this stage.
    pub stage: Option<String>,
    /// Only those with this tag, name and value.
    pub tag: Option<(String, String)>,
    /// Where the page before ended: its `next`.
    pub after: Option<String>,
    /// How many at most; taken as 1 below 1 and as [`LIST_LIMIT_MAX`] above it.
    pub limit: usize,
}

impl Default for Filter {
    fn default() -> Self {
        Self { stage: None, tag: None, after: None, limit: 100 }
    }
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<R> {
    /// Newest first by insertion.
    pub items: Vec<Versioned<R>>,
    /// What to pass as `after` for the next page; `None` on the last.
    pub next: Option<String>,
}

/// A filter as the back ends take it.
#[derive(Debug, Clone)]
pub(crate) struct RowFilter {
    pub(crate) stage: Option<String>,
    pub(crate) tag: Option<(String, String)>,
    /// Only rows inserted before this one; `i64::MAX` for all.
    pub(crate) before: i64,
    pub(crate) limit: usize,
}
