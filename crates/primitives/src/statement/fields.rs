//! How single fields of statements are written and read.

use super::StatementError;
use crate::{Address, PlaneId};

/// The number that stands for a value; every table lists every value.
pub(super) fn number_of<T: PartialEq>(table: &[(u32, T)], value: &T) -> u32 {
    table.iter().find(|(_, entry)| entry == value).map_or(0, |(number, _)| *number)
}

/// The value that a number stands for.
pub(super) fn value_of<T: Copy>(table: &[(u32, T)], number: u32, what: &'static str) -> Result<T, StatementError> {
    table.iter().find(|(entry, _)| *entry == number).map(|(_, value)| *value).ok_or(StatementError::Malformed(what))
}

/// No bytes are no value.
pub(super) fn optional<T>(
    bytes: &[u8],
    read: impl FnOnce(&[u8]) -> Result<T, StatementError>,
) -> Result<Option<T>, StatementError> {
    if bytes.is_empty() { Ok(None) } else { read(bytes).map(Some) }
}

/// The 21 bytes of an address.
pub(super) fn address(bytes: &[u8]) -> Result<Address, StatementError> {
    Address::from_bytes21(bytes).map_err(|_| StatementError::Malformed("address"))
}

/// Bytes of a fixed length.
pub(super) fn array<const N: usize>(bytes: &[u8], what: &'static str) -> Result<[u8; N], StatementError> {
    bytes.try_into().map_err(|_| StatementError::Malformed(what))
}

/// The plane that a statement belongs to.
pub(super) fn plane(text: &str) -> Result<PlaneId, StatementError> {
    text.parse().map_err(|_| StatementError::Malformed("plane"))
}

/// A text for people: at most this many bytes, no control characters, not empty.
pub(super) fn line(text: &str, most: usize, what: &'static str) -> Result<String, StatementError> {
    let printable = !text.chars().any(char::is_control);
    if printable && (1..=most).contains(&text.len()) {
        Ok(text.to_owned())
    } else {
        Err(StatementError::Malformed(what))
    }
}

/// Whether a list is in ascending order with nothing twice: the one order that it has in its encoding.
pub(super) fn ascending<T: PartialOrd>(list: &[T]) -> bool {
    list.windows(2).all(|pair| pair[0] < pair[1])
}
