//! The node's JSON, read: blocks, receipts, accounts, prices, calls (java-tron 4.8 `JsonFormat`, visible = false).
//!
//! Pure. Blocks are read by `tron_tx::json`, which trusts nothing in them. Receipts are a hot path (hundreds a block, up
//! to a thousand blocks a second), so they borrow from the body, and only their names are parsed unless one is ours.

pub mod account;
pub mod broadcast;
pub mod call;
pub mod header;
pub mod parameters;
pub mod receipt;

use serde::Deserialize;
use thiserror::Error;

/// The body is not what the endpoint should answer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum WireError {
    /// Not JSON, or a member has another form.
    #[error("not the JSON that was asked for: {0}")]
    Json(String),
    /// The node has nothing to say: `{}`, or a list with too few entries. Never proof that there is nothing.
    #[error("an empty answer")]
    Empty,
    /// A member's text is not what the protocol writes there.
    #[error("{0} is malformed")]
    Member(&'static str),
}

impl From<serde_json::Error> for WireError {
    fn from(error: serde_json::Error) -> Self {
        Self::Json(error.to_string())
    }
}

/// Reads a body, `{}` being [`WireError::Empty`].
pub fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, WireError> {
    if is_empty_object(body) {
        return Err(WireError::Empty);
    }
    Ok(serde_json::from_slice(body)?)
}

/// The bytes that a member spells in hexadecimal; `what` names it in the error.
pub fn bytes(text: &str, what: &'static str) -> Result<Vec<u8>, WireError> {
    hex::decode(text).map_err(|_| WireError::Member(what))
}

/// Whether the body is `{}`, white space aside: the node's answer for everything that it does not find.
pub fn is_empty_object(body: &[u8]) -> bool {
    let body = body.trim_ascii();
    body.strip_prefix(b"{").is_some_and(|rest| rest.trim_ascii_start() == b"}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_not_something() {
        assert!(is_empty_object(b" { } \n"));
        assert!(!is_empty_object(b"{\"a\":1}"));
        assert!(!is_empty_object(b"[]"));
        assert_eq!(read::<serde_json::Value>(b"{}"), Err(WireError::Empty));
    }
}
