//! One path of a finished image.

use std::collections::BTreeMap;
use std::io::{self, Read as _};

use tar::{Archive, EntryType};

/// What stands at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// What it is.
    pub kind: FileKind,
    /// Its mode.
    pub mode: u32,
    /// Its user.
    pub uid: u64,
    /// Its group.
    pub gid: u64,
    /// Seconds since 1970.
    pub mtime: u64,
    /// Names of the extended header's fields, such as attributes.
    pub extended: Vec<String>,
    /// Another member stood at this path before, in a lower layer or in the same: its bytes are in the image, unseen.
    pub covers: bool,
}

/// What a path is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileKind {
    /// A directory.
    Directory,
    /// A regular file.
    Regular(Vec<u8>),
    /// A symbolic link.
    Link(String),
    /// A device, a pipe, a hard link; tar's letter for it.
    Other(char),
}

/// Lays an archive over what is there, as a container's storage does, except that marks of deletion stay visible.
pub(super) fn lay(files: &mut BTreeMap<String, File>, archive: &[u8]) -> io::Result<()> {
    for entry in Archive::new(archive).entries()? {
        let mut entry = entry?;
        let path = entry.path()?.to_string_lossy().trim_start_matches("./").trim_matches('/').to_owned();
        let mut extended = Vec::new();
        for field in entry.pax_extensions()?.into_iter().flatten() {
            extended.push(String::from_utf8_lossy(field?.key_bytes()).into_owned());
        }
        let header = entry.header();
        let (mode, uid, gid, mtime) = (header.mode()?, header.uid()?, header.gid()?, header.mtime()?);
        let kind = match header.entry_type() {
            EntryType::Directory => FileKind::Directory,
            EntryType::Symlink => {
                FileKind::Link(entry.link_name()?.map_or_else(String::new, |to| to.to_string_lossy().into_owned()))
            }
            EntryType::Regular => {
                let mut content = Vec::new();
                entry.read_to_end(&mut content)?;
                FileKind::Regular(content)
            }
            other => FileKind::Other(char::from(other.as_byte())),
        };
        // The same directory may be said again, by each layer.
        let covers = files.get(&path).is_some_and(|before| {
            let same = (before.mode, before.uid, before.gid) == (mode, uid, gid);
            before.covers || !same || before.kind != FileKind::Directory || kind != FileKind::Directory
        });
        files.insert(path, File { kind, mode, uid, gid, mtime, extended, covers });
    }
    Ok(())
}
