//! What is really in an image: read from the finished image, not from a list of intentions.
//!
//! Crates come from the program's own auditable section, less those that the compiler did not make; Debian's packages, and
//! the sources that Debian linked into their programs, from the image's dpkg metadata. Only what leaves no trace (packages linked in statically, C sources inside crates)
//! comes from the recipe and from a table.

pub mod bundled;
mod compiled;
mod crates;
mod debian;
mod licences;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::finished::Finished;
use crate::foreign::{self, Foreign};
use crate::recipe::LinkedPackage;

pub use compiled::Compiled;
pub(crate) use crates::LONGEST_LIST;
pub use licences::{CrateLicences, debian_licence};

/// What is in one image on one platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inventory {
    /// The image's name in its recipe.
    pub name: String,
    /// The image's reference.
    pub reference: String,
    /// As OCI writes it.
    pub platform: String,
    /// The manifest's digest, in hexadecimal.
    pub manifest: String,
    /// The image's version, from its labels.
    pub version: String,
    /// The image's licence, from its labels.
    pub licence: String,
    /// By id.
    pub components: BTreeMap<String, Component>,
    /// What each stands on, by id.
    pub edges: BTreeMap<String, BTreeSet<String>>,
}

/// Something with a name and a version of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    /// What kind of thing.
    pub kind: ComponentKind,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// An SPDX expression; `None` if nobody knows.
    pub licence: Option<String>,
    /// Its package URL; `None` for what is published nowhere.
    pub purl: Option<String>,
}

/// Where a component comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ComponentKind {
    /// A crate of this workspace.
    Own,
    /// A crate from a registry.
    Crate,
    /// C or assembly inside a crate.
    Bundled,
    /// A Debian package whose code is linked into the program.
    Linked,
    /// A Debian package whose files are in the image.
    Package,
    /// A Debian source package whose code is linked into a program of such a package.
    Source,
}

impl ComponentKind {
    /// The word for it in SBOMs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Own => "workspace",
            Self::Crate => "crate",
            Self::Bundled => "bundled",
            Self::Linked => "debian-linked",
            Self::Package => "debian",
            Self::Source => "debian-source",
        }
    }
}

/// An image whose contents cannot be accounted for.
#[derive(Debug, thiserror::Error)]
pub enum InventoryError {
    /// No program where the entry point says.
    #[error("{0} has no program at its entry point")]
    NoProgram(String),
    /// Built without `cargo auditable`, or the section is broken.
    #[error("{image}: {program} has no readable auditable section; build it with cargo auditable")]
    NotAuditable {
        /// The image.
        image: String,
        /// The program.
        program: String,
        /// Why.
        #[source]
        source: auditable_info::Error,
    },
    /// The list of compiled crates cannot be read.
    #[error("{}: no list of compiled crates", .path.display())]
    NoList {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A line that names no crate; empty if there was none at all.
    #[error("{0:?} is no compiled crate's name and version")]
    Compiled(String),
    /// The compiler made a crate that the program does not list.
    #[error("{program} is made of {missing}, which its auditable section does not list")]
    Unlisted {
        /// The program.
        program: String,
        /// The first such crate, by name and version.
        missing: String,
    },
    /// An image of a program of Debian's has no metadata of the program's package.
    #[error("{image} has no package {package}")]
    NoPackage {
        /// The image.
        image: String,
        /// The package.
        package: &'static str,
    },
    /// A package's metadata lacks a field.
    #[error("{path} has no field {field}")]
    Status {
        /// The file.
        path: String,
        /// The field.
        field: &'static str,
    },
}

impl Inventory {
    /// Of a finished image that its recipe calls `name`; `linked`, `compiled` and `licences` say what it cannot.
    ///
    /// # Errors
    /// If its program carries no list of its crates or lacks one that was compiled, or its dpkg metadata is broken.
    pub fn of(
        name: &str,
        image: &Finished,
        linked: &[LinkedPackage],
        compiled: Option<&Compiled>,
        licences: &CrateLicences,
    ) -> Result<Self, InventoryError> {
        let label = |name: &str| image.config["config"]["Labels"][name].as_str().unwrap_or_default().to_owned();
        let mut inventory = Self {
            name: name.to_owned(),
            reference: image.reference.clone(),
            platform: image.platform.clone(),
            manifest: image.manifest.hex(),
            version: label("org.opencontainers.image.version"),
            licence: label("org.opencontainers.image.licenses"),
            components: BTreeMap::new(),
            edges: BTreeMap::new(),
        };
        let foreign = foreign::of(&label("lucid.service"));
        if foreign.is_none() {
            crates::add(&mut inventory, image, compiled, licences)?;
            bundled::add(&mut inventory);
        }
        debian::add_linked(&mut inventory, linked);
        debian::add_packages(&mut inventory, image)?;
        if let Some(Foreign { package, .. }) = foreign {
            let is_it = |component: &Component| component.kind == ComponentKind::Package && component.name == *package;
            if !inventory.components.values().any(is_it) {
                return Err(InventoryError::NoPackage { image: inventory.reference, package });
            }
        }
        Ok(inventory)
    }

    /// The name that files are called after: the image's and the architecture's.
    pub fn file_name(&self) -> String {
        format!("{}-{}", self.name, self.architecture())
    }

    /// OCI's word, which is Debian's too.
    pub fn architecture(&self) -> &str {
        self.platform.rsplit('/').next().unwrap_or(&self.platform)
    }

    fn add(&mut self, component: Component) -> String {
        let Component { kind, name, version, .. } = &component;
        let id = format!("{}:{name}@{version}", kind.name());
        self.components.insert(id.clone(), component);
        id
    }

    fn depend(&mut self, from: &str, to: String) {
        self.edges.entry(from.to_owned()).or_default().insert(to);
    }
}
