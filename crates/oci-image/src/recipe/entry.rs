//! One entry of a layer.

use std::path::PathBuf;

use serde::Deserialize;

use crate::ustar::Owner;

/// Something put into a layer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Written")]
pub struct Entry {
    /// Where, from the root, without a leading slash; empty for the root itself.
    pub path: String,
    /// What.
    pub target: Target,
    /// Its owner; of a tree, everything's.
    pub owner: Owner,
}

/// What an entry is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A file's content, from this file.
    File {
        /// Where the content is.
        source: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// A file's content, here.
    Text {
        /// The content.
        text: String,
        /// Its mode.
        mode: u32,
    },
    /// A symbolic link to there.
    Link(String),
    /// An empty directory.
    Directory {
        /// Its mode.
        mode: u32,
    },
    /// Everything below this directory: directories 0755, files 0555 if their owner may run them, else 0444, symbolic
    /// links as they are.
    Tree(PathBuf),
}

/// An entry as it stands in a recipe: `path`, and one of `file`, `text`, `link`, `directory`, `tree`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    path: String,
    file: Option<PathBuf>,
    text: Option<String>,
    link: Option<String>,
    directory: Option<bool>,
    tree: Option<PathBuf>,
    mode: Option<String>,
    owner: Option<String>,
}

/// An entry that is none.
#[derive(Debug, thiserror::Error)]
pub enum EntryError {
    /// Relative, or with empty parts, `.` or `..`.
    #[error("{0:?} is no absolute path of plain parts")]
    Path(String),
    /// None or several.
    #[error("{0:?} needs exactly one of file, text, link, directory: true, tree")]
    Target(String),
    /// Not octal, or with setuid, setgid or sticky bits.
    #[error("{path:?} has the mode {mode:?}: three or four octal digits, please, without setuid, setgid and sticky")]
    Mode {
        /// Whose.
        path: String,
        /// What was given.
        mode: String,
    },
    /// A link or a tree has no mode of its own.
    #[error("{0:?} is a link or a tree, which has no mode of its own")]
    NoMode(String),
    /// Not two numbers.
    #[error("{path:?} has the owner {owner:?}: uid:gid, please")]
    Owner {
        /// Whose.
        path: String,
        /// What was given.
        owner: String,
    },
}

impl TryFrom<Written> for Entry {
    type Error = EntryError;

    fn try_from(written: Written) -> Result<Self, EntryError> {
        let Written { path, file, text, link, directory, tree, mode, owner: given } = written;
        let plain = path.strip_prefix('/').filter(|path| {
            path.is_empty() || path.split('/').all(|part| !part.is_empty() && part != "." && part != "..")
        });
        let Some(plain) = plain.map(ToOwned::to_owned) else { return Err(EntryError::Path(path)) };
        let bits = match mode {
            None => None,
            Some(mode) => Some(octal(&mode).ok_or_else(|| EntryError::Mode { path: path.clone(), mode })?),
        };
        let owner = match given {
            None => Owner::ROOT,
            Some(text) => owner(&text).ok_or_else(|| EntryError::Owner { path: path.clone(), owner: text })?,
        };
        let target = match (file, text, link, directory, tree) {
            (Some(source), None, None, None, None) => Target::File { source, mode: bits.unwrap_or(0o444) },
            (None, Some(text), None, None, None) => Target::Text { text, mode: bits.unwrap_or(0o444) },
            (None, None, None, Some(true), None) => Target::Directory { mode: bits.unwrap_or(0o755) },
            (None, None, Some(_), None, None) | (None, None, None, None, Some(_)) if bits.is_some() => {
                return Err(EntryError::NoMode(path));
            }
            (None, None, Some(link), None, None) => Target::Link(link),
            (None, None, None, None, Some(tree)) => Target::Tree(tree),
            _ => return Err(EntryError::Target(path)),
        };
        Ok(Self { path: plain, target, owner })
    }
}

fn octal(mode: &str) -> Option<u32> {
    let digits = (3..=4).contains(&mode.len()) && mode.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| u32::from_str_radix(mode, 8).ok()).flatten().filter(|mode| *mode <= 0o777)
}

/// `uid:gid`, in digits.
pub(super) fn owner(text: &str) -> Option<Owner> {
    let (uid, gid) = text.split_once(':')?;
    let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten();
    Some(Owner { uid: number(uid)?, gid: number(gid)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Entry, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn an_entry_says_one_thing() {
        let entry = read(r#"{"path": "/usr/bin/x", "file": "x", "mode": "0555"}"#);
        let target = Target::File { source: "x".into(), mode: 0o555 };
        assert_eq!(entry, Ok(Entry { path: "usr/bin/x".into(), target, owner: Owner::ROOT }));
        let mount = read(r#"{"path": "/var/lib/lucid", "directory": true, "mode": "0700", "owner": "65532:65532"}"#);
        assert_eq!(mount.map(|mount| mount.owner), Ok(Owner { uid: 65532, gid: 65532 }));
    }

    #[test]
    fn an_entry_that_says_none_or_more_is_refused() {
        for (json, word) in [
            (r#"{"path": "/x"}"#, "exactly one"),
            (r#"{"path": "/x", "file": "x", "text": "x"}"#, "exactly one"),
            (r#"{"path": "/x", "directory": false}"#, "exactly one"),
            (r#"{"path": "x", "file": "x"}"#, "absolute"),
            (r#"{"path": "/a/../x", "file": "x"}"#, "plain parts"),
            (r#"{"path": "/x", "file": "x", "mode": "4755"}"#, "setuid"),
            (r#"{"path": "/x", "file": "x", "mode": "9"}"#, "octal"),
            (r#"{"path": "/x", "link": "y", "mode": "0777"}"#, "no mode"),
            (r#"{"path": "/x", "file": "x", "owner": "root"}"#, "uid:gid"),
            (r#"{"path": "/x", "file": "x", "sorce": "y"}"#, "unknown field"),
        ] {
            let error = read(json).unwrap_err();
            assert!(error.contains(word), "{json}: {error}");
        }
    }
}
