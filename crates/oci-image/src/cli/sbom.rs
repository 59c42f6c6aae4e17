//! `oci-image sbom`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::cli::{Ended, read};
use crate::finished::read_layout;
use crate::inventory::{Compiled, CrateLicences, Inventory};
use crate::recipe::Recipe;
use crate::sbom;

/// What to list, and where to.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Args {
    /// The recipe that the images were made by.
    recipe: PathBuf,
    /// What `assemble` made of it.
    directory: PathBuf,
    /// What `cargo metadata --format-version 1 --locked` printed: the crates' licences.
    #[arg(long, value_name = "FILE")]
    metadata: PathBuf,
    /// The directory for the documents; made if it is not there.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

pub(super) fn run(args: &Args) -> Ended {
    let recipe = Recipe::parse(&read(&args.recipe)?)?;
    let licences = CrateLicences::from_metadata(&read(&args.metadata)?)?;
    let base = args.recipe.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(&args.out)?;
    for image in read_layout(&args.directory)? {
        let named = recipe.images.iter().find(|listed| listed.reference.to_string() == image.reference);
        let named = named.ok_or_else(|| format!("{} is not in the recipe", image.reference))?;
        let platform = named.platforms.iter().find(|(platform, _)| platform.name() == image.platform);
        let (_, platform) = platform.ok_or_else(|| format!("{} is not in the recipe", image.platform))?;
        let compiled = platform.compiled.as_ref().map(|path| Compiled::read(&base.join(path))).transpose()?;
        let inventory = Inventory::of(&named.name, &image, &platform.linked, compiled.as_ref(), &licences)?;
        let name = inventory.file_name();
        fs::write(args.out.join(format!("{name}.cdx.json")), sbom::cyclonedx(&inventory))?;
        fs::write(args.out.join(format!("{name}.spdx.json")), sbom::spdx(&inventory))?;
    }
    Ok(ExitCode::SUCCESS)
}
