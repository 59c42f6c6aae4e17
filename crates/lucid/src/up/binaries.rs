//! Where the other programs of the plane are: beside this one.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

/// The directory of the programs.
#[derive(Debug, Clone)]
pub(crate) struct Binaries(PathBuf);

impl Binaries {
    /// The directory that this program is in.
    pub(crate) fn beside_this_one() -> Result<Self> {
        let this = std::env::current_exe().context("this program does not know where it is")?;
        let directory = this.parent().context("a program is in a directory")?;
        Ok(Self(directory.to_owned()))
    }

    /// A program that exists.
    pub(crate) fn path(&self, name: &str) -> Result<PathBuf> {
        let path = self.0.join(name);
        ensure!(path.is_file(), "the program {name} is missing in {}: build the whole workspace", self.0.display());
        Ok(path)
    }
}
