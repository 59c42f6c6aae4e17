//! `lucid release verify`: without a token, a network or a plane.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::Args;
use primitives::HexBytes;
use primitives::statement::{Hashed as _, ImageDigest, Release};
use serde::Serialize;
use tron_tx::{PublicKey, TokenSigned};

use super::keys::KeyFile;
use super::{Digests, public_key, read};
use crate::output::{Output, table};

/// What to hold against what.
#[derive(Debug, Clone, Args)]
pub(crate) struct VerifyArgs {
    /// The signed release.
    signed: PathBuf,
    /// `digests.json` of one's own build, or of the one that was fetched.
    #[arg(long, value_name = "FILE")]
    digests: PathBuf,
    /// The release key, from somewhere else than the release: SEC1 in hexadecimal.
    #[arg(long, value_name = "HEX", value_parser = public_key, required_unless_present = "keys")]
    key: Option<PublicKey>,
    /// The list of release keys that `lucid --json release keys` has written: a key that it calls retired is refused as
    /// `key_retired`.
    #[arg(long, value_name = "FILE", requires = "audit_key")]
    keys: Option<PathBuf>,
    /// The audit key of the publisher's token, which has signed the list; from somewhere else than the list.
    #[arg(long, value_name = "HEX", value_parser = public_key, requires = "keys")]
    audit_key: Option<PublicKey>,
}

/// Which releases are believed.
pub(super) enum Trusted<'a> {
    /// Those of this key.
    Key(&'a PublicKey),
    /// Those of a key that this list has in force by the word of this audit key; of this key, if one is named.
    List(&'a KeyFile, &'a PublicKey, Option<&'a PublicKey>),
}

/// A release that its key vouches for and whose digests are these.
#[derive(Debug, Serialize)]
struct Verified {
    name: String,
    version: String,
    sources: HexBytes,
    images: Vec<VerifiedImage>,
}

#[derive(Debug, Serialize)]
struct VerifiedImage {
    image: String,
    platform: String,
    manifest: String,
}

/// The command.
pub(super) fn run(args: &VerifyArgs, output: Output) -> Result<()> {
    let list = args.keys.as_ref().map(|path| KeyFile::parse(&read(path)?)).transpose()?;
    let trusted = match (&list, &args.audit_key, &args.key) {
        (Some(list), Some(audit_key), key) => Trusted::List(list, audit_key, key.as_ref()),
        (_, _, Some(key)) => Trusted::Key(key),
        _ => bail!("name the release key, or the list of keys with the audit key that signed it"),
    };
    let release = verified(&read(&args.signed)?, &read(&args.digests)?, &trusted)?;
    let shown = Verified::of(&release);
    let rows: Vec<_> = shown
        .images
        .iter()
        .map(|image| vec![image.image.clone(), image.platform.clone(), image.manifest.clone()])
        .collect();
    let text = format!(
        "{} {}, from sources {}\n{}",
        shown.name,
        shown.version,
        shown.sources,
        table(&["IMAGE", "PLATFORM", "MANIFEST"], &rows)
    );
    output.show(&shown, text)
}

/// The release, if a key that is trusted signed it and it is of these digests.
pub(super) fn verified(signed: &[u8], digests: &[u8], trusted: &Trusted<'_>) -> Result<Release> {
    let signed: TokenSigned<Release> = serde_json::from_slice(signed).context("no signed release")?;
    let release = match trusted {
        Trusted::Key(key) => by(&signed, key)?,
        Trusted::List(list, audit_key, key) => {
            let release = signed.unverified();
            let signer = signed.signature().signer(&release.digest()).context("the release is signed by no key")?;
            list.hold(signer, audit_key)?;
            key.map_or(Ok(release), |key| by(&signed, key))?
        }
    };
    let built = Digests::parse(digests)?.release(&release.name, &release.version)?;
    if let Some(difference) = difference(release, &built) {
        bail!("the digests are not the release's: {difference}");
    }
    Ok(release.clone())
}

fn by<'a>(signed: &'a TokenSigned<Release>, key: &PublicKey) -> Result<&'a Release> {
    signed.verify(key).context("the release is not signed by this key")
}

/// The first thing that differs, in words.
fn difference(release: &Release, built: &Release) -> Option<String> {
    if release.source != built.source {
        return Some(format!("sources {}, released {}", hex::encode(built.source), hex::encode(release.source)));
    }
    let named = |image: &ImageDigest| format!("{} for {}", image.image, image.platform);
    for image in &release.digests {
        let same = |other: &&ImageDigest| other.image == image.image && other.platform == image.platform;
        match built.digests.iter().find(same) {
            None => return Some(format!("{} is missing", named(image))),
            Some(other) if other.sha256 != image.sha256 => {
                let [built, released] = [other.sha256, image.sha256].map(hex::encode);
                return Some(format!("{} is {built}, released {released}", named(image)));
            }
            Some(_) => {}
        }
    }
    let added = built.digests.iter().find(|image| !release.digests.contains(image));
    added.map(|image| format!("{} is not part of the release", named(image)))
}

impl Verified {
    fn of(release: &Release) -> Self {
        let images = release.digests.iter().map(|image| VerifiedImage {
            image: image.image.clone(),
            platform: image.platform.clone(),
            manifest: format!("sha256:{}", hex::encode(image.sha256)),
        });
        Self {
            name: release.name.clone(),
            version: release.version.clone(),
            sources: release.source.to_vec().into(),
            images: images.collect(),
        }
    }
}
