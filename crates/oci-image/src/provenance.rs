//! Where an image comes from: an in-toto statement with SLSA's provenance predicate, version 1.
//!
//! It says nothing about when and by which run it was built: whoever builds the same sources gets the same bytes.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::canonical;
use crate::digests::ImageDigests;
use crate::recipe::{Build, ImageRecipe};

/// What the fields of `externalParameters` mean here.
pub const BUILD_TYPE: &str = "urn:lucid-plane:oci-image:recipe:v1";

/// The statement about one image: its index and the manifest of every platform, as JSON.
pub fn statement(build: &Build, image: &ImageRecipe, digests: &ImageDigests) -> Vec<u8> {
    let sha256 = |digest: &crate::digest::Digest| json!({ "sha256": digest.hex() });
    let mut subject = vec![json!({ "name": digests.reference, "digest": sha256(&digests.index.digest) })];
    for (platform, built) in &digests.platforms {
        let name = format!("{} ({})", digests.reference, platform.name());
        subject.push(json!({ "name": name, "digest": sha256(&built.manifest.digest) }));
    }
    let platforms: Vec<_> = image.platforms.keys().map(|platform| platform.name()).collect();
    canonical::pretty(&json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": subject,
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {
            "buildDefinition": {
                "buildType": BUILD_TYPE,
                "externalParameters": { "image": image.name, "platforms": platforms, "source": build.source },
                "resolvedDependencies": dependencies(build, image),
            },
            "runDetails": { "builder": { "id": build.builder, "version": versions() } },
        },
    }))
}

/// The sources and everything else that went in, by digest.
fn dependencies(build: &Build, image: &ImageRecipe) -> Vec<Value> {
    let sources = json!({ "uri": build.source, "name": "sources", "digest": { "sha256": build.source_sha256 } });
    let materials = build.materials.iter().chain(&image.materials);
    let materials = materials.map(|(name, sha256)| json!({ "name": name, "digest": { "sha256": sha256 } }));
    std::iter::once(sources).chain(materials).collect()
}

fn versions() -> BTreeMap<&'static str, &'static str> {
    BTreeMap::from([("oci-image", env!("CARGO_PKG_VERSION"))])
}
