//! The command line.

mod assemble;
mod audit;
mod check;
mod provenance;
mod sbom;

use std::error::Error;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// What a command ends with: its exit code, or an error whose chain is printed.
type Ended = Result<ExitCode, Box<dyn Error>>;

/// Assembles OCI images that are the same bytes on every machine, and says what is in them.
#[derive(Debug, Parser)]
#[command(name = "oci-image", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make the images of a recipe: an OCI layout, archives for `docker load` per platform, digests.json, SHA256SUMS.
    #[command(
        after_help = "The outputs, below DIR:\n  oci/               an OCI layout with every image and platform\n  ARCHIVE-ARCH.tar   for `docker load` on hosts of this architecture; ARCHIVE is images unless a recipe says another\n  digests.json       manifests, configurations, layers, diff_ids, sizes\n  SHA256SUMS         over all of them\n\nExample:\n  oci-image assemble recipe.json --out result && docker load --input result/images-amd64.tar"
    )]
    Assemble(assemble::Args),
    /// Hold finished images against the policy: minimal, unwritable, unprivileged, labelled, complete. Fails on a finding.
    #[command(
        after_help = "Of what `assemble` made, the archives for `docker load` are held against the layout.\n\nExamples:\n  oci-image check result --json | jq '.images[].findings'\n  oci-image check result --recipe recipe.json --report policy.json"
    )]
    Check(check::Args),
    /// List what is really in each image, as CycloneDX 1.6 and SPDX 2.3.
    #[command(
        after_help = "It writes NAME-ARCH.cdx.json and NAME-ARCH.spdx.json per image and platform. Programs must be built with\ncargo auditable.\n\nExample:\n  cargo metadata --format-version 1 --locked > metadata.json\n  oci-image sbom recipe.json result --metadata metadata.json --out result/sbom"
    )]
    Sbom(sbom::Args),
    /// Hold what is really in the images against advisories and allowed licences. Fails on a finding.
    #[command(
        after_help = "It reads the CycloneDX documents. Advisories are about crates; for Debian's packages use a scanner, which finds\nthem by the image's /var/lib/dpkg/status.d.\n\nExample:\n  oci-image audit result/sbom --advisories ~/advisory-db --deny deny.toml"
    )]
    Audit(audit::Args),
    /// Say where each image comes from, as an in-toto statement with SLSA provenance.
    #[command(after_help = "Example:\n  oci-image provenance recipe.json result --out result/provenance")]
    Provenance(provenance::Args),
    /// Write SHA256SUMS over every file below a directory.
    Sums {
        /// The directory.
        directory: PathBuf,
    },
}

/// The whole program.
pub fn run() -> ExitCode {
    let ended = match Arguments::parse().command {
        Command::Assemble(args) => assemble::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Sbom(args) => sbom::run(&args),
        Command::Provenance(args) => provenance::run(&args),
        Command::Audit(args) => audit::run(&args),
        Command::Sums { directory } => {
            crate::digests::write_sums(&directory).map(|()| ExitCode::SUCCESS).map_err(Into::into)
        }
    };
    ended.unwrap_or_else(|error| {
        let mut line = format!("oci-image: {error}");
        let mut cause = error.source();
        while let Some(deeper) = cause {
            line.push_str(": ");
            line.push_str(&deeper.to_string());
            cause = deeper.source();
        }
        // Without standard error there is still the exit code.
        writeln!(std::io::stderr(), "{line}").ok();
        ExitCode::FAILURE
    })
}

/// A file's content, or an error that names it.
fn read(path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
}
