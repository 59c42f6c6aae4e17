//! What callers are told, by stable codes.

use service::Problem;

use crate::anchor::NoAnchor;
use crate::nodes::NoNode;
use crate::scan::ledger::{TakeInError, WatchError};
use crate::submission::parse::SubmissionFlaw;

/// 503 `no_node`: the question was not answered, which says nothing about what was asked.
pub fn no_node(error: &NoNode) -> Problem {
    Problem::unavailable("no_node", error.to_string())
}

/// 503 `no_fresh_anchor`.
pub fn no_anchor(error: NoAnchor) -> Problem {
    Problem::unavailable("no_fresh_anchor", error.to_string())
}

/// Why a submission was not taken in.
pub fn take_in(error: TakeInError) -> Problem {
    match error {
        TakeInError::Flaw(flaw) => Problem::bad_request(code(&flaw), flaw.to_string()),
        TakeInError::NotReading => not_reading(),
        TakeInError::Store(error) => error.into(),
    }
}

/// Why a wallet is not watched.
pub fn watch(error: WatchError) -> Problem {
    match error {
        WatchError::NotReading => not_reading(),
        WatchError::Store(error) => error.into(),
    }
}

fn not_reading() -> Problem {
    Problem::unavailable("not_reading_yet", "No block was read yet; try again.")
}

const fn code(flaw: &SubmissionFlaw) -> &'static str {
    match flaw {
        SubmissionFlaw::Txid { .. } => "txid_mismatch",
        SubmissionFlaw::RawData(_) | SubmissionFlaw::Field(_) | SubmissionFlaw::TooLong(_) => "malformed_raw_data",
        SubmissionFlaw::Signatures => "malformed_signature",
    }
}
