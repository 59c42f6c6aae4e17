//! The release key's word for what images a release is made of.

use prost::Message;

use super::fields::{array, ascending, line};
use super::{Hashed, Statement, StatementError};

/// The longest name or version in bytes.
const LONGEST: usize = 256;

/// One image of a release.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ImageDigest {
    /// The image's name without registry and tag.
    pub image: String,
    /// The platform as OCI writes it, for example `linux/amd64`.
    pub platform: String,
    /// SHA-256 of the image's manifest, which is what a registry calls its digest.
    pub sha256: [u8; 32],
}

/// A release: the sources that it was made from, and every image's digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// What is released.
    pub name: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of the filtered sources.
    pub source: [u8; 32],
    /// At least one image, in ascending order of image, platform and digest, none twice.
    pub digests: Vec<ImageDigest>,
}

#[derive(Clone, PartialEq, Message)]
struct WireDigest {
    #[prost(string, tag = "1")]
    image: String,
    #[prost(string, tag = "2")]
    platform: String,
    #[prost(bytes = "vec", tag = "3")]
    sha256: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
struct Wire {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(string, tag = "2")]
    version: String,
    #[prost(bytes = "vec", tag = "3")]
    source: Vec<u8>,
    #[prost(message, repeated, tag = "4")]
    digests: Vec<WireDigest>,
}

impl ImageDigest {
    fn to_wire(&self) -> WireDigest {
        WireDigest { image: self.image.clone(), platform: self.platform.clone(), sha256: self.sha256.to_vec() }
    }

    fn from_wire(wire: &WireDigest) -> Result<Self, StatementError> {
        Ok(Self {
            image: line(&wire.image, LONGEST, "image")?,
            platform: line(&wire.platform, LONGEST, "platform")?,
            sha256: array(&wire.sha256, "digest")?,
        })
    }
}

impl Hashed for Release {}

impl Statement for Release {
    const DOMAIN: &'static [u8] = b"lucid-plane/release/v1\0";

    fn encode(&self) -> Vec<u8> {
        Wire {
            name: self.name.clone(),
            version: self.version.clone(),
            source: self.source.to_vec(),
            digests: self.digests.iter().map(ImageDigest::to_wire).collect(),
        }
        .encode_to_vec()
    }

    fn decode(bytes: &[u8]) -> Result<Self, StatementError> {
        let wire = Wire::decode(bytes).map_err(|_| StatementError::Malformed("release"))?;
        let release = Self {
            name: line(&wire.name, LONGEST, "name")?,
            version: line(&wire.version, LONGEST, "version")?,
            source: array(&wire.source, "source")?,
            digests: wire.digests.iter().map(ImageDigest::from_wire).collect::<Result<_, _>>()?,
        };
        let same_image = |pair: &[ImageDigest]| pair[0].image == pair[1].image && pair[0].platform == pair[1].platform;
        if release.digests.is_empty() || !ascending(&release.digests) || release.digests.windows(2).any(same_image) {
            return Err(StatementError::Malformed("digests: at least one, sorted, one for an image and platform"));
        }
        if release.encode() == bytes { Ok(release) } else { Err(StatementError::Malformed("not the one encoding")) }
    }
}
