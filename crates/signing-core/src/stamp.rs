//! Whether a file is the one that was read.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use primitives::UnixMs;
use serde::{Deserialize, Serialize};

/// What a file looks like from outside. Two files that look alike and are not would have to be written in place, to the
/// same length, within one tick of the file system's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stamp {
    /// There is none, or it cannot be looked at.
    Absent,
    /// Its place, length and times, the change of its inode included: a modification time can be set back.
    Present {
        /// The file system.
        device: u64,
        /// The file in it.
        inode: u64,
        /// Bytes.
        length: u64,
        /// When its content was written: seconds and nanoseconds.
        modified: (i64, i64),
        /// When its inode was, likewise.
        changed: (i64, i64),
    },
}

/// How long a file must have been left alone. Half of a policy may be a wider one: a wallet whose own table is still to
/// be written would fall under its class's.
const SETTLED_MS: u64 = 1_000;

impl Stamp {
    /// The file at this path as it is now.
    pub fn of(path: &Path) -> Self {
        fs::metadata(path).map_or(Self::Absent, |metadata| Self::Present {
            device: metadata.dev(),
            inode: metadata.ino(),
            length: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        })
    }

    /// Whether nobody seems to be writing it. A time in the future is no reason to wait for it.
    pub fn is_settled(&self, now: UnixMs) -> bool {
        let Self::Present { modified: (seconds, nanoseconds), .. } = self else { return true };
        let ms = seconds.saturating_mul(1_000).saturating_add(nanoseconds / 1_000_000);
        let modified = UnixMs(u64::try_from(ms).unwrap_or_default());
        now.ms_since(modified).max(modified.ms_since(now)) >= SETTLED_MS
    }
}
