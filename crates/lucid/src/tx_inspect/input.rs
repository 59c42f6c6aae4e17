//! Hexadecimal text to a transaction.

use std::io::{self, BufRead, Read as _};

use tron_tx::EitherForm;

use super::error::InspectError;

/// More digits than any transaction has: the chain takes 512,000 bytes, of which every one is two digits.
pub(super) const LONGEST: u64 = 2 * 1024 * 1024;

/// Everything on standard input, as long as it could be one transaction.
pub(super) fn all(stdin: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    stdin.take(LONGEST + 1).read_to_end(&mut text)?;
    Ok(text)
}

/// The transaction that a text stands for: digits of either case, `0x` and space around them allowed.
pub(super) fn transaction(text: &[u8]) -> Result<EitherForm, InspectError> {
    if text.len() as u64 > LONGEST {
        return Err(InspectError::TooLong);
    }
    let text = std::str::from_utf8(text).map_err(|_| InspectError::NotText)?.trim();
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(text);
    if digits.is_empty() {
        return Err(InspectError::Empty);
    }
    Ok(EitherForm::decode(&hex::decode(digits)?)?)
}
