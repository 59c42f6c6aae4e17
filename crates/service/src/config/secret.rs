//! Secrets, which are files: read once at the start, and refused when they cannot be secret.

use std::fs::{File, Metadata};
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use primitives::statement::SignKey;
use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;

use super::ConfigError;

/// A secret is not a document.
const MAX_BYTES: u64 = 64 * 1024;

/// Values that stand in examples. Compared in lower case.
const PLACEHOLDERS: [&str; 12] = [
    "changeme",
    "change_me",
    "change-me",
    "secret",
    "password",
    "default",
    "example",
    "test",
    "todo",
    "xxx",
    "your_secret",
    "0000",
];

/// Reads a secret: a regular file that others may not read, neither empty nor a placeholder; white space around it is
/// dropped. `key` names the configuration key in errors, such as `keys.call_key_file`.
pub fn read(key: &str, path: &Path) -> Result<SecretString, ConfigError> {
    let refuse = |problem: &str| ConfigError::invalid(key, format!("{} {problem}", path.display()));
    let file = File::open(path).map_err(|error| {
        refuse(&format!("cannot be opened ({error}); create it with `lucid init` or correct the path"))
    })?;
    let metadata = file.metadata().map_err(|error| refuse(&format!("cannot be examined ({error})")))?;
    check_file(&metadata).map_err(refuse)?;
    let mut text = Zeroizing::new(String::new());
    file.take(MAX_BYTES)
        .read_to_string(&mut text)
        .map_err(|error| refuse(&format!("cannot be read as text ({error})")))?;
    check_text(text.trim()).map_err(refuse)?;
    Ok(SecretString::from(text.trim()))
}

/// Checks a secret that did not come from a file, such as one of the seed's variables; `name` names it in errors.
pub fn check(name: &str, text: &str) -> Result<(), ConfigError> {
    check_text(text).map_err(|problem| ConfigError::invalid(name, problem))
}

/// Reads an Ed25519 secret key: 64 hexadecimal digits.
pub fn sign_key(key: &str, path: &Path) -> Result<SignKey, ConfigError> {
    use secrecy::ExposeSecret;
    let text = read(key, path)?;
    let text = text.expose_secret();
    let mut digits = text.bytes();
    let first = digits.next();
    if digits.all(|digit| Some(digit) == first) {
        return Err(ConfigError::invalid(
            key,
            format!("{} holds one digit repeated; create a random key", path.display()),
        ));
    }
    SignKey::parse(text).map_err(|_| {
        ConfigError::invalid(
            key,
            format!("{} must hold 64 hexadecimal digits, as `lucid init` makes them", path.display()),
        )
    })
}

fn check_file(metadata: &Metadata) -> Result<(), &'static str> {
    if !metadata.is_file() {
        return Err("is no regular file; name the file itself");
    }
    if metadata.permissions().mode() & 0o007 != 0 {
        return Err("is open to every user of the machine; run `chmod 0400` on it");
    }
    Ok(())
}

fn check_text(text: &str) -> Result<(), &'static str> {
    if text.is_empty() {
        return Err("is empty; put a random secret there, for example from `openssl rand -hex 32`");
    }
    let lower = text.to_ascii_lowercase();
    let placeholder =
        PLACEHOLDERS.iter().any(|word| lower == *word) || lower.starts_with("changeme") || lower.starts_with('<');
    let repeated = text.bytes().all(|byte| Some(byte) == text.bytes().next());
    if placeholder || repeated {
        return Err("holds a placeholder; put a random secret there, for example from `openssl rand -hex 32`");
    }
    Ok(())
}
