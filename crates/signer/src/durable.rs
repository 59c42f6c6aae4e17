//! Makes a software token's files survive a power cut, because SoftHSM 2 writes them without syncing.

use std::fs::{self, File};
use std::path::Path;

use crate::error::TokenError;

/// A token directory is `tokens/<uuid>/<object>`; deeper trees are not ours.
const DEEPEST: u8 = 3;

/// Syncs every file below `directory` and the directories themselves.
pub(crate) fn sync_tree(directory: &Path) -> Result<(), TokenError> {
    sync_level(directory, DEEPEST)
}

fn sync_level(directory: &Path, levels: u8) -> Result<(), TokenError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| TokenError::Sync { path, source }
    };
    for entry in fs::read_dir(directory).map_err(failed(directory))? {
        let entry = entry.map_err(failed(directory))?;
        let path = entry.path();
        let kind = entry.file_type().map_err(failed(&path))?;
        if kind.is_dir() && levels > 0 {
            sync_level(&path, levels - 1)?;
        } else if kind.is_file() {
            File::open(&path).and_then(|file| file.sync_all()).map_err(failed(&path))?;
        }
    }
    File::open(directory).and_then(|file| file.sync_all()).map_err(failed(directory))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walks_a_token_and_names_what_is_missing() {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir_all(directory.path().join("tokens/a")).unwrap();
        fs::write(directory.path().join("tokens/a/b.object"), b"x").unwrap();
        sync_tree(directory.path()).unwrap();
        let missing = directory.path().join("gone");
        let error = sync_tree(&missing).unwrap_err();
        assert!(matches!(&error, TokenError::Sync { path, .. } if *path == missing), "{error}");
    }
}
