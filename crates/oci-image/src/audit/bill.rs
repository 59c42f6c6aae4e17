//! A CycloneDX document of ours, read back.

use serde::Deserialize;

use crate::inventory::ComponentKind;

/// A bill of materials: what the SBOM of one image lists.
#[derive(Debug, Clone)]
pub struct Bill {
    /// The image's reference and platform.
    pub image: String,
    /// Its manifest, which says that it is this one: `sha256:…`.
    pub manifest: String,
    /// What is in it.
    pub components: Vec<Listed>,
}

/// One component.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// An SPDX expression, if one is known.
    pub licence: Option<String>,
    /// Where it comes from, as the SBOM's property `lucid:kind` says.
    pub kind: String,
}

/// A document that is no SBOM of ours.
#[derive(Debug, thiserror::Error)]
pub enum BillError {
    /// Not the JSON that it should be.
    #[error("no CycloneDX document of oci-image")]
    Json(#[from] serde_json::Error),
    /// A component does not say where it comes from.
    #[error("{0} has no property lucid:kind")]
    Kind(String),
    /// The document does not say which image it is of.
    #[error("{0} has no SHA-256")]
    Manifest(String),
}

#[derive(Deserialize)]
struct Document {
    metadata: Metadata,
    components: Vec<Component>,
}

#[derive(Deserialize)]
struct Metadata {
    component: Component,
}

#[derive(Deserialize)]
struct Component {
    name: String,
    version: String,
    #[serde(default)]
    hashes: Vec<Hash>,
    licenses: Vec<Licence>,
    properties: Vec<Property>,
}

#[derive(Deserialize)]
struct Hash {
    alg: String,
    content: String,
}

#[derive(Deserialize)]
struct Licence {
    expression: String,
}

#[derive(Deserialize)]
struct Property {
    name: String,
    value: String,
}

impl Bill {
    /// Reads a document.
    ///
    /// # Errors
    /// If `oci-image sbom` has not written it.
    pub fn parse(json: &[u8]) -> Result<Self, BillError> {
        let document: Document = serde_json::from_slice(json)?;
        let platform = document.metadata.component.property("lucid:platform").unwrap_or_default();
        let image = format!("{} {platform}", document.metadata.component.name);
        let manifest = document.metadata.component.hashes.iter().find(|hash| hash.alg == "SHA-256");
        let manifest = manifest.ok_or_else(|| BillError::Manifest(image.clone()))?;
        let manifest = format!("sha256:{}", manifest.content);
        let components = document.components.into_iter().map(|component| {
            let kind = component.property("lucid:kind").ok_or_else(|| BillError::Kind(component.name.clone()))?;
            let licence = component.licenses.into_iter().next().map(|licence| licence.expression);
            Ok(Listed { name: component.name, version: component.version, licence, kind })
        });
        Ok(Self { image, manifest, components: components.collect::<Result<_, BillError>>()? })
    }
}

impl Component {
    fn property(&self, name: &str) -> Option<String> {
        self.properties.iter().find(|property| property.name == name).map(|property| property.value.clone())
    }
}

impl Listed {
    /// A crate of a registry, which advisories know.
    pub fn is_crate(&self) -> bool {
        self.kind == ComponentKind::Crate.name()
    }

    /// A source package that Debian linked into a program of its own.
    pub fn is_debian_source(&self) -> bool {
        self.kind == ComponentKind::Source.name()
    }

    /// A crate of a registry or of the workspace: nothing but `deny.toml` speaks for its licence.
    pub fn is_rust(&self) -> bool {
        self.is_crate() || self.kind == ComponentKind::Own.name()
    }
}
