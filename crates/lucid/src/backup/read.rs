//! Reading a backup to its end, and holding it against its own list. Nothing of it is believed before.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Component, Path};

use anyhow::{Context, Result, bail, ensure};
use primitives::UnixMs;
use sha2::{Digest, Sha256};
use tar::{Archive, EntryType};

use super::contents::TOKEN;
use super::manifest::{Checked, FORMAT, HEADER, Header, MANIFEST, Manifest, Member};
use super::sealed::{self, Identities};
use super::write::Hashed;

/// What a backup says of itself is small.
const DOCUMENT_MAX: u64 = 64 * 1024 * 1024;

/// A file of a backup on its way.
pub(crate) struct Passing<'a> {
    /// Its name in the archive; of plain components only.
    pub(crate) name: &'a str,
    /// Its mode.
    pub(crate) mode: u32,
    /// Its bytes.
    pub(crate) bytes: &'a mut dyn Read,
}

/// Reads it whole, and compares.
pub(crate) fn check(path: &Path, identities: &Identities) -> Result<Checked> {
    through(path, identities, |_, _| Ok(()))
}

/// Reads it whole, handing each file to `take`, and compares at the end.
pub(crate) fn through(
    path: &Path,
    identities: &Identities,
    mut take: impl FnMut(&Header, &mut Passing<'_>) -> Result<()>,
) -> Result<Checked> {
    let file = File::open(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let mut file = Hashed { bytes: file, hash: Sha256::new() };
    let mut archive = Archive::new(sealed::open(path, &mut file, identities)?);
    let (header, manifest, found) = members(&mut archive, &mut take).with_context(|| broken(path))?;
    // To the very end: that there is one is what the encryption vouches for.
    io::copy(&mut archive.into_inner(), &mut io::sink()).with_context(|| broken(path))?;
    let manifest = manifest.with_context(|| format!("{} has no list at its end", path.display()))?;
    let same = |listed: &Member, found: &Member| {
        (&listed.name, listed.size, &listed.sha256) == (&found.name, found.size, &found.sha256)
    };
    let all = manifest.members.len() == found.len()
        && manifest.members.iter().zip(&found).all(|(listed, found)| same(listed, found));
    ensure!(all, "{} does not have what its own list says", path.display());
    Ok(Checked {
        header,
        sha256: hex::encode(file.hash.finalize()),
        files: found.len(),
        bytes: found.iter().map(|member| member.size).sum(),
        token: found.iter().any(|member| member.name.starts_with(TOKEN)),
        members: manifest.members,
    })
}

fn broken(path: &Path) -> String {
    format!("{} was cut or changed", path.display())
}

type Members = (Header, Option<Manifest>, Vec<Member>);

fn members<R: Read>(
    archive: &mut Archive<R>,
    take: &mut impl FnMut(&Header, &mut Passing<'_>) -> Result<()>,
) -> Result<Members> {
    let mut entries = archive.entries()?;
    let mut first = entries.next().context("it is empty")??;
    ensure!(first.path()? == Path::new(HEADER), "it does not begin as a backup does");
    let header = header(&mut first)?;
    drop(first);
    let (mut manifest, mut found, mut names) = (None, Vec::new(), BTreeSet::new());
    for entry in entries {
        let mut entry = entry?;
        ensure!(manifest.is_none(), "something follows its list");
        ensure!(entry.header().entry_type() == EntryType::Regular, "not everything in it is a file");
        let name = entry.path()?.to_str().context("a name in it is no text")?.to_owned();
        if name == MANIFEST {
            manifest = Some(serde_json::from_reader(entry.by_ref().take(DOCUMENT_MAX)).context("its list")?);
            continue;
        }
        let plain = Path::new(&name).components().all(|part| matches!(part, Component::Normal(_)));
        ensure!(plain && names.insert(name.clone()), "{name:?} is no name that a backup has");
        let (mode, size) = (entry.header().mode()?, entry.size());
        let mut hashed = Hashed { bytes: entry, hash: Sha256::new() };
        take(&header, &mut Passing { name: &name, mode, bytes: &mut hashed })?;
        io::copy(&mut hashed, &mut io::sink())?;
        found.push(Member { name, size, sha256: hex::encode(hashed.hash.finalize()), at: UnixMs(0) });
    }
    Ok((header, manifest, found))
}

fn header(entry: &mut impl Read) -> Result<Header> {
    let document: serde_json::Value = serde_json::from_reader(entry.take(DOCUMENT_MAX)).context("its beginning")?;
    let format = document["format"].as_u64().context("its beginning names no form")?;
    if format > u64::from(FORMAT) {
        bail!("it is of a newer form, {format}, which lucid {} wrote", document["lucid"].as_str().unwrap_or("?"));
    }
    serde_json::from_value(document).context("its beginning")
}
