//! SoftHSM's record of a token, kept beside it: SoftHSM 2 writes `token.object` anew at every login, first cutting it to
//! nothing, so a process that is killed in that moment leaves a token that nobody can open any more.
//!
//! What is kept holds no more than the record itself: the label, and secrets encrypted under the PINs. SoftHSM reads files
//! by their ending and leaves ours alone.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use tracing::{error, warn};

/// As SoftHSM calls it (OSToken.cpp).
const RECORD: &str = "token.object";
const KEPT: &str = "token.object.kept";
const NEXT: &str = "token.object.kept.next";

/// How long a record may be empty because somebody else is writing it: one write of some hundred bytes.
const WRITTEN_WITHIN: Duration = Duration::from_millis(200);

/// Keeps the record of every token below `directory`, and brings back one that was cut to nothing. Called before the
/// module is loaded. What cannot be kept or brought back is logged: the token may open without it.
pub(crate) fn keep_each(directory: &Path) {
    let tokens = match fs::read_dir(directory) {
        Ok(tokens) => tokens,
        Err(error) => return warn!(%error, "the token's directory cannot be read"),
    };
    for token in tokens.filter_map(Result::ok).map(|entry| entry.path()).filter(|path| path.join(RECORD).is_file()) {
        if let Err(error) = keep(&token) {
            error!(%error, token = %token.display(), "the token's record is neither kept nor brought back");
        }
    }
}

fn keep(token: &Path) -> io::Result<()> {
    let (record, kept) = (token.join(RECORD), token.join(KEPT));
    let found = read(&record)?;
    let known = match fs::read(&kept) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        known => known?,
    };
    match (found.is_empty(), known.is_empty()) {
        (true, true) => Err(io::Error::other("it is empty, and none was kept")),
        (true, false) => {
            replace(token, &record, &known)?;
            warn!(token = %token.display(), "the token's record was cut by a kill at a login, and is brought back");
            Ok(())
        }
        (false, _) if found == known => Ok(()),
        (false, _) => replace(token, &kept, &found),
    }
}

/// The record, once nobody is just writing it.
fn read(record: &Path) -> io::Result<Vec<u8>> {
    let since = Instant::now();
    loop {
        let found = fs::read(record)?;
        if !found.is_empty() || since.elapsed() > WRITTEN_WITHIN {
            return Ok(found);
        }
        thread::sleep(Duration::from_millis(5));
    }
}

/// Puts a whole file in place of another, durably.
fn replace(token: &Path, place: &Path, bytes: &[u8]) -> io::Result<()> {
    let next: PathBuf = token.join(NEXT);
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&next)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&next, place)?;
    File::open(token)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_that_was_cut_is_brought_back_as_it_last_was() {
        let directory = tempfile::tempdir().unwrap();
        let token = directory.path().join("6efd0be5");
        fs::create_dir(&token).unwrap();
        let record = token.join(RECORD);
        let is = |bytes: &[u8]| assert_eq!(fs::read(&record).unwrap(), bytes);
        for bytes in [b"first", b"later"] {
            fs::write(&record, bytes).unwrap();
            keep_each(directory.path());
            is(bytes);
        }
        fs::write(&record, "").unwrap();
        keep_each(directory.path());
        is(b"later");

        // Without what was kept there is nothing to bring back.
        fs::write(&record, "").unwrap();
        fs::remove_file(token.join(KEPT)).unwrap();
        keep_each(directory.path());
        is(b"");
    }
}
