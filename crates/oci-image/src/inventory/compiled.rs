//! The crates that the compiler really made for one program, as cargo's own messages named them.
//!
//! cargo-auditable asks `cargo metadata`, which resolves features the old way: a crate that another one merely could
//! switch on (`ark-ff?/std`) counts as a dependency, though nothing compiles it. It never leaves one out.

use std::collections::BTreeSet;
use std::path::Path;

use super::InventoryError;

/// Crates by name and version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compiled(BTreeSet<(String, String)>);

impl Compiled {
    /// Reads a line `NAME VERSION` per crate.
    ///
    /// # Errors
    /// Names the first line that is none; an empty list is no list.
    pub fn parse(text: &str) -> Result<Self, InventoryError> {
        let line = |line: &str| {
            let (name, version) =
                line.split_once(' ').filter(|(name, version)| !name.is_empty() && !version.is_empty())?;
            Some((name.to_owned(), version.to_owned()))
        };
        let crates = text.lines().map(|text| line(text).ok_or_else(|| InventoryError::Compiled(text.to_owned())));
        let crates = crates.collect::<Result<BTreeSet<_>, _>>()?;
        if crates.is_empty() {
            return Err(InventoryError::Compiled(String::new()));
        }
        Ok(Self(crates))
    }

    /// Reads a file.
    ///
    /// # Errors
    /// If it cannot be read, or as [`Self::parse`].
    pub fn read(path: &Path) -> Result<Self, InventoryError> {
        let text =
            std::fs::read_to_string(path).map_err(|source| InventoryError::NoList { path: path.to_owned(), source })?;
        Self::parse(&text)
    }

    /// Whether this crate was compiled.
    pub(super) fn has(&self, name: &str, version: &str) -> bool {
        self.0.contains(&(name.to_owned(), version.to_owned()))
    }

    /// The first crate that is not among these.
    pub(super) fn missing_in(&self, listed: &BTreeSet<(String, String)>) -> Option<String> {
        self.0.difference(listed).next().map(|(name, version)| format!("{name} {version}"))
    }
}
