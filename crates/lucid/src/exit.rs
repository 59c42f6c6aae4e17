//! How the command ends, for scripts.

use std::process::ExitCode;

use service::client::NotDone;

/// Shown below `--help`.
pub(crate) const HELP: &str = "\
Exit codes:
  0  done
  1  refused, failed, or not all is well
  2  not a command that exists, or with wrong arguments
  3  no answer: whether it was done is unknown; the same command again finds out

With --json, standard output holds one JSON document; everything else goes to standard error.";

/// The code for an error: 3 where nobody knows how a call ended.
pub(crate) fn code(error: &anyhow::Error) -> ExitCode {
    let unknown = error.chain().any(|cause| matches!(cause.downcast_ref::<NotDone>(), Some(NotDone::Unknown { .. })));
    ExitCode::from(if unknown { 3 } else { 1 })
}
