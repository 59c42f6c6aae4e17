//! The log: records that follow one another in a hash chain, which is worked out where commits are serialised.

use primitives::{LogPosition, UnixMs};

/// A record to be appended, and hashed, by the commit that it is part of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry {
    /// What it tells of, such as `signed`.
    pub kind: &'static str,
    /// The record itself, kept and hashed byte for byte.
    pub body: String,
}

/// A record as it is stored. Nothing of it is believed: whoever reads holds `position` against
/// [`LogPosition::next`] of the one before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRecord {
    /// Its number and the head with it.
    pub position: LogPosition,
    /// The time of its commit.
    pub at: UnixMs,
    /// What it tells of.
    pub kind: String,
    /// The record itself.
    pub body: String,
    /// What its commit did to rows and shares, [`LogChanges`](primitives::LogChanges) as text; empty if nothing, or if a
    /// later record of the same commit says it.
    pub changes: String,
}
