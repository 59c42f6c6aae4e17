//! A place in a hash-chained log, and the one way from a place to the next.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use crate::{LogHead, UnixMs};

mod changes;

pub use changes::{HoldState, LogChanges, RowState};

/// Begins what is hashed for a record. Read as protobuf its first byte ends a group that never began.
const DOMAIN: &[u8] = b"lucid-plane/log/v1\0";

/// A record's place in a chained log, and the head that the log had with it: who keeps one can tell later whether the
/// log up to there is still the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
pub struct LogPosition {
    /// The record's number, from 1; 0 is a log without records.
    pub seq: u64,
    /// The head with that record.
    pub head: LogHead,
}

impl LogPosition {
    /// The position of a log without records.
    pub const EMPTY: Self = Self { seq: 0, head: LogHead::EMPTY };

    /// Whether there is no record.
    pub const fn is_empty(&self) -> bool {
        self.seq == 0
    }

    /// The position of the record that follows: SHA-256 over domain tag ‖ seq ‖ head before ‖ time in milliseconds ‖
    /// length of kind ‖ kind ‖ length of body ‖ body ‖ length of changes ‖ changes, every number as 8 bytes, big-endian.
    /// `changes` is [`LogChanges`] as text.
    #[must_use]
    pub fn next(&self, at: UnixMs, kind: &str, body: &str, changes: &str) -> Self {
        let seq = self.seq.saturating_add(1);
        let length = |text: &str| (text.len() as u64).to_be_bytes();
        let hash = Sha256::new()
            .chain_update(DOMAIN)
            .chain_update(seq.to_be_bytes())
            .chain_update(self.head.as_bytes())
            .chain_update(at.0.to_be_bytes())
            .chain_update(length(kind))
            .chain_update(kind)
            .chain_update(length(body))
            .chain_update(body)
            .chain_update(length(changes))
            .chain_update(changes)
            .finalize();
        Self { seq, head: LogHead::new(hash.into()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn golden_vectors() {
        let first = LogPosition::EMPTY.next(UnixMs(1_751_466_492_000), "opened", r#"{"n":1}"#, "");
        let second = first.next(UnixMs(1_751_466_492_001), "signed", "{}", r#"{"rows":[]}"#);
        assert_eq!(first.seq, 1);
        assert_eq!(first.head.to_string(), "ebf4ab1980a8331e4c4425d082ca41787353e5d1622265bd183e54b79c91298a");
        assert_eq!(second.head.to_string(), "e4c9272630bd0bd46652cd1690a452bbed67e1e0d3a249a9f60c28a032f2153d");
    }

    #[test]
    fn every_part_counts_and_none_runs_into_the_next() {
        let of = |at, kind, body, changes| LogPosition::EMPTY.next(UnixMs(at), kind, body, changes).head;
        let head = of(1, "ab", "c", "d");
        let others = [
            of(2, "ab", "c", "d"),
            of(1, "a", "bc", "d"),
            of(1, "abc", "", "d"),
            of(1, "ab", "d", "d"),
            of(1, "ab", "cd", ""),
            of(1, "ab", "", "cd"),
            of(1, "ab", "c", "e"),
        ];
        assert!(others.iter().all(|other| *other != head));
        let first = LogPosition::EMPTY.next(UnixMs(1), "a", "", "");
        assert_ne!(first.next(UnixMs(1), "a", "", "").head, first.head);
    }
}
