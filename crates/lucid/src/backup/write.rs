//! The archive: a tar of what [`contents`](super::contents) lists, in that order, each file hashed as it goes in.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use service::clock::{Clock, SystemClock};
use sha2::{Digest, Sha256};
use tar::{Builder, EntryType};

use super::contents::{DATABASE, HOME, Places, TOKEN};
use super::manifest::{HEADER, Header, MANIFEST, Manifest, Member};
use super::token;
use crate::steps::Steps;

/// Only the owner may read what is put back, unless the plane's directory says otherwise.
const PRIVATE: u32 = 0o600;

/// Writes everything into `output`; gives it back unfinished.
pub(super) async fn all<W: Write>(
    output: W,
    header: &Header,
    places: &Places,
    scratch: &Path,
    steps: &Steps,
) -> Result<W> {
    let mut archive = Archive { tar: Builder::new(output), manifest: Manifest::default() };
    archive.json(HEADER, header)?;
    steps.begin("copying the token's objects");
    match token::objects(&places.token)? {
        Some(objects) => {
            for (name, bytes) in &objects {
                archive.bytes(&format!("{TOKEN}{}", name.display()), PRIVATE, bytes)?;
            }
            steps.done(&format!("the token: {} files", objects.len()));
        }
        None => steps.notice("no software token is here: back the token up by its own means, see hsm/README.md"),
    }
    let (files, odd) = places.configuration()?;
    for name in &files {
        archive.configuration(&places.home, name)?;
    }
    steps.done(&format!("configuration and secrets: {} files", files.len()));
    for name in odd {
        steps.notice(&format!("{} is left out: it is no small file", name.display()));
    }
    for (service, directory) in &places.databases {
        steps.begin(&format!("copying {service}'s database"));
        let (from, copy) = (Places::database(service, directory), Places::database(service, scratch));
        let at = SystemClock.now();
        let copied = store::snapshot(&from, &copy).await;
        copied.with_context(|| format!("{} cannot be copied", from.display()))?;
        let size = archive.file(&format!("{DATABASE}{service}.sqlite"), &copy, at)?;
        fs::remove_file(&copy)?;
        steps.done(&format!("{service}'s database: {size} bytes"));
    }
    let manifest = std::mem::take(&mut archive.manifest);
    archive.json(MANIFEST, &manifest)?;
    archive.tar.into_inner().context("it cannot be written to its end")
}

struct Archive<W: Write> {
    tar: Builder<W>,
    manifest: Manifest,
}

impl<W: Write> Archive<W> {
    /// What the archive says of itself; not on its own list.
    fn json(&mut self, name: &str, document: &impl serde::Serialize) -> Result<()> {
        let text = serde_json::to_vec_pretty(document)?;
        self.append(name, PRIVATE, text.len() as u64, text.as_slice()).map(drop)
    }

    fn configuration(&mut self, home: &Path, name: &PathBuf) -> Result<()> {
        let path = home.join(name);
        let read =
            || -> std::io::Result<_> { Ok((fs::metadata(&path)?.permissions().mode() & 0o777, fs::read(&path)?)) };
        let (mode, bytes) = read().with_context(|| format!("{} cannot be read", path.display()))?;
        self.bytes(&format!("{HOME}{}", name.display()), mode, &bytes)
    }

    fn bytes(&mut self, name: &str, mode: u32, bytes: &[u8]) -> Result<()> {
        let at = SystemClock.now();
        let sha256 = self.append(name, mode, bytes.len() as u64, bytes)?;
        self.manifest.members.push(Member { name: name.to_owned(), size: bytes.len() as u64, sha256, at });
        Ok(())
    }

    fn file(&mut self, name: &str, path: &Path, at: primitives::UnixMs) -> Result<u64> {
        let file = File::open(path).with_context(|| format!("{} cannot be read", path.display()))?;
        let size = file.metadata()?.len();
        let sha256 = self.append(name, PRIVATE, size, file)?;
        self.manifest.members.push(Member { name: name.to_owned(), size, sha256, at });
        Ok(size)
    }

    /// Appends one file; its hash.
    fn append(&mut self, name: &str, mode: u32, size: u64, bytes: impl Read) -> Result<String> {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(EntryType::Regular);
        header.set_size(size);
        header.set_mode(mode);
        let mut hashed = Hashed { bytes: bytes.take(size), hash: Sha256::new() };
        let appended = self.tar.append_data(&mut header, name, &mut hashed);
        appended.with_context(|| format!("{name} cannot be written"))?;
        Ok(hex::encode(hashed.hash.finalize()))
    }
}

/// Bytes on their way, hashed.
pub(super) struct Hashed<R> {
    pub(super) bytes: R,
    pub(super) hash: Sha256,
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let length = self.bytes.read(buffer)?;
        self.hash.update(&buffer[..length]);
        Ok(length)
    }
}
