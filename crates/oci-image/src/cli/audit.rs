//! `oci-image audit`.

use std::fs;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use crate::audit::{Advisories, Bill, Deny, audit};
use crate::canonical;
use crate::cli::{Ended, read};

/// What to audit, and by what.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Args {
    /// The directory that `sbom` wrote.
    sboms: PathBuf,
    /// A checkout of the RustSec advisory database, such as `./dev lint` keeps.
    #[arg(long, value_name = "DIR", required_unless_present = "without_advisories")]
    advisories: Option<PathBuf>,
    /// Hold the licences alone, and say so; no release is made of what passed this.
    #[arg(long, conflicts_with = "advisories")]
    without_advisories: bool,
    /// cargo-deny's configuration: licences that are allowed, advisories that were set aside.
    #[arg(long, value_name = "FILE", default_value = "deny.toml")]
    deny: PathBuf,
    /// One JSON document in place of text.
    #[arg(long)]
    json: bool,
    /// The same document into a file, whatever is found: `lucid release sign` signs no images without it.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> Ended {
    let deny = Deny::parse(&String::from_utf8(read(&args.deny)?)?)?;
    let advisories = args.advisories.as_deref().map(Advisories::open).transpose()?;
    let listing = fs::read_dir(&args.sboms).map_err(|error| format!("{}: {error}", args.sboms.display()))?;
    let mut paths = listing.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    paths.retain(|path| path.to_string_lossy().ends_with(".cdx.json"));
    paths.sort();
    let mut bills = Vec::new();
    for path in &paths {
        bills.push(Bill::parse(&read(path)?)?);
    }
    let report = audit(&bills, advisories.as_ref(), &deny);
    if let Some(path) = &args.report {
        fs::write(path, canonical::pretty(&report)).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    let text = if args.json { canonical::pretty(&report) } else { report.to_string().into_bytes() };
    io::stdout().write_all(&text)?;
    Ok(if report.clean { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
