//! `oci-image check`.

use std::fs;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use crate::canonical;
use crate::check::{check, check_archives, check_complete};
use crate::cli::{Ended, read};
use crate::finished::{read_archives, read_layout};
use crate::recipe::Recipe;

/// What to check.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Args {
    /// An OCI layout, or what `assemble` made: then its archives must hold the layout's images.
    directory: PathBuf,
    /// The recipe: every image of it must be there, for every platform, and no other.
    #[arg(long, value_name = "FILE")]
    recipe: Option<PathBuf>,
    /// Also write the report to this file, as JSON.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// One JSON document in place of text.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args) -> Ended {
    let images = read_layout(&args.directory)?;
    let mut report = check(&images);
    if let Some(archives) = read_archives(&args.directory)? {
        report.add(check_archives(&images, &archives));
    }
    if let Some(recipe) = &args.recipe {
        report.add(check_complete(&images, &Recipe::parse(&read(recipe)?)?));
    }
    let document = canonical::pretty(&report);
    if let Some(file) = &args.report {
        fs::write(file, &document).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    let text = if args.json { document } else { report.to_string().into_bytes() };
    io::stdout().write_all(&text)?;
    Ok(if report.clean { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
