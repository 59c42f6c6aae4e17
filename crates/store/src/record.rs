//! What a service stores: a noun with a stage, a time and names.

use primitives::UnixMs;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::StoreError;

/// A noun of a service, kept as JSON in a table of its own.
pub trait Record: Serialize + DeserializeOwned + Clone + Send + Sync + 'static {
    /// The table's name, of `[a-z_]`, in the singular: `payout`.
    const NOUN: &'static str;

    /// The record's id, which never changes.
    fn id(&self) -> String;

    /// The coarse state, for lists and metrics.
    fn stage(&self) -> &'static str;

    /// When the record next wants attention; `None` while there is nothing to do until it is woken.
    fn due_at(&self) -> Option<UnixMs>;

    /// Names such as `("txid", hex)` that belong to this record for ever, even after it stops listing them.
    fn keys(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// Labels to list by such as `("merchant", "shop")`; many records may share one.
    fn tags(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }
}

/// A record as it was read, and the version that a writer must name to replace it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versioned<R> {
    /// The record.
    pub record: R,
    /// How often it was written; 1 after the insert.
    pub version: u64,
}

/// What a claim has taken, or a reading of all has found.
#[derive(Debug)]
pub struct Claimed<R> {
    /// The records; of a claim the longest due first, of a reading the newest first.
    pub records: Vec<Versioned<R>>,
    /// Rows that are among them and say nothing that this program understands: one must not keep the others.
    pub unreadable: Vec<Unreadable>,
}

/// A row whose body cannot be read.
#[derive(Debug)]
pub struct Unreadable {
    /// Its id.
    pub id: String,
    /// Why: [`StoreError::Corrupt`].
    pub why: StoreError,
}

impl<R> Versioned<R> {
    /// The record as its insert leaves it.
    pub const fn first(record: R) -> Self {
        Self { record, version: 1 }
    }

    /// What an update of this with `record` leaves.
    #[must_use]
    pub const fn next(&self, record: R) -> Self {
        Self { record, version: self.next_version() }
    }

    /// The version that an update leaves, for the event that tells of it.
    pub const fn next_version(&self) -> u64 {
        self.version.saturating_add(1)
    }
}
