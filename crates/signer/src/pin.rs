//! The PIN: read from a file that nobody else can read, or made from random bytes, and never shown.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use secrecy::SecretString;
use thiserror::Error;
use zeroize::Zeroizing;

/// A longer file is not a PIN file but some other file (PINs of vendors stay below 256 bytes).
const LARGEST_FILE_BYTES: u64 = 1024;

/// Why a PIN file was not accepted.
#[derive(Debug, Error)]
pub enum PinError {
    /// The file cannot be read.
    #[error("cannot read the PIN file {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's answer.
        source: std::io::Error,
    },
    /// Group or others have some right to the file.
    #[error("the PIN file {} has mode {mode:04o}, which lets others in; 0400 is right", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Nothing in it, too much, or no text.
    #[error("the PIN file {} holds no PIN", path.display())]
    NoPin {
        /// The file.
        path: PathBuf,
    },
}

/// Reads the PIN from the first line of `path`.
///
/// The mode is checked and the owner is not: with no rights for group and others, the reader is the owner or root.
pub fn read(path: &Path) -> Result<SecretString, PinError> {
    let unreadable = |source| PinError::Unreadable { path: path.to_owned(), source };
    let metadata = fs::metadata(path).map_err(unreadable)?;
    let mode = metadata.permissions().mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(PinError::Open { path: path.to_owned(), mode });
    }
    let no_pin = || PinError::NoPin { path: path.to_owned() };
    if metadata.len() > LARGEST_FILE_BYTES {
        return Err(no_pin());
    }
    let content = Zeroizing::new(fs::read(path).map_err(unreadable)?);
    let text = std::str::from_utf8(&content).map_err(|_| no_pin())?;
    let pin = text.strip_suffix('\n').unwrap_or(text);
    if pin.trim().is_empty() || pin.contains('\n') { Err(no_pin()) } else { Ok(SecretString::from(pin)) }
}

/// A PIN of 32 hexadecimal digits from 16 random bytes, which every module studied accepts by length and alphabet.
pub fn from_random(random: [u8; 16]) -> SecretString {
    SecretString::from(hex::encode(random))
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    fn file(content: &[u8], mode: u32) -> (tempfile::TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("pin");
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        (directory, path)
    }

    #[test]
    fn reads_one_line_without_its_end() {
        let (_keep, path) = file(b"12 34\n", 0o400);
        assert_eq!(read(&path).unwrap().expose_secret(), "12 34");
    }

    #[test]
    fn refuses_a_file_that_others_may_read() {
        let (_keep, path) = file(b"1234", 0o440);
        assert!(matches!(read(&path), Err(PinError::Open { mode: 0o440, .. })));
    }

    #[test]
    fn refuses_what_is_no_pin_without_repeating_it() {
        for content in [&b""[..], b"\n", b"  \n", b"hunter2\nhunter3\n", &[0xff, 0xfe], &[b'9'; 1025]] {
            let (_keep, path) = file(content, 0o400);
            let error = read(&path).unwrap_err();
            assert!(matches!(error, PinError::NoPin { .. }), "{error}");
            assert!(!format!("{error} {error:?}").contains("hunter"));
        }
        assert!(matches!(read(Path::new("/nonexistent/pin")), Err(PinError::Unreadable { .. })));
    }

    #[test]
    fn a_made_pin_does_not_show() {
        let pin = from_random([0xab; 16]);
        assert_eq!(pin.expose_secret(), "ab".repeat(16));
        assert!(!format!("{pin:?}").contains("abab"));
    }
}
