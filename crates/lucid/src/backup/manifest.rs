//! What a backup says of itself: at its beginning whose it is, at its end what is in it.

use std::path::PathBuf;

use primitives::{Network, PlaneId, UnixMs};
use serde::{Deserialize, Serialize};

/// The form of the archive that this program writes, and the newest that it reads.
pub(crate) const FORMAT: u32 = 1;
/// The first member of the archive.
pub(crate) const HEADER: &str = "backup.json";
/// The last member of the archive.
pub(crate) const MANIFEST: &str = "manifest.json";

/// Whose it is. Unknown members are ignored, so that a newer form can be told from a damaged one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Header {
    /// The form of the archive.
    pub(crate) format: u32,
    /// The program that wrote it.
    pub(crate) lucid: String,
    /// The plane.
    pub(crate) plane: PlaneId,
    /// Its network.
    pub(crate) network: Network,
    /// Whether it runs in containers.
    pub(crate) containers: bool,
    /// Where the plane's directory was.
    pub(crate) home: PathBuf,
    /// When copying began: whatever happened before is in it.
    pub(crate) begun_at: UnixMs,
}

/// What is in it, in the order of the archive.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    /// Every member between the first and this.
    pub(crate) members: Vec<Member>,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Member {
    /// Its name in the archive.
    pub(crate) name: String,
    /// Its length, bytes.
    pub(crate) size: u64,
    /// SHA-256 of its bytes, hexadecimal.
    pub(crate) sha256: String,
    /// When it was copied.
    pub(crate) at: UnixMs,
}

/// A backup that was read to its end, and is what its own list says.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Checked {
    /// Whose it is.
    #[serde(flatten)]
    pub(crate) header: Header,
    /// SHA-256 of the file itself, hexadecimal.
    pub(crate) sha256: String,
    /// How many files are in it.
    pub(crate) files: usize,
    /// How long they are together.
    pub(crate) bytes: u64,
    /// Whether the token is among them.
    pub(crate) token: bool,
    /// The files.
    pub(crate) members: Vec<Member>,
}
