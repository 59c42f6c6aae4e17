//! Whether what a node sent is an answer at all.

use std::time::Duration;

use serde::Deserialize;
use thiserror::Error;

use crate::scan::BlockFault;
use crate::wire::WireError;

/// Why a node is of no use for the moment. None of these is ever taken for a negative answer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NodeFault {
    /// No connection, or one that broke.
    #[error("not reachable: {0}")]
    Unreachable(String),
    /// No answer in time.
    #[error("no answer within {} ms", .0.as_millis())]
    Late(Duration),
    /// Over the provider's limit: 429, 403 and 503 alike.
    #[error("over the provider's limit (HTTP {status})")]
    Limited {
        /// The HTTP status.
        status: u16,
        /// When the provider wants to be asked again.
        retry_after: Option<Duration>,
    },
    /// Another HTTP status than 200.
    #[error("HTTP {0}")]
    Status(u16),
    /// HTTP 200 with an `Error` (java-tron servlets, and providers over their limit).
    #[error("the node says: {0}")]
    Error(String),
    /// More bytes than any answer has.
    #[error("an answer of more than {0} bytes")]
    TooLarge(usize),
    /// An answer of another form.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// A block that did not pass.
    #[error(transparent)]
    Block(#[from] BlockFault),
    /// Its first block is another chain's.
    #[error("another chain: its first block says {0}")]
    Chain(primitives::ChainId),
    /// Far behind the other nodes, or behind the clock.
    #[error("stale: solid block {solid}, and the newest known is {best}")]
    Stale {
        /// Its solid block.
        solid: u64,
        /// The best one known.
        best: u64,
    },
}

impl NodeFault {
    /// All kinds, those of blocks too.
    pub const KINDS: [&str; 16] = [
        "unreachable",
        "late",
        "limited",
        "status",
        "error",
        "too_large",
        "empty",
        "malformed",
        "chain",
        "stale",
        "number",
        "id",
        "root",
        "parent",
        "receipt_count",
        "receipt_names",
    ];

    /// The kind, for metrics.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Unreachable(_) => "unreachable",
            Self::Late(_) => "late",
            Self::Limited { .. } => "limited",
            Self::Status(_) => "status",
            Self::Error(_) => "error",
            Self::TooLarge(_) => "too_large",
            Self::Wire(WireError::Empty) => "empty",
            Self::Wire(_) => "malformed",
            Self::Block(fault) => fault.kind(),
            Self::Chain(_) => "chain",
            Self::Stale { .. } => "stale",
        }
    }
}

/// The member by which clients know a refusal, whatever else is in the document.
#[derive(Deserialize)]
struct Refusal {
    #[serde(rename = "Error")]
    error: Option<String>,
}

/// A refusal is a sentence; a longer body is looked at no further, because most of the scanner's bytes are blocks.
const REFUSAL_MAX: usize = 4096;
/// So much of a node's words is kept.
const WORDS_MAX: usize = 200;

/// Checks status and body; the body of a success is left to its reader.
pub fn check(status: u16, retry_after: Option<&str>, body: &[u8]) -> Result<(), NodeFault> {
    match status {
        200 => {}
        403 | 429 | 503 => {
            let retry_after = retry_after.and_then(|text| text.trim().parse().ok()).map(Duration::from_secs);
            return Err(NodeFault::Limited { status, retry_after });
        }
        other => return Err(NodeFault::Status(other)),
    }
    if body.len() > REFUSAL_MAX || !body.trim_ascii_start().starts_with(b"{") {
        return Ok(());
    }
    match serde_json::from_slice::<Refusal>(body) {
        Ok(Refusal { error: Some(text) }) => Err(NodeFault::Error(text.chars().take(WORDS_MAX).collect())),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_200_is_not_a_success() {
        let body = br#"{"Error":"class java.lang.IllegalAccessException : lack of computing resources"}"#;
        assert!(matches!(check(200, None, body), Err(NodeFault::Error(text)) if text.ends_with("computing resources")));
        let body = br#"{"Success":false,"Error":"The key exceeds the frequency limit(15)","StatusCode":403}"#;
        assert!(matches!(check(200, None, body), Err(NodeFault::Error(_))));
        assert_eq!(check(200, None, b"{}"), Ok(()));
        assert_eq!(check(200, None, b"[]"), Ok(()));
        assert_eq!(check(200, None, br#"{"blockID":"00"}"#), Ok(()));
    }

    #[test]
    fn every_kind_is_listed() {
        let faults = [
            NodeFault::Unreachable(String::new()),
            NodeFault::Late(Duration::ZERO),
            NodeFault::Limited { status: 429, retry_after: None },
            NodeFault::Status(500),
            NodeFault::Error(String::new()),
            NodeFault::TooLarge(1),
            WireError::Empty.into(),
            WireError::Json(String::new()).into(),
            NodeFault::Chain(primitives::ChainId(1)),
            NodeFault::Stale { solid: 1, best: 2 },
            BlockFault::Number { expected: 1, got: 2 }.into(),
            BlockFault::Root.into(),
            BlockFault::ReceiptCount { number: 1, transactions: 1, receipts: 0 }.into(),
            BlockFault::ReceiptNames(1).into(),
        ];
        for fault in faults {
            assert!(NodeFault::KINDS.contains(&fault.kind()), "{}", fault.kind());
        }
    }

    #[test]
    fn limits_and_failures_are_told_apart() {
        for status in [403, 429, 503] {
            assert_eq!(check(status, None, b""), Err(NodeFault::Limited { status, retry_after: None }));
        }
        let fault = check(429, Some("7"), b"");
        assert_eq!(fault, Err(NodeFault::Limited { status: 429, retry_after: Some(Duration::from_secs(7)) }));
        assert_eq!(check(502, None, b"{}"), Err(NodeFault::Status(502)));
    }
}
