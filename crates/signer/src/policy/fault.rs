//! Why a text is no policy.

use std::ops::Range;

use thiserror::Error;

/// What is wrong with a policy file, and where.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PolicyFault {
    /// A key is unknown or missing, or a value has the wrong form.
    #[error("line {line}: {problem}")]
    Text {
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        problem: String,
    },
    /// A table is at odds with itself.
    #[error("line {line}: [{table}]: {problem}")]
    Table {
        /// The line on which the table begins, from 1.
        line: usize,
        /// The table's name.
        table: String,
        /// What is wrong with it.
        problem: String,
    },
}

impl PolicyFault {
    /// The line, from 1.
    pub const fn line(&self) -> usize {
        match self {
            Self::Text { line, .. } | Self::Table { line, .. } => *line,
        }
    }

    pub(super) fn of_toml(text: &str, error: &toml::de::Error) -> Self {
        let Range { start, .. } = error.span().unwrap_or_default();
        let before = text.as_bytes().get(..start).unwrap_or(text.as_bytes());
        Self::Text { line: line_after(before), problem: error.message().to_owned() }
    }

    pub(super) fn of_table(text: &str, table: String, problem: String) -> Self {
        let begins = |line: &str| {
            let rest = line.trim_start().strip_prefix('[').and_then(|rest| rest.trim_start().strip_prefix(&table));
            rest.is_some_and(|rest| rest.starts_with([']', '.', ' ']))
        };
        let line = text.lines().position(begins).map_or(1, |index| index.saturating_add(1));
        Self::Table { line, table, problem }
    }
}

fn line_after(before: &[u8]) -> usize {
    before.split(|byte| *byte == b'\n').count()
}
