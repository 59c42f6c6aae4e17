//! A layer's files, gathered from its entries and ordered by path.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use crate::recipe::{Entry, Target};
use crate::ustar::{Kind, Owner, Ustar, UstarError};

/// One path of a layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// What it is.
    pub content: Content,
    /// Its mode.
    pub mode: u32,
    /// Whose it is.
    pub owner: Owner,
}

/// What a path is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// A directory.
    Directory,
    /// A file.
    File(Vec<u8>),
    /// A symbolic link.
    Link(String),
}

impl Node {
    /// A directory that nobody described: somebody's parent.
    const PARENT: Self = Self { content: Content::Directory, mode: 0o755, owner: Owner::ROOT };
}

/// A layer's paths, without a leading slash, bytewise in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree {
    nodes: BTreeMap<String, Node>,
}

/// A layer that cannot be gathered.
#[derive(Debug, thiserror::Error)]
pub enum TreeError {
    /// A source is not there, or cannot be read.
    #[error("{} cannot be read", .path.display())]
    Read {
        /// The source.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Neither file, directory nor symbolic link, or a name that is not UTF-8.
    #[error("{} is no file, directory or symbolic link with a name in UTF-8", .0.display())]
    Odd(PathBuf),
    /// Two entries for one path.
    #[error("/{0} stands in the layer twice")]
    Twice(String),
    /// Something below a file or a link.
    #[error("/{0} is no directory, yet something is below it")]
    Below(String),
    /// A layer changes what a lower one has.
    #[error("/{0} is another thing in a lower layer")]
    Changed(String),
    /// The archive's format cannot hold it.
    #[error(transparent)]
    Format(#[from] UstarError),
}

impl Tree {
    /// Reads the entries' sources, relative to `base`.
    ///
    /// # Errors
    /// If a source cannot be read, or a path stands there twice.
    pub fn gather(entries: &[Entry], base: &Path) -> Result<Self, TreeError> {
        let mut tree = Self::default();
        for entry in entries {
            let owner = entry.owner;
            let path = entry.path.clone();
            match &entry.target {
                Target::File { source, mode } => {
                    let content = Content::File(read(&base.join(source))?);
                    tree.add(path, Node { content, mode: *mode, owner })?;
                }
                Target::Text { text, mode } => {
                    let content = Content::File(text.clone().into_bytes());
                    tree.add(path, Node { content, mode: *mode, owner })?;
                }
                Target::Link(target) => {
                    tree.add(path, Node { content: Content::Link(target.clone()), mode: 0o777, owner })?;
                }
                Target::Directory { mode } => {
                    tree.add(path, Node { content: Content::Directory, mode: *mode, owner })?;
                }
                Target::Tree(source) => tree.descend(&base.join(source), &path, owner)?,
            }
        }
        tree.add_parents()?;
        Ok(tree)
    }

    /// The paths in order.
    pub fn nodes(&self) -> &BTreeMap<String, Node> {
        &self.nodes
    }

    /// The archive.
    ///
    /// # Errors
    /// If a name is too long for it.
    pub fn archive(&self) -> Result<Vec<u8>, TreeError> {
        let mut archive = Ustar::default();
        for (path, node) in &self.nodes {
            let kind = match &node.content {
                Content::Directory => Kind::Directory,
                Content::File(content) => Kind::File(content),
                Content::Link(target) => Kind::Link(target),
            };
            archive.append(path, kind, node.mode, node.owner)?;
        }
        Ok(archive.finish())
    }

    /// Refuses a layer that would change what lower ones have: only equal directories may stand in several.
    ///
    /// # Errors
    /// Names the path.
    pub fn lies_upon<'a>(&self, mut lower: impl Iterator<Item = &'a Self>) -> Result<(), TreeError> {
        let clash = lower.find_map(|lower| {
            self.nodes.iter().find(|(path, node)| {
                lower.nodes.get(*path).is_some_and(|below| below != *node || node.content != Content::Directory)
            })
        });
        clash.map_or(Ok(()), |(path, _)| Err(TreeError::Changed(path.clone())))
    }

    fn add(&mut self, path: String, node: Node) -> Result<(), TreeError> {
        match self.nodes.get(&path) {
            // Trees share directories.
            Some(other) if *other == node && node.content == Content::Directory => Ok(()),
            Some(_) => Err(TreeError::Twice(path)),
            // The root belongs to whoever mounts it.
            None if path.is_empty() => Ok(()),
            None => {
                self.nodes.insert(path, node);
                Ok(())
            }
        }
    }

    fn descend(&mut self, source: &Path, path: &str, owner: Owner) -> Result<(), TreeError> {
        let failed = |error| TreeError::Read { path: source.to_owned(), source: error };
        self.add(path.to_owned(), Node { owner, ..Node::PARENT })?;
        for entry in fs::read_dir(source).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let from = entry.path();
            let Ok(name) = entry.file_name().into_string() else { return Err(TreeError::Odd(from)) };
            let to = if path.is_empty() { name } else { format!("{path}/{name}") };
            let about = entry.metadata().map_err(failed)?;
            if about.is_dir() {
                self.descend(&from, &to, owner)?;
            } else if about.is_symlink() {
                let target = fs::read_link(&from).map_err(failed)?.into_os_string().into_string();
                let target = target.map_err(|_| TreeError::Odd(from))?;
                self.add(to, Node { content: Content::Link(target), mode: 0o777, owner })?;
            } else if about.is_file() {
                // Whether its owner may run it is all that survives of a mode: a store or an umask changes the rest.
                let mode = if about.permissions().mode() & 0o100 == 0 { 0o444 } else { 0o555 };
                self.add(to, Node { content: Content::File(read(&from)?), mode, owner })?;
            } else {
                return Err(TreeError::Odd(from));
            }
        }
        Ok(())
    }

    fn add_parents(&mut self) -> Result<(), TreeError> {
        let paths: Vec<String> = self.nodes.keys().cloned().collect();
        for path in paths {
            for (at, _) in path.match_indices('/') {
                let parent = self.nodes.entry(path[..at].to_owned()).or_insert(Node::PARENT);
                if parent.content != Content::Directory {
                    return Err(TreeError::Below(path[..at].to_owned()));
                }
            }
        }
        Ok(())
    }
}

fn read(path: &Path) -> Result<Vec<u8>, TreeError> {
    fs::read(path).map_err(|source| TreeError::Read { path: path.to_owned(), source })
}
