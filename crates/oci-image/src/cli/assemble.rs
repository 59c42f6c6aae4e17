//! `oci-image assemble`.

use std::collections::BTreeMap;
use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread::available_parallelism;

use crate::archive::docker_archive;
use crate::assemble::assemble;
use crate::canonical;
use crate::cli::{Ended, read};
use crate::digest::Digest;
use crate::digests::{Archive, Digests, write_sums};
use crate::recipe::Recipe;

/// What to assemble, and where to.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Args {
    /// The recipe; relative sources in it are relative to its directory.
    recipe: PathBuf,
    /// The directory for what is made; it must be empty or not there.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Threads; as many as there are processors unless said. It changes nothing but the time.
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
}

pub(super) fn run(args: &Args) -> Ended {
    let recipe = Recipe::parse(&read(&args.recipe)?)?;
    let base = args.recipe.parent().unwrap_or(Path::new(""));
    let jobs = args.jobs.or_else(|| available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN);
    prepare(&args.out)?;
    let layout = assemble(&recipe, base, jobs)?;
    layout.write(&args.out.join("oci"))?;
    let mut archives: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
    for name in layout.archives() {
        let part = layout.part(name);
        for platform in part.platforms() {
            let bytes = docker_archive(&part, platform)?;
            let file = format!("{name}-{}.tar", platform.architecture());
            fs::write(args.out.join(&file), &bytes)?;
            let archive = Archive { file, digest: Digest::of(&bytes), size: bytes.len() as u64 };
            archives.entry(platform).or_default().insert(name.to_owned(), archive);
        }
    }
    let sources = recipe.build.as_ref().map(|build| build.source_sha256.clone());
    let digests = Digests::of(&layout, sources, archives);
    fs::write(args.out.join("digests.json"), canonical::pretty(&digests))?;
    write_sums(&args.out)?;
    Ok(ExitCode::SUCCESS)
}

/// An earlier run's blobs must not stay among this one's.
fn prepare(out: &Path) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", out.display());
    fs::create_dir_all(out).map_err(failed)?;
    if fs::read_dir(out).map_err(failed)?.next().is_some() {
        return Err(format!("{} is not empty", out.display()));
    }
    Ok(())
}
