//! What the tests of the whole repository share: where things are.

pub mod chain;
pub mod operators;
pub mod payouts;
pub mod plane;
pub mod signer;

use std::fs;
use std::path::{Path, PathBuf};

/// The repository's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ is in the root").to_owned()
}

/// Every file under a directory of the repository whose name ends so, as paths from the root; what tools put there
/// (builds, installed packages) is left out.
pub fn files(directory: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![root().join(directory)];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(&directory).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if path.is_dir() && !matches!(name.as_str(), "target" | "node_modules") && !name.starts_with('.') {
                open.push(path);
            } else if name.ends_with(ending) {
                found.push(path.strip_prefix(root()).expect("found below the root").to_owned());
            }
        }
    }
    found.sort();
    found
}

/// A file's text.
pub fn read(path: &Path) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{} cannot be read: {error}", path.display()))
}
