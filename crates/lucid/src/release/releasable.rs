//! What a publisher's key may vouch for: every image for every machine, of the sources that are released, and audited.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::Digests;

/// What a release is made of, as `nix/images.nix` has it.
const IMAGES: [&str; 12] = [
    "alertmanager",
    "devnet",
    "forwarder",
    "lucid",
    "payment-gateway",
    "payout-router",
    "prometheus",
    "tron-client",
    "trx-staking",
    "usdt-manager",
    "wallet-manager",
    "wallet-manager-softhsm",
];
const PLATFORMS: [&str; 2] = ["linux/amd64", "linux/arm64"];

/// The report of `oci-image audit`; what else is in it is for people.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Audit {
    clean: bool,
    /// No date if no advisory was looked up.
    advisories_until: Option<String>,
    images: Vec<Audited>,
}

#[derive(Debug, Clone, Deserialize)]
struct Audited {
    image: String,
    manifest: String,
    findings: Vec<Finding>,
}

#[derive(Debug, Clone, Deserialize)]
struct Finding {
    component: String,
    rule: String,
}

impl Audit {
    /// Reads the file's content.
    pub(super) fn parse(json: &[u8]) -> Result<Self> {
        serde_json::from_slice(json).context("no report of oci-image audit")
    }
}

/// The digests of a build, which must be those that the repository names: byte for byte, and so of the same sources.
pub(super) fn blessed(built: &[u8], golden: &[u8]) -> Result<Digests> {
    let named = Digests::parse(golden).context("the repository's digests")?;
    let digests = Digests::parse(built)?;
    let [made_from, named_from] = [digests.sources()?, named.sources()?].map(hex::encode);
    if made_from != named_from {
        bail!(
            "these images were made from the sources {made_from}, and the repository names those of {named_from}: \
             ./dev images --bless"
        );
    }
    if built != golden {
        bail!("these images are not the repository's, though of the same sources: ./dev repro says where they differ");
    }
    Ok(digests)
}

/// Refuses digests that are not complete, not of these sources (SHA-256, as Nix names the ones of a tree), or not audited.
/// Gives the date of the newest advisory that was known.
pub(super) fn releasable(digests: &Digests, sources: [u8; 32], audit: &Audit) -> Result<String> {
    let made_from = digests.sources()?;
    if made_from != sources {
        let [made_from, sources] = [made_from, sources].map(hex::encode);
        bail!("these images were made from the sources {made_from}, and what is released is {sources}: build again");
    }
    let manifests = complete(digests)?;
    let Some(until) = &audit.advisories_until else {
        bail!("the audit has looked up no advisories; ./dev lint brings the database for the next ./dev images");
    };
    if let Some((image, found)) =
        audit.images.iter().find_map(|audited| audited.findings.first().map(|found| (&audited.image, found)))
    {
        bail!("the audit found {} in {image}: {}", found.component, found.rule);
    }
    if !audit.clean {
        bail!("the audit is not clean");
    }
    for ((image, platform), manifest) in manifests {
        if !audit.images.iter().any(|audited| audited.manifest == manifest) {
            bail!("{image} for {platform}, {manifest}, is not what was audited");
        }
    }
    Ok(until.clone())
}

/// Every manifest by image and platform, if none is missing and none is of another image.
fn complete(digests: &Digests) -> Result<BTreeMap<(&str, &str), &str>> {
    let built: BTreeMap<_, _> = digests.manifests().collect();
    for image in IMAGES {
        for platform in PLATFORMS {
            if !built.contains_key(&(image, platform)) {
                bail!("{image} for {platform} is missing");
            }
        }
    }
    for (image, platform) in built.keys() {
        if !IMAGES.contains(image) || !PLATFORMS.contains(platform) {
            bail!("{image} for {platform} is not part of a release");
        }
    }
    Ok(built)
}

#[cfg(test)]
mod tests;
