//! The RustSec database, from a directory.

use std::path::Path;

use rustsec::database::Query;
use rustsec::{Collection, Database};

/// Advisories about crates, by id and title.
#[derive(Debug)]
pub struct Advisories(Database);

/// The database, or a crate's name or version, cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum AdvisoryError {
    /// The directory is not the database.
    #[error("no advisory database")]
    Database(#[from] rustsec::Error),
    /// A database without an advisory is a directory that somebody took for one.
    #[error("the advisory database is empty")]
    Empty,
    /// A crate that no database could know.
    #[error("{0:?} is no crate's name or version")]
    Crate(String),
}

impl Advisories {
    /// Reads every advisory of a checkout of the database.
    ///
    /// # Errors
    /// If there is none.
    pub fn open(directory: &Path) -> Result<Self, AdvisoryError> {
        let database = Database::open(directory)?;
        if database.iter().next().is_none() {
            return Err(AdvisoryError::Empty);
        }
        Ok(Self(database))
    }

    /// The date of the newest, as YYYY-MM-DD: how old the database is at least.
    pub fn until(&self) -> Option<String> {
        self.0.iter().map(|advisory| advisory.date().to_string()).max()
    }

    /// Those about this version, those that only inform (unmaintained, unsound) included, withdrawn ones not.
    ///
    /// # Errors
    /// If it is no crate's name or version.
    pub fn about(&self, name: &str, version: &str) -> Result<Vec<(String, String)>, AdvisoryError> {
        let not_a_crate = || AdvisoryError::Crate(format!("{name} {version}"));
        let query = Query::new()
            .collection(Collection::Crates)
            .withdrawn(false)
            .package_name(name.parse().map_err(|_| not_a_crate())?)
            .package_version(version.parse().map_err(|_| not_a_crate())?);
        let found = self.0.query(&query).into_iter();
        Ok(found.map(|advisory| (advisory.id().to_string(), advisory.title().to_owned())).collect())
    }
}
