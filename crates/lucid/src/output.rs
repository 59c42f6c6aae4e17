//! What goes to standard output: one JSON document, or text for a person.

use std::fmt::Display;
use std::io::{self, Write};

use anyhow::Result;
use serde::Serialize;

/// Writes results in the form that was asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    json: bool,
}

impl Output {
    /// JSON or text.
    pub(crate) const fn new(json: bool) -> Self {
        Self { json }
    }

    /// Writes why there is no result: a line on standard error, and with `--json` a document as well.
    pub(crate) fn show_failure(self, document: &impl Serialize, line: impl Display) -> Result<()> {
        note(line);
        if self.json { self.show(document, "") } else { Ok(()) }
    }

    /// Writes a result.
    pub(crate) fn show(self, document: &impl Serialize, text: impl Display) -> Result<()> {
        let mut out = io::stdout().lock();
        if self.json {
            serde_json::to_writer_pretty(&mut out, document)?;
            writeln!(out)?;
        } else {
            writeln!(out, "{text}")?;
        }
        out.flush()?;
        Ok(())
    }
}

/// Writes a line to standard error. A closed one is no reason to stop.
pub(crate) fn note(line: impl Display) {
    writeln!(io::stderr().lock(), "{line}").ok();
}

/// Rows as columns, each as wide as its widest cell.
pub(crate) fn table(heads: &[&str], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain([heads[column].len()]).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..heads.len()).map(width).collect();
    let line = |cells: Vec<&str>| {
        let padded = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let mut lines = vec![line(heads.to_vec())];
    lines.extend(rows.iter().map(|row| line(row.iter().map(String::as_str).collect())));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [vec!["a".to_owned(), "long cell".to_owned()], vec!["bcd".to_owned(), "x".to_owned()]];
        assert_eq!(table(&["N", "VALUE"], &rows), "N    VALUE\na    long cell\nbcd  x");
    }
}
