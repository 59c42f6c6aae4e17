//! What can go wrong, by what the caller can do about it.

use std::path::PathBuf;
use std::sync::Arc;

use thiserror::Error;

/// The store cannot do what was asked, through no fault of the data.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Another process has the file open; only one may.
    #[error("{} is in use by another process", path.display())]
    InUse {
        /// The lock file.
        path: PathBuf,
    },
    /// The disk or the quota is full. Nothing of the commit was stored.
    #[error("the database has no room left")]
    Full,
    /// The database failed. Whether a commit that was under way is stored is unknown until it is read again.
    #[error("the database failed")]
    Database(#[source] Arc<sqlx::Error>),
    /// The file's tables cannot be brought to this program's version, for example because a newer one made them.
    #[error("the database cannot be migrated")]
    Migration(#[source] sqlx::migrate::MigrateError),
    /// The file system failed outside the database.
    #[error("cannot open {}", path.display())]
    Io {
        /// What was opened.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A stored body is not what this program takes it for.
    #[error("the stored {noun} {id} cannot be read")]
    Corrupt {
        /// The table.
        noun: &'static str,
        /// The row.
        id: String,
        /// What serde says.
        source: serde_json::Error,
    },
    /// A record cannot be written as JSON.
    #[error("a {noun} cannot be written as JSON")]
    Encode {
        /// The table.
        noun: &'static str,
        /// What serde says.
        source: serde_json::Error,
    },
    /// A noun that was not declared when the store was opened, or whose name is not of `[a-z_]`.
    #[error("the noun {0:?} was not declared to this store")]
    Noun(String),
    /// A commit that contradicts itself; a mistake in the program.
    #[error("a commit {0}")]
    Malformed(&'static str),
    /// The place that a list was to go on from is not one that a page named.
    #[error("not a list cursor")]
    ListCursor,
    /// What was written cannot be read back.
    #[error("the database lost a write")]
    Lost,
    /// A copy that was to be put back is not whole, or no database of ours.
    #[error("the database is damaged: {0}")]
    Damaged(String),
    /// A copy that was taken out of a backup and never put back: it does not say that payments may be missing in it.
    #[error("the database is a copy out of a backup and would not know what was paid since: use `lucid restore`")]
    Copy,
    /// The store was closed.
    #[error("the store is closed")]
    Closed,
}

impl StoreError {
    /// The same failure, for another whom it concerns; what cannot be told twice is a lost write to them.
    #[must_use]
    pub fn again(&self) -> Self {
        match self {
            Self::Full => Self::Full,
            Self::Closed => Self::Closed,
            Self::Database(cause) => Self::Database(Arc::clone(cause)),
            Self::Malformed(what) => Self::Malformed(what),
            _ => Self::Lost,
        }
    }
}

/// Why a commit was not made. Nothing of it is stored, except perhaps after [`StoreError::Database`].
#[derive(Debug, Error)]
pub enum CommitError {
    /// The record was changed since it was read, or an inserted id exists.
    #[error("the {noun} {id} was changed by another")]
    Conflict {
        /// The table.
        noun: &'static str,
        /// The row.
        id: String,
    },
    /// A name that is unique for ever belongs to another record.
    #[error("the {noun} {holder_id} has the {key} {value}")]
    KeyTaken {
        /// The table.
        noun: &'static str,
        /// Which name.
        key: &'static str,
        /// Its value.
        value: String,
        /// The record that has it.
        holder_id: String,
    },
    /// A hold would pass its ceiling.
    #[error("{scope} holds {held} of {ceiling} and cannot take {amount}")]
    Exceeded {
        /// The sum's name.
        scope: String,
        /// What the others hold.
        held: i64,
        /// What was asked for.
        amount: i64,
        /// What the sum may reach.
        ceiling: i64,
    },
    /// The store itself failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why the feed cannot be read from there.
#[derive(Debug, Error)]
pub enum FeedError {
    /// The cursor is of another life of the store, or ahead of it; the reader must resynchronise (HTTP 410).
    #[error("the cursor is of another incarnation of this store")]
    Gone,
    /// The text is no cursor.
    #[error("not a feed cursor")]
    Malformed,
    /// The store itself failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
