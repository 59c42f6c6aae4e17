//! Secret files: random, mode 0400, written whole or not at all, never overwritten.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, Result};

use super::make_private;
use crate::random;

/// The secret in a file; 32 random bytes in hexadecimal after `prefix` if the file does not exist yet.
pub(crate) fn ensure(path: &Path, prefix: &str) -> Result<String> {
    if path.exists() {
        let text = fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
        return Ok(text.trim().to_owned());
    }
    let parent = path.parent().context("a secret is in a directory")?;
    make_private(parent)?;
    let secret = format!("{prefix}{}", hex::encode(random::bytes::<32>()?));
    write(path, &secret).with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(secret)
}

fn write(path: &Path, secret: &str) -> std::io::Result<()> {
    let part = path.with_extension("part");
    // What an interrupted run left is no secret of anybody's yet.
    fs::remove_file(&part)
        .or_else(|error| if error.kind() == std::io::ErrorKind::NotFound { Ok(()) } else { Err(error) })?;
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o400).open(&part)?;
    writeln!(file, "{secret}")?;
    file.sync_all()?;
    // Unlike a rename, a link does not replace what is there.
    fs::hard_link(&part, path)?;
    fs::remove_file(&part)?;
    File::open(path.parent().unwrap_or(path))?.sync_all()
}
