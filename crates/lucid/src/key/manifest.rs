//! A key's manifest in words, and held against the audit key.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result, bail};
use api::wallet_manager::key::{KeyView, SignedManifest};
use primitives::PlaneId;
use primitives::statement::Manifest;
use serde::Serialize;
use serde_json::Value;
use tron_tx::{PublicKey, TokenSigned};

use crate::output::Output;
use crate::tx_inspect::date::utc;

/// A key as `--json` shows it.
#[derive(Debug, Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    key: &'a KeyView,
    /// The audit key that vouches for the manifest; none where none was written down.
    verified_by: Option<String>,
}

/// Shows a key with its manifest. One that the trusted audit key has not signed is an error.
pub(super) fn show(key: &KeyView, trusted: Option<&PublicKey>, plane: PlaneId, output: Output) -> Result<()> {
    let mut text = super::words(key);
    if let Some(retired) = &key.retired {
        let by = retired.operators.join(" and ");
        write!(text, "\nRetired      {} by {by}: it signs nothing any more", utc(retired.at.0)).ok();
    }
    let mut verified_by = None;
    if let Some(signed) = &key.manifest {
        let manifest = read(signed)?;
        if let Some(trusted) = trusted {
            held(&manifest, trusted, Some(plane))?;
            let own = manifest.unverified();
            if own.key_id != key.key_id || own.class != key.class || own.label != key.name.as_str() {
                bail!("the manifest is of another key");
            }
            verified_by = Some(hex::encode(trusted.to_compressed()));
        }
        write!(text, "\n{}", words(manifest.unverified())).ok();
        text.push_str(match verified_by {
            Some(_) => "\nVerified: signed by the audit key that was written down",
            None => "\nNot verified: no audit key was written down here; name one with --audit-key",
        });
    }
    output.show(&Shown { key, verified_by }, text)
}

/// Verifies a file without asking anybody.
pub(super) fn verify_file(file: &Path, trusted: &PublicKey, plane: Option<PlaneId>, output: Output) -> Result<()> {
    let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let mut document: Value = serde_json::from_str(&text).with_context(|| format!("{} is no JSON", file.display()))?;
    let manifest = document.get_mut("manifest").map(Value::take).unwrap_or(document);
    let signed: TokenSigned<Manifest> =
        serde_json::from_value(manifest).with_context(|| format!("{} has no manifest", file.display()))?;
    held(&signed, trusted, plane)?;
    let text = format!("{}\nVerified: signed by the audit key", words(signed.unverified()));
    output.show(&signed, text)
}

fn read(signed: &SignedManifest) -> Result<TokenSigned<Manifest>> {
    serde_json::from_value(serde_json::to_value(signed)?).context("wallet-manager's manifest cannot be read")
}

/// Whether the audit key has signed it, and it agrees with itself and is of this plane.
fn held(signed: &TokenSigned<Manifest>, trusted: &PublicKey, plane: Option<PlaneId>) -> Result<()> {
    let manifest = signed.verify(trusted).context("the manifest is not signed by the audit key that is trusted")?;
    if plane.is_some_and(|plane| plane != manifest.plane) {
        bail!("the manifest is of the plane {}", manifest.plane);
    }
    let key = PublicKey::from_sec1(&manifest.public_key).context("the manifest's public key")?;
    if key.address() != manifest.address {
        bail!("the manifest's address is not that of its key");
    }
    Ok(())
}

fn words(manifest: &Manifest) -> String {
    let Manifest { plane, label, public_key, attributes, token, made_at, operators, ceremony, .. } = manifest;
    let mut text = format!("Public key   {}", hex::encode(public_key));
    write!(text, "\nPlane        {plane}").ok();
    write!(text, "\nLabel        {label}").ok();
    write!(text, "\nMade         {}", utc(made_at.0)).ok();
    if operators.is_empty() {
        text.push_str("\nDecided by   nobody: the signer needs it");
    } else {
        write!(text, "\nDecided by   {} (nonce {})", operators.join(" and "), hex::encode(ceremony)).ok();
    }
    let firmware = &token.firmware;
    write!(text, "\nToken        {} ({}, serial {}, firmware {firmware})", token.label, token.model, token.serial).ok();
    for attribute in attributes {
        write!(text, "\n  {} = {}", attribute.name, attribute.value).ok();
    }
    text
}
