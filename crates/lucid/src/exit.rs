//! How the command ends, for scripts.

use std::process::ExitCode;

use serde::Serialize;
use service::client::NotDone;

/// Shown below `--help`.
pub(crate) const HELP: &str = "\
Exit codes:
  0  done
  1  refused, failed, or not all is well
  2  not a command that exists, or with wrong arguments
  3  no answer: whether it was done is unknown; the same command again finds out

With --json, standard output holds one JSON document; everything else goes to standard error.";

/// 0 if all is well, else 1.
pub(crate) fn if_well(well: bool) -> ExitCode {
    if well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What `--json` shows of an error: its text, and the problem if a service refused.
#[derive(Debug, Serialize)]
pub(crate) struct ErrorDocument {
    error: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<api::Problem>,
}

impl ErrorDocument {
    /// The document of an error.
    pub(crate) fn of(error: &anyhow::Error) -> Self {
        let problem = error.chain().find_map(|cause| match cause.downcast_ref::<NotDone>() {
            Some(NotDone::Refused { problem, .. }) => Some((**problem).clone()),
            _ => None,
        });
        Self { error: format!("{error:#}"), problem }
    }
}

/// The code for an error: 3 where nobody knows how a call ended.
pub(crate) fn code(error: &anyhow::Error) -> ExitCode {
    let unknown = error.chain().any(|cause| matches!(cause.downcast_ref::<NotDone>(), Some(NotDone::Unknown { .. })));
    ExitCode::from(if unknown { 3 } else { 1 })
}
