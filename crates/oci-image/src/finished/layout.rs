//! A layout's images, every blob held against its digest.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::config::{Descriptor, INDEX, OciPlatform};
use crate::digest::Digest;
use crate::finished::file::lay;
use crate::finished::{File, OpenError};

/// One image on one platform, read back.
#[derive(Debug, Clone)]
pub struct Finished {
    /// The reference that it is known by.
    pub reference: String,
    /// As OCI writes it: `linux/amd64`.
    pub platform: String,
    /// What the index says that it runs on: by this a reader chooses.
    pub indexed: Option<OciPlatform>,
    /// What the layout's index says of the reference.
    pub named: Descriptor,
    /// The manifest's digest.
    pub manifest: Digest,
    /// The configuration's digest.
    pub configuration: Digest,
    /// The layers' digests, the lowest first.
    pub layers: Vec<Digest>,
    /// The configuration, as it stands there.
    pub config: Value,
    /// The paths of all layers, without a leading slash.
    pub files: BTreeMap<String, File>,
}

#[derive(Deserialize)]
struct Index {
    manifests: Vec<Descriptor>,
}

#[derive(Deserialize)]
struct Manifest {
    config: Descriptor,
    layers: Vec<Descriptor>,
}

/// Every image of the layout in `directory`, or in `oci` below it.
///
/// # Errors
/// If a part is missing, malformed, or not what its digest says.
pub fn read_layout(directory: &Path) -> Result<Vec<Finished>, OpenError> {
    let below = directory.join("oci");
    let reader = Reader { root: if below.is_dir() { below } else { directory.to_owned() } };
    let index: Index = json("index.json", &reader.file(Path::new("index.json"))?)?;
    let mut images = Vec::new();
    for image in &index.manifests {
        let name = image.annotations.get("org.opencontainers.image.ref.name");
        let lacks = |lacks| OpenError::Lacks { what: image.digest.to_string(), lacks };
        let reference = name.ok_or_else(|| lacks("a reference"))?;
        if image.media_type == INDEX {
            let platforms: Index = reader.json(image)?;
            for platform in &platforms.manifests {
                images.push(reader.image(reference, image, platform)?);
            }
        } else {
            images.push(reader.image(reference, image, image)?);
        }
    }
    Ok(images)
}

struct Reader {
    root: PathBuf,
}

impl Reader {
    fn file(&self, path: &Path) -> Result<Vec<u8>, OpenError> {
        let path = self.root.join(path);
        fs::read(&path).map_err(|source| OpenError::Read { path, source })
    }

    fn blob(&self, named: &Descriptor) -> Result<Vec<u8>, OpenError> {
        let bytes = self.file(&Path::new("blobs/sha256").join(named.digest.hex()))?;
        let right = bytes.len() as u64 == named.size && Digest::of(&bytes) == named.digest;
        if right { Ok(bytes) } else { Err(OpenError::Content(named.digest.clone())) }
    }

    fn json<T: DeserializeOwned>(&self, named: &Descriptor) -> Result<T, OpenError> {
        json(&named.digest.to_string(), &self.blob(named)?)
    }

    fn image(&self, reference: &str, named: &Descriptor, platform: &Descriptor) -> Result<Finished, OpenError> {
        let manifest: Manifest = self.json(platform)?;
        let config: Value = self.json(&manifest.config)?;
        let mut files = BTreeMap::new();
        for (at, layer) in manifest.layers.iter().enumerate() {
            let failed = |source| OpenError::Layer { digest: layer.digest.clone(), source };
            let mut archive = Vec::new();
            GzDecoder::new(self.blob(layer)?.as_slice()).read_to_end(&mut archive).map_err(failed)?;
            if config["rootfs"]["diff_ids"][at] != Digest::of(&archive).to_string() {
                return Err(OpenError::DiffId(layer.digest.clone()));
            }
            lay(&mut files, &archive).map_err(failed)?;
        }
        let lacks = |lacks| OpenError::Lacks { what: manifest.config.digest.to_string(), lacks };
        let word = |key: &'static str| config[key].as_str().ok_or_else(|| lacks(key));
        Ok(Finished {
            reference: reference.to_owned(),
            platform: format!("{}/{}", word("os")?, word("architecture")?),
            indexed: platform.platform.clone(),
            named: named.clone(),
            manifest: platform.digest.clone(),
            configuration: manifest.config.digest.clone(),
            layers: manifest.layers.into_iter().map(|layer| layer.digest).collect(),
            config,
            files,
        })
    }
}

fn json<T: DeserializeOwned>(what: &str, bytes: &[u8]) -> Result<T, OpenError> {
    serde_json::from_slice(bytes).map_err(|source| OpenError::Json { what: what.to_owned(), source })
}
