//! Which program this is: the hash of its file, so that the log says what decided, not only what it called itself.

use std::fs::File;
use std::io::{self, Read as _};
use std::sync::LazyLock;

use primitives::HexBytes;
use sha2::{Digest, Sha256};
use tracing::error;

/// The file of the running program, as the system has it: not what lies at its path by now.
const SELF: &str = "/proc/self/exe";

/// How much is read at once, bytes.
const PIECE: usize = 256 * 1024;

static HASH: LazyLock<Option<HexBytes>> = LazyLock::new(|| match hashed() {
    Ok(hash) => Some(hash),
    Err(cause) => {
        error!(%cause, "the program's own file cannot be read: the log does not say which program this is");
        None
    }
});

/// SHA-256 of the program's file; none where it cannot be read.
pub(super) fn sha256() -> Option<HexBytes> {
    HASH.clone()
}

/// Begins to hash the program's file beside what else a start has to do.
pub fn hash_binary() {
    // Whoever needs it before it is done waits for it, and without the thread does it.
    let _ = std::thread::Builder::new().name("program hash".to_owned()).spawn(|| LazyLock::force(&HASH));
}

fn hashed() -> io::Result<HexBytes> {
    let mut hash = Sha256::new();
    let mut file = File::open(SELF)?;
    let mut piece = vec![0; PIECE];
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(hash.finalize().to_vec().into()),
            read => hash.update(&piece[..read]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_hash_of_the_file_that_runs() {
        let file = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        assert_eq!(sha256(), Some(Sha256::digest(file).to_vec().into()));
    }
}
