//! Whether a file is the one that was read.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// What a file looks like from outside. Two files that look alike and are not would have to be written in place, to the
/// same length, within one tick of the file system's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stamp {
    /// There is none, or it cannot be looked at.
    Absent,
    /// Its place, length and times, the change of its inode included: a modification time can be set back.
    Present { device: u64, inode: u64, length: u64, modified: (i64, i64), changed: (i64, i64) },
}

impl Stamp {
    pub(super) fn of(path: &Path) -> Self {
        fs::metadata(path).map_or(Self::Absent, |metadata| Self::Present {
            device: metadata.dev(),
            inode: metadata.ino(),
            length: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        })
    }
}
