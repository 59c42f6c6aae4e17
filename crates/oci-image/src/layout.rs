//! Images in an OCI layout: an index of indices, each with the platforms of one image.

use std::collections::BTreeSet;
use std::path::Path;
use std::{fs, io};

use serde_json::json;

use crate::blobs::Blobs;
use crate::canonical;
use crate::config::{self, Descriptor};
use crate::digest::Digest;
use crate::layer::Layer;
use crate::recipe::{Platform, Reference};

/// Finished images and everything that they are made of.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    /// In the recipe's order.
    pub images: Vec<Image>,
    /// Layers, configurations, manifests, indices.
    pub blobs: Blobs,
}

/// One image.
#[derive(Debug, Clone)]
pub struct Image {
    /// Its name.
    pub name: String,
    /// What it is known by.
    pub reference: Reference,
    /// In which archive for `docker load` it is.
    pub archive: String,
    /// The index of its platforms.
    pub index: Descriptor,
    /// Its platforms, in order.
    pub platforms: Vec<ImagePlatform>,
}

/// One image on one platform.
#[derive(Debug, Clone)]
pub struct ImagePlatform {
    /// Which.
    pub platform: Platform,
    /// The manifest.
    pub manifest: Descriptor,
    /// The configuration.
    pub config: Descriptor,
    /// The layers, the lowest first.
    pub layers: Vec<StoredLayer>,
}

/// A layer as digests name it.
#[derive(Debug, Clone)]
pub struct StoredLayer {
    /// Its name in the recipe.
    pub name: String,
    /// The compressed archive.
    pub digest: Digest,
    /// Its length in bytes.
    pub size: u64,
    /// The archive.
    pub diff_id: Digest,
    /// Its length in bytes.
    pub unpacked: u64,
}

impl ImagePlatform {
    /// From what was made.
    pub(crate) fn new(platform: Platform, manifest: Descriptor, config: Descriptor, layers: &[(&str, &Layer)]) -> Self {
        let layers = layers.iter().map(|(name, layer)| StoredLayer {
            name: (*name).to_owned(),
            digest: layer.digest.clone(),
            size: layer.blob.len() as u64,
            diff_id: layer.diff_id.clone(),
            unpacked: layer.unpacked,
        });
        Self { platform, manifest, config, layers: layers.collect() }
    }
}

impl Image {
    /// Everything that it is made of.
    fn blobs(&self) -> impl Iterator<Item = &Digest> {
        let platforms = self.platforms.iter().flat_map(|of| {
            let layers = of.layers.iter().map(|layer| &layer.digest);
            [&of.manifest.digest, &of.config.digest].into_iter().chain(layers)
        });
        std::iter::once(&self.index.digest).chain(platforms)
    }
}

impl Layout {
    /// The two files at the root: what it is, and the index of all images, under their full references.
    pub fn root(&self) -> [(&'static str, Vec<u8>); 2] {
        let named = self.images.iter().map(|image| {
            let reference = image.reference.to_string();
            let names = ["io.containerd.image.name", "org.opencontainers.image.ref.name"];
            let annotations = names.map(|name| (name.to_owned(), reference.clone())).into();
            Descriptor { annotations, ..image.index.clone() }
        });
        let version = canonical::compact(&json!({ "imageLayoutVersion": "1.0.0" }));
        let index = canonical::compact(&config::index(&named.collect::<Vec<_>>()));
        [("oci-layout", version), ("index.json", index)]
    }

    /// Writes the layout into a directory, which is made.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, directory: &Path) -> io::Result<()> {
        let blobs = directory.join("blobs/sha256");
        fs::create_dir_all(&blobs)?;
        for (digest, bytes) in self.blobs.iter() {
            fs::write(blobs.join(digest.hex()), bytes)?;
        }
        for (name, bytes) in self.root() {
            fs::write(directory.join(name), bytes)?;
        }
        Ok(())
    }

    /// The archives that its images are in, in order.
    pub fn archives(&self) -> BTreeSet<&str> {
        self.images.iter().map(|image| image.archive.as_str()).collect()
    }

    /// The images of one archive, with what they are made of.
    #[must_use]
    pub fn part(&self, archive: &str) -> Self {
        let images: Vec<_> = self.images.iter().filter(|image| image.archive == archive).cloned().collect();
        let wanted: BTreeSet<_> = images.iter().flat_map(Image::blobs).collect();
        Self { blobs: self.blobs.only(&wanted), images }
    }

    /// The platforms that any image is for, in order.
    pub fn platforms(&self) -> Vec<Platform> {
        let mut all: Vec<_> = self.images.iter().flat_map(|image| &image.platforms).map(|of| of.platform).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}
