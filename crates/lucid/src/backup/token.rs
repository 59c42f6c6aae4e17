//! A software token's objects, copied while it is used.
//!
//! They are small files, which the token writes one at a time and under no lock that others could take for all. So they
//! are read again and again until two readings are the same.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};

/// Between two readings: longer than the token takes to write an object.
const PAUSE: Duration = Duration::from_millis(40);
/// How many readings may differ before somebody must look.
const READINGS: usize = 250;

/// The objects by their names below the directory; none where there is no such directory.
pub(super) fn objects(directory: &Path) -> Result<Option<BTreeMap<PathBuf, Vec<u8>>>> {
    if !directory.exists() {
        return Ok(None);
    }
    let mut before = None;
    for _ in 0..READINGS {
        // A file may go between the listing and the reading; then this was no good reading.
        let now = read(directory).ok();
        if now.is_some() && now == before {
            return Ok(now);
        }
        before = now;
        thread::sleep(PAUSE);
    }
    read(directory).with_context(|| format!("{} cannot be read", directory.display()))?;
    bail!(
        "the token's objects in {} change all the time: make the backup when fewer payments are signed",
        directory.display()
    )
}

fn read(directory: &Path) -> io::Result<BTreeMap<PathBuf, Vec<u8>>> {
    let (mut objects, mut open) = (BTreeMap::new(), vec![PathBuf::new()]);
    while let Some(below) = open.pop() {
        for entry in fs::read_dir(directory.join(&below))? {
            let entry = entry?;
            let name = below.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                open.push(name);
            } else {
                objects.insert(name, fs::read(entry.path())?);
            }
        }
    }
    Ok(objects)
}
