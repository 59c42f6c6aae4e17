//! `digests.json` and `SHA256SUMS`: everything that was made, by its digest.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::{fs, io};

use serde::{Deserialize, Serialize};

use crate::config::Descriptor;
use crate::digest::Digest;
use crate::layout::{Image, Layout};
use crate::recipe::Platform;

/// The file `digests.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Digests {
    /// 1.
    pub version: u32,
    /// SHA-256 of the sources that the recipe names, in hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sources: Option<String>,
    /// By name.
    pub images: BTreeMap<String, ImageDigests>,
    /// The archives for `docker load`, by host platform and name.
    pub archives: BTreeMap<Platform, BTreeMap<String, Archive>>,
}

/// One image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImageDigests {
    /// What it is known by.
    pub reference: String,
    /// The name of the archive for `docker load` that it is in.
    pub archive: String,
    /// The index of its platforms: what a registry calls the image's digest.
    pub index: Stored,
    /// By platform.
    pub platforms: BTreeMap<Platform, PlatformDigests>,
}

/// One image on one platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlatformDigests {
    /// The manifest.
    pub manifest: Stored,
    /// The configuration: what the classic Docker store calls the image's id.
    pub config: Stored,
    /// The layers, the lowest first.
    pub layers: Vec<LayerDigests>,
    /// The compressed layers together, in bytes.
    pub size: u64,
    /// The archives of the layers together, in bytes.
    pub unpacked: u64,
}

/// A blob.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stored {
    /// Its digest.
    pub digest: Digest,
    /// Its length in bytes.
    pub size: u64,
}

/// A layer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayerDigests {
    /// Its name in the recipe.
    pub name: String,
    /// The compressed archive's digest.
    pub digest: Digest,
    /// The compressed archive's length in bytes.
    pub size: u64,
    /// The archive's digest.
    pub diff_id: Digest,
    /// The archive's length in bytes.
    pub unpacked: u64,
}

/// A file for `docker load`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Archive {
    /// Its name.
    pub file: String,
    /// Its digest.
    pub digest: Digest,
    /// Its length in bytes.
    pub size: u64,
}

impl Digests {
    /// Of a layout and its archives.
    pub fn of(
        layout: &Layout,
        sources: Option<String>,
        archives: BTreeMap<Platform, BTreeMap<String, Archive>>,
    ) -> Self {
        let images = layout.images.iter().map(|image| (image.name.clone(), of_image(image)));
        Self { version: 1, sources, images: images.collect(), archives }
    }
}

fn of_image(image: &Image) -> ImageDigests {
    let platforms = image.platforms.iter().map(|of| {
        let layers = of.layers.iter().map(|layer| LayerDigests {
            name: layer.name.clone(),
            digest: layer.digest.clone(),
            size: layer.size,
            diff_id: layer.diff_id.clone(),
            unpacked: layer.unpacked,
        });
        let digests = PlatformDigests {
            manifest: stored(&of.manifest),
            config: stored(&of.config),
            layers: layers.collect(),
            size: of.layers.iter().map(|layer| layer.size).sum(),
            unpacked: of.layers.iter().map(|layer| layer.unpacked).sum(),
        };
        (of.platform, digests)
    });
    let platforms = platforms.collect();
    let (reference, archive) = (image.reference.to_string(), image.archive.clone());
    ImageDigests { reference, archive, index: stored(&image.index), platforms }
}

fn stored(blob: &Descriptor) -> Stored {
    Stored { digest: blob.digest.clone(), size: blob.size }
}

/// Writes `SHA256SUMS` over every other file below the directory, as `sha256sum --check` reads it.
///
/// # Errors
/// If the directory cannot be read or written.
pub fn write_sums(directory: &Path) -> io::Result<()> {
    let mut paths = Vec::new();
    list(directory, "", &mut paths)?;
    paths.sort_unstable();
    let mut sums = String::new();
    for path in paths.iter().filter(|path| *path != "SHA256SUMS") {
        let digest = Digest::of(&fs::read(directory.join(path))?);
        writeln!(sums, "{}  {path}", digest.hex()).expect("memory takes every byte");
    }
    fs::write(directory.join("SHA256SUMS"), sums)
}

fn list(directory: &Path, prefix: &str, paths: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            list(&entry.path(), &format!("{name}/"), paths)?;
        } else {
            paths.push(name);
        }
    }
    Ok(())
}
