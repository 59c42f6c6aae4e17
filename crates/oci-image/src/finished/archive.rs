//! An archive for `docker load`, read back: what either store of Docker reads of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, BufReader, Read as _};
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use tar::EntryType;

use crate::config::Descriptor;
use crate::digest::Digest;
use crate::finished::OpenError;

/// Files at an archive's root.
const ROOT: [&str; 3] = ["oci-layout", "index.json", "manifest.json"];

/// One archive.
#[derive(Debug, Clone)]
pub struct Archive {
    /// Its file's name.
    pub file: String,
    /// The platform of the hosts that it is for, by its name; as OCI writes it.
    pub host: String,
    /// What `index.json` names.
    pub index: Vec<Descriptor>,
    /// What `manifest.json` lists.
    pub classic: Vec<Classic>,
    /// Its blobs, each with the content that its name says.
    pub blobs: BTreeSet<Digest>,
    /// Members that are none of these, or come again.
    pub strange: Vec<String>,
}

/// An image as the classic store reads it.
#[derive(Debug, Clone, Deserialize)]
pub struct Classic {
    /// The configuration's path.
    #[serde(rename = "Config")]
    pub config: String,
    /// The layers' paths, the lowest first.
    #[serde(rename = "Layers")]
    pub layers: Vec<String>,
    /// What it is known by.
    #[serde(rename = "RepoTags")]
    pub references: Vec<String>,
}

#[derive(Deserialize)]
struct Index {
    manifests: Vec<Descriptor>,
}

/// The archives of what `assemble` made, by name; `None` for a mere layout, which has none.
///
/// # Errors
/// If one cannot be read, lacks what a reader asks for, or has a blob that is not what its name says.
pub fn read_archives(directory: &Path) -> Result<Option<Vec<Archive>>, OpenError> {
    if !directory.join("oci").is_dir() {
        return Ok(None);
    }
    let failed = |source| OpenError::Read { path: directory.to_owned(), source };
    let entries = fs::read_dir(directory).map_err(failed)?.collect::<Result<Vec<_>, _>>().map_err(failed)?;
    let mut names: Vec<_> = entries.iter().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort_unstable();
    let archives = names.iter().filter_map(|name| Some((name, name.strip_suffix(".tar")?)));
    archives.map(|(name, stem)| read(directory, name, stem)).collect::<Result<_, _>>().map(Some)
}

fn read(directory: &Path, name: &str, stem: &str) -> Result<Archive, OpenError> {
    let path = directory.join(name);
    let members = File::open(&path).and_then(|file| Members::of(BufReader::new(file)));
    let members = members.map_err(|source| OpenError::Read { path, source })?;
    if let Some(other) = members.other_content {
        return Err(OpenError::Content(other));
    }
    let host = stem.rsplit('-').next().unwrap_or_default();
    let index: Index = json(name, &members.root, "index.json")?;
    Ok(Archive {
        file: name.to_owned(),
        host: format!("linux/{host}"),
        index: index.manifests,
        classic: json(name, &members.root, "manifest.json")?,
        blobs: members.blobs,
        strange: members.strange,
    })
}

fn json<T: DeserializeOwned>(
    archive: &str,
    root: &BTreeMap<String, Vec<u8>>,
    name: &'static str,
) -> Result<T, OpenError> {
    let what = || format!("{archive}: {name}");
    let bytes = root.get(name).ok_or_else(|| OpenError::Lacks { what: archive.to_owned(), lacks: name })?;
    serde_json::from_slice(bytes).map_err(|source| OpenError::Json { what: what(), source })
}

#[derive(Default)]
struct Members {
    root: BTreeMap<String, Vec<u8>>,
    blobs: BTreeSet<Digest>,
    strange: Vec<String>,
    /// A blob that is not what its name says.
    other_content: Option<Digest>,
}

impl Members {
    fn of(reader: impl io::Read) -> io::Result<Self> {
        let mut members = Self::default();
        for entry in tar::Archive::new(reader).entries()? {
            let mut entry = entry?;
            let name = entry.path()?.to_string_lossy().into_owned();
            let kind = entry.header().entry_type();
            if kind == EntryType::Directory && matches!(name.as_str(), "blobs/" | "blobs/sha256/") {
                continue;
            }
            let mut content = Vec::new();
            entry.read_to_end(&mut content)?;
            let new = kind == EntryType::Regular && members.take(&name, content);
            if !new {
                members.strange.push(name);
            }
        }
        Ok(members)
    }

    /// Whether it is something that readers ask for, and the first of its name.
    fn take(&mut self, name: &str, content: Vec<u8>) -> bool {
        if ROOT.contains(&name) {
            return self.root.insert(name.to_owned(), content).is_none();
        }
        let digits = name.strip_prefix("blobs/sha256/").map(|digits| format!("sha256:{digits}"));
        let Some(Ok(named)) = digits.map(Digest::try_from) else { return false };
        if Digest::of(&content) != named {
            self.other_content.get_or_insert_with(|| named.clone());
        }
        self.blobs.insert(named)
    }
}
