//! `oci-image provenance`.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use crate::cli::{Ended, read};
use crate::digests::Digests;
use crate::provenance;
use crate::recipe::Recipe;

/// Of what, and where to.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Args {
    /// The recipe that the images were made by; its `build` says where they come from.
    recipe: PathBuf,
    /// What `assemble` made of it.
    directory: PathBuf,
    /// The directory for the statements; made if it is not there.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

pub(super) fn run(args: &Args) -> Ended {
    let recipe = Recipe::parse(&read(&args.recipe)?)?;
    let build = recipe.build.as_ref().ok_or("the recipe has no `build`, which says where the images come from")?;
    let digests: Digests = serde_json::from_slice(&read(&args.directory.join("digests.json"))?)?;
    fs::create_dir_all(&args.out)?;
    for image in &recipe.images {
        let made = digests.images.get(&image.name).ok_or_else(|| format!("{} is not in digests.json", image.name))?;
        let path = args.out.join(format!("{}.provenance.json", image.name));
        fs::write(path, provenance::statement(build, image, made))?;
    }
    Ok(ExitCode::SUCCESS)
}
