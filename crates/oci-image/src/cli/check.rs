//! `oci-image check`.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use crate::canonical;
use crate::check::check;
use crate::cli::Ended;
use crate::finished::read_layout;

/// What to check.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Args {
    /// An OCI layout, or what `assemble` made.
    directory: PathBuf,
    /// One JSON document in place of text.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args) -> Ended {
    let report = check(&read_layout(&args.directory)?);
    let text = if args.json { canonical::pretty(&report) } else { report.to_string().into_bytes() };
    io::stdout().write_all(&text)?;
    Ok(if report.clean { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
