//! One file that `docker load` takes, in every engine and store.
//!
//! It is an OCI layout and a docker-archive at once. The containerd store reads `index.json` and keeps all platforms;
//! the classic store reads `manifest.json`, which therefore lists the host's own images and no other: of two platforms
//! under one tag it would keep the last.

use serde_json::{Value, json};

use crate::canonical;
use crate::digest::Digest;
use crate::layout::Layout;
use crate::recipe::Platform;
use crate::ustar::{Kind, Owner, Ustar, UstarError};

/// The archive for hosts of this platform.
///
/// # Errors
/// None that is known: names are short and blobs below eight GiB.
pub fn docker_archive(layout: &Layout, host: Platform) -> Result<Vec<u8>, UstarError> {
    let mut archive = Ustar::default();
    let manifest = ("manifest.json", canonical::compact(&manifest(layout, host)));
    // Readers that stream take what they need first.
    for (name, bytes) in layout.root().into_iter().chain([manifest]) {
        archive.append(name, Kind::File(&bytes), 0o444, Owner::ROOT)?;
    }
    for directory in ["blobs", "blobs/sha256"] {
        archive.append(directory, Kind::Directory, 0o755, Owner::ROOT)?;
    }
    for (digest, bytes) in layout.blobs.iter() {
        archive.append(&path(digest), Kind::File(bytes), 0o444, Owner::ROOT)?;
    }
    Ok(archive.finish())
}

fn manifest(layout: &Layout, host: Platform) -> Value {
    let of_host = layout.images.iter().filter_map(|image| {
        let platform = image.platforms.iter().find(|platform| platform.platform == host)?;
        let layers: Vec<_> = platform.layers.iter().map(|layer| path(&layer.digest)).collect();
        Some(json!({ "Config": path(&platform.config.digest), "Layers": layers, "RepoTags": [image.reference] }))
    });
    of_host.collect()
}

fn path(digest: &Digest) -> String {
    format!("blobs/sha256/{}", digest.hex())
}
