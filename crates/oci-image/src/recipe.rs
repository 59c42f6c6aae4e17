//! What to assemble: a JSON file, which the flake writes.
//!
//! Paths of sources are relative to the recipe's own directory, or absolute. Unknown keys are errors.

mod entry;
mod reference;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub use entry::{Entry, Target};
pub use reference::Reference;

/// UID and GID that every service runs as.
pub const USER: &str = "65532:65532";

/// The images of one build.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// Labels of every image; an image's own win.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// Where the images come from, for `oci-image provenance`.
    #[serde(default)]
    pub build: Option<Build>,
    /// The images; names and references are unique.
    pub images: Vec<ImageRecipe>,
}

/// Where the images of a recipe come from.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Build {
    /// A URI that names who built: the trust boundary, such as the flake's app on a named machine.
    pub builder: String,
    /// The name of the sources, such as the address of the repository.
    pub source: String,
    /// SHA-256 of the filtered sources, in hexadecimal.
    pub source_sha256: String,
    /// What else went in, by name: SHA-256 in hexadecimal, such as of `debian.lock` and `Cargo.lock`.
    #[serde(default)]
    pub materials: BTreeMap<String, String>,
}

/// One image, for one platform or more.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImageRecipe {
    /// Its name, such as `tron-client`.
    pub name: String,
    /// What `docker load` and `skopeo` know it by.
    pub reference: Reference,
    /// In which archive for `docker load` it is: `images` unless said. What not everybody wants is apart from the rest.
    #[serde(default = "images")]
    pub archive: String,
    /// What went into this image alone, by name: SHA-256 in hexadecimal.
    #[serde(default)]
    pub materials: BTreeMap<String, String>,
    /// Labels of its own.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// The program and its first arguments.
    pub entrypoint: Vec<String>,
    /// Further arguments, which `docker run` can replace.
    #[serde(default)]
    pub command: Vec<String>,
    /// How the container is asked whether it lives.
    #[serde(default)]
    pub healthcheck: Option<Healthcheck>,
    /// UID:GID; 65532:65532 unless said.
    #[serde(default = "user")]
    pub user: String,
    /// The environment.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// TCP ports.
    #[serde(default)]
    pub exposed_ports: BTreeSet<u16>,
    /// What it is made of, per platform.
    pub platforms: BTreeMap<Platform, PlatformRecipe>,
}

/// A health check in exec form.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Healthcheck {
    /// The program and its arguments.
    pub command: Vec<String>,
    /// Between two checks, in milliseconds.
    #[serde(default = "ten_seconds")]
    pub interval_ms: u64,
    /// Until a check counts as failed, in milliseconds.
    #[serde(default = "five_seconds")]
    pub timeout_ms: u64,
    /// After the start, while failures do not count, in milliseconds.
    #[serde(default = "ten_seconds")]
    pub start_period_ms: u64,
    /// Failures in a row that make it unhealthy.
    #[serde(default = "three")]
    pub retries: u32,
}

/// What an image is made of on one platform.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlatformRecipe {
    /// The layers, the lowest first. Equal layers of several images are made once.
    pub layers: Vec<LayerRecipe>,
    /// Debian packages whose code is linked into the binary statically, for the SBOM.
    #[serde(default)]
    pub linked: Vec<LinkedPackage>,
    /// What the compiler made for this binary: a line `NAME VERSION` per crate. Without it the SBOM believes the
    /// binary's auditable section, which names more.
    #[serde(default)]
    pub compiled: Option<PathBuf>,
}

/// One layer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayerRecipe {
    /// Its name, for the history and for tables.
    pub name: String,
    /// What is in it; the order does not matter, a path stands in it once.
    pub entries: Vec<Entry>,
}

/// A Debian package that has no dpkg metadata in the image, because only its code is in a binary.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkedPackage {
    /// The binary package, such as `libc6-dev`.
    pub package: String,
    /// The source package, such as `glibc`, if it has another name.
    #[serde(default)]
    pub source: Option<String>,
    /// dpkg's version.
    pub version: String,
    /// An SPDX expression.
    pub license: String,
}

/// The platforms that there are images for, by the names that OCI gives them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Platform {
    /// x86-64.
    #[serde(rename = "linux/amd64")]
    Amd64,
    /// AArch64.
    #[serde(rename = "linux/arm64")]
    Arm64,
}

impl Platform {
    /// OCI's word for the architecture, which is Debian's too.
    pub fn architecture(self) -> &'static str {
        match self {
            Self::Amd64 => "amd64",
            Self::Arm64 => "arm64",
        }
    }

    /// As in a recipe: `linux/amd64`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Amd64 => "linux/amd64",
            Self::Arm64 => "linux/arm64",
        }
    }
}

/// A recipe that cannot be assembled.
#[derive(Debug, thiserror::Error)]
pub enum RecipeError {
    /// Not the JSON of a recipe.
    #[error("the recipe is not well formed")]
    Json(#[from] serde_json::Error),
    /// Two images of one name or reference.
    #[error("two images are called {0}")]
    Twice(String),
    /// A name that cannot be a file's.
    #[error("{0:?} is no image's or archive's name: lower-case letters, digits and hyphens, please")]
    Name(String),
    /// Something that must not be empty is.
    #[error("{image} has no {what}")]
    Empty {
        /// The image.
        image: String,
        /// What is missing.
        what: &'static str,
    },
    /// An image's user is not numeric.
    #[error("{image} runs as {user:?}, which is not UID:GID")]
    User {
        /// The image.
        image: String,
        /// What was given.
        user: String,
    },
}

impl Recipe {
    /// Reads and checks a recipe.
    ///
    /// # Errors
    /// If it is not one, or names things twice, or leaves out what an image needs.
    pub fn parse(json: &[u8]) -> Result<Self, RecipeError> {
        let recipe: Self = serde_json::from_slice(json)?;
        let mut seen = BTreeSet::new();
        for image in &recipe.images {
            image.check()?;
            for name in [image.name.clone(), image.reference.to_string()] {
                if !seen.insert(name.clone()) {
                    return Err(RecipeError::Twice(name));
                }
            }
        }
        Ok(recipe)
    }

    /// An image's labels with those of the whole recipe.
    pub fn labels_of(&self, image: &ImageRecipe) -> BTreeMap<String, String> {
        self.labels.clone().into_iter().chain(image.labels.clone()).collect()
    }
}

impl ImageRecipe {
    fn check(&self) -> Result<(), RecipeError> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        for name in [&self.name, &self.archive] {
            if name.is_empty() || !name.bytes().all(plain) {
                return Err(RecipeError::Name(name.clone()));
            }
        }
        let empty = |what| RecipeError::Empty { image: self.name.clone(), what };
        if self.entrypoint.is_empty() {
            return Err(empty("entrypoint"));
        }
        if self.platforms.is_empty() {
            return Err(empty("platform"));
        }
        if self.platforms.values().any(|platform| platform.layers.is_empty()) {
            return Err(empty("layer"));
        }
        if entry::owner(&self.user).is_none() {
            return Err(RecipeError::User { image: self.name.clone(), user: self.user.clone() });
        }
        Ok(())
    }
}

fn user() -> String {
    USER.to_owned()
}

fn images() -> String {
    "images".to_owned()
}

fn ten_seconds() -> u64 {
    10_000
}

fn five_seconds() -> u64 {
    5_000
}

fn three() -> u32 {
    3
}
