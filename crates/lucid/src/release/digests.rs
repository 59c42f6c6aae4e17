//! The part of oci-image's `digests.json` that a release vouches for.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use primitives::statement::{ImageDigest, Release};
use serde::Deserialize;

/// The file; what else is in it follows from this.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Digests {
    version: u32,
    sources: Option<String>,
    images: BTreeMap<String, Image>,
}

#[derive(Debug, Clone, Deserialize)]
struct Image {
    platforms: BTreeMap<String, Platform>,
}

#[derive(Debug, Clone, Deserialize)]
struct Platform {
    manifest: Manifest,
}

#[derive(Debug, Clone, Deserialize)]
struct Manifest {
    digest: String,
}

impl Digests {
    /// Reads the file's content.
    pub(super) fn parse(json: &[u8]) -> Result<Self> {
        let digests: Self = serde_json::from_slice(json).context("no digests.json of oci-image")?;
        if digests.version != 1 {
            bail!("digests.json has version {}, and 1 is known", digests.version);
        }
        Ok(digests)
    }

    /// The statement about these digests under this name and version.
    pub(super) fn release(&self, name: &str, version: &str) -> Result<Release> {
        let source = self.sources()?;
        let mut digests = Vec::new();
        for ((image, platform), digest) in self.manifests() {
            let hex = digest.strip_prefix("sha256:").with_context(|| format!("{digest:?} is no SHA-256"))?;
            digests.push(ImageDigest { image: image.to_owned(), platform: platform.to_owned(), sha256: bytes(hex)? });
        }
        // Maps are sorted, as the statement is.
        if digests.is_empty() {
            bail!("digests.json names no image");
        }
        Ok(Release { name: name.to_owned(), version: version.to_owned(), source, digests })
    }

    /// SHA-256 of the sources that the images were made from.
    pub(super) fn sources(&self) -> Result<[u8; 32]> {
        bytes(self.sources.as_deref().context("digests.json does not name the sources that it was made from")?)
    }

    /// The manifests' digests by image and platform, sorted.
    pub(super) fn manifests(&self) -> impl Iterator<Item = ((&str, &str), &str)> {
        self.images.iter().flat_map(|(image, built)| {
            let platforms = built.platforms.iter();
            platforms
                .map(move |(platform, built)| ((image.as_str(), platform.as_str()), built.manifest.digest.as_str()))
        })
    }
}

/// 32 bytes from their digits.
pub(super) fn bytes(hex: &str) -> Result<[u8; 32]> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(hex, &mut bytes).with_context(|| format!("{hex:?} is no SHA-256 in hexadecimal"))?;
    Ok(bytes)
}
