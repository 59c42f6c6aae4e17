//! `lucid init --check`: whether a plane in containers may start. It is asked by the container that starts before all
//! others (compose/compose.yaml), which alone has every service's secrets before it, read-only.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use anyhow::{Context, Result, bail};
use primitives::statement::VerifyKey;
use serde_json::json;
use service::config::secret;

use super::containers::USER;
use crate::directory::Directory;
use crate::output::Output;
use crate::roster::ROSTER;

/// The command. Every fault is named, each with what is wrong.
pub(super) fn run(directory: &Directory, output: Output) -> Result<()> {
    let faults = faults(directory, USER);
    if !faults.is_empty() {
        bail!(
            "the plane does not start:\n  {}\nLUCID_HOME is to name a directory that `lucid init --containers --data DIR` made; a \
             key that was lost comes back from a backup alone, and a vendor's PIN is yours to put there",
            faults.join("\n  ")
        );
    }
    output.show(&json!({ "complete": true }), "Every secret is there, of its own, and its owner's alone".to_owned())
}

/// What keeps the plane from starting.
fn faults(directory: &Directory, user: u32) -> Vec<String> {
    let mut faults = Vec::new();
    let mut keys: BTreeMap<String, VerifyKey> = BTreeMap::new();
    for member in &ROSTER {
        let call = ("call_key", directory.call_key(member.name));
        let authority = member.has_authority.then(|| ("authority_key", directory.authority_key(member.name)));
        for (what, path) in [call].into_iter().chain(authority) {
            let name = format!("{}'s {what}", member.name);
            let key = private(&path, user).and_then(|()| Ok(secret::sign_key(&name, &path)?.verify_key()));
            match key {
                Ok(key) => {
                    if let Some((other, _)) = keys.iter().find(|(_, known)| known.to_bytes() == key.to_bytes()) {
                        faults.push(format!("{name} is also {other}: each is a secret of its own"));
                    }
                    keys.insert(name, key);
                }
                Err(error) => faults.push(format!("{name}: {error:#}")),
            }
        }
    }
    let pin = directory.pin();
    let readable = private(&pin, user).and_then(|()| Ok(secret::read("the token's PIN", &pin).map(drop)?));
    faults.extend(readable.err().map(|error| format!("the token's PIN: {error:#}")));
    for member in &ROSTER {
        match pinned(directory, member.name) {
            Ok(pinned) => faults.extend(pinned.into_iter().filter_map(|(name, pinned)| {
                // A key that is missing was named above.
                let key = keys.get(&name)?.to_string();
                (key != pinned).then(|| format!("{}'s configuration has another public key for {name}", member.name))
            })),
            Err(error) => faults.push(format!("{}'s configuration: {error:#}", member.name)),
        }
    }
    faults
}

/// Only its owner may read it, and the owner is the containers' user.
fn private(path: &Path, user: u32) -> Result<()> {
    let found = fs::metadata(path).with_context(|| format!("{} is not there", path.display()))?;
    if !found.is_file() {
        bail!("{} is no file", path.display());
    }
    let mode = found.mode() & 0o7777;
    if mode != 0o400 || found.uid() != user {
        bail!(
            "{} has mode {mode:04o} and belongs to user {}: chmod 0400 and chown {user}:{user} it",
            path.display(),
            found.uid()
        );
    }
    Ok(())
}

/// The public keys of others that a service is configured with, by name.
fn pinned(directory: &Directory, service: &str) -> Result<Vec<(String, String)>> {
    let path = directory.config(service);
    let text = fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    let config: toml::Table = text.parse().with_context(|| format!("{} is no TOML", path.display()))?;
    let peers = config.get("peers").and_then(toml::Value::as_table).into_iter().flatten();
    let keys = peers.flat_map(|(peer, entry)| {
        ["call_key", "authority_key"].into_iter().filter_map(move |what| {
            let key = entry.get(what)?.as_str()?;
            Some((format!("{peer}'s {what}"), key.to_owned()))
        })
    });
    Ok(keys.collect())
}

#[cfg(test)]
mod tests;
