//! Everything that a layout stores, by digest.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::digest::Digest;

/// Blobs in order of their digests; equal ones are stored once.
#[derive(Debug, Clone, Default)]
pub struct Blobs(BTreeMap<Digest, Arc<[u8]>>);

impl Blobs {
    /// Stores these bytes.
    pub fn add(&mut self, bytes: &[u8]) -> Digest {
        let digest = Digest::of(bytes);
        self.0.entry(digest.clone()).or_insert_with(|| bytes.into());
        digest
    }

    /// Those of these digests; the bytes are shared.
    #[must_use]
    pub fn only(&self, wanted: &BTreeSet<&Digest>) -> Self {
        let these = self.0.iter().filter(|(digest, _)| wanted.contains(digest));
        Self(these.map(|(digest, bytes)| (digest.clone(), Arc::clone(bytes))).collect())
    }

    /// All, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&Digest, &[u8])> {
        self.0.iter().map(|(digest, bytes)| (digest, bytes.as_ref()))
    }
}
