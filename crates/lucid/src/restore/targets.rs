//! Where a backup's files are put, and the directories that hold them until all are whole.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::backup::contents::{DATABASE, DATABASES, HOME, Places, STAGE, TOKEN};
use crate::directory::Directory;
use crate::init::containers;

/// Where everything goes.
#[derive(Debug)]
pub(super) struct Targets {
    /// The plane's directory.
    pub(super) home: PathBuf,
    /// The volumes by service; none for a plane without containers, whose databases are in its directory.
    volumes: Option<PathBuf>,
}

impl Targets {
    /// Those of a plane's directory; of one for containers, with its volumes.
    pub(super) fn of(directory: &Directory, volumes: Option<&Path>) -> Self {
        Self { home: directory.path().to_owned(), volumes: volumes.map(Path::to_owned) }
    }

    /// Every directory that gets something.
    fn roots(&self) -> Vec<PathBuf> {
        self.volume_roots().into_iter().chain([self.home.clone()]).collect()
    }

    /// Where the plane's own files lie until all are whole.
    pub(super) fn stage(&self) -> PathBuf {
        self.home.join(STAGE)
    }

    /// An error unless nothing is there.
    pub(super) fn are_empty(&self) -> Result<()> {
        // One that was killed while it moved what was whole has left both.
        let hint = if self.roots().iter().any(|root| root.join(STAGE).exists()) {
            ". A restore was killed at its end and left it so: empty it, and every volume, and begin anew"
        } else {
            ""
        };
        for root in self.roots() {
            let entries = match fs::read_dir(&root) {
                Ok(entries) => entries,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error).with_context(|| format!("{} cannot be read", root.display())),
            };
            for entry in entries {
                let name = entry?.file_name();
                // What a restore that was killed has left is nothing yet.
                ensure!(
                    name == STAGE || name == "lost+found",
                    "{} is not empty: nothing was changed{hint}",
                    root.display()
                );
            }
        }
        Ok(())
    }

    /// Where a member of the archive lies until all are whole.
    pub(super) fn staged(&self, name: &str) -> Result<PathBuf> {
        let home = self.stage();
        let volume = |service: &str| self.volumes.as_ref().map(|volumes| volumes.join(service).join(STAGE));
        if let Some(name) = name.strip_prefix(HOME) {
            return Ok(home.join(name));
        }
        if let Some(name) = name.strip_prefix(TOKEN) {
            let objects =
                volume("wallet-manager").map_or_else(|| home.join("token/objects"), |stage| stage.join("tokens"));
            return Ok(objects.join(name));
        }
        let service = name.strip_prefix(DATABASE).and_then(|name| name.strip_suffix(".sqlite"));
        let service = service.filter(|service| DATABASES.contains(service));
        let service = service.with_context(|| format!("{name} is nothing that this version puts back"))?;
        let directory = volume(service).unwrap_or_else(|| home.join(service));
        Ok(Places::database(service, &directory))
    }

    /// Moves everything from where it was staged, the plane's own file last.
    pub(super) fn settle(&self) -> Result<()> {
        for root in self.roots() {
            let stage = root.join(STAGE);
            sync_below(&stage)?;
            let mut names: Vec<_> =
                fs::read_dir(&stage)?.map(|entry| Ok(entry?.file_name())).collect::<io::Result<_>>()?;
            names.sort_by_key(|name| (name == "plane.toml", name.clone()));
            for name in names {
                fs::rename(stage.join(&name), root.join(&name)).with_context(|| {
                    format!("{} cannot be moved: empty the directories and begin anew", root.display())
                })?;
            }
            File::open(&root)?.sync_all()?;
        }
        Ok(())
    }

    /// Gives the containers' user what is in the volumes, as far as this process may: whether it all is.
    pub(super) fn hand_over(&self) -> Result<bool> {
        let mut whole = true;
        for root in self.volume_roots() {
            whole &= hand_over(&root)?;
        }
        Ok(whole)
    }

    /// The directory of each service's volume, if there are any.
    pub(super) fn volume_roots(&self) -> Vec<PathBuf> {
        let volumes = self.volumes.iter().flat_map(|volumes| DATABASES.map(|service| volumes.join(service)));
        volumes.collect()
    }
}

/// What is in a directory goes before the directory, into which this process may not be able to look any more.
fn hand_over(path: &Path) -> Result<bool> {
    let mut whole = true;
    if fs::symlink_metadata(path)?.is_dir() {
        for entry in fs::read_dir(path).with_context(|| format!("{} cannot be read", path.display()))? {
            whole &= hand_over(&entry?.path())?;
        }
    }
    Ok(whole & containers::give(path, containers::USER)?)
}

/// The directories of what is not whole yet. Gone with this.
#[derive(Debug)]
pub(super) struct Stages {
    stages: Vec<PathBuf>,
    made: Vec<PathBuf>,
}

impl Stages {
    /// Makes them anew, and whatever is missing above them.
    pub(super) fn make(targets: &Targets) -> Result<Self> {
        let mut stages = Self { stages: Vec::new(), made: Vec::new() };
        for root in targets.roots() {
            if !root.exists() {
                make_private(&root)?;
                stages.made.push(root.clone());
            }
            let stage = root.join(STAGE);
            fs::remove_dir_all(&stage)
                .or_else(|error| if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) })
                .with_context(|| format!("{} cannot be removed", stage.display()))?;
            make_private(&stage)?;
            stages.stages.push(stage);
        }
        if targets.volumes.is_none() {
            // What a plane of processes writes besides, as `lucid init` makes it.
            for place in ["logs", "devnet"] {
                make_private(&targets.home.join(STAGE).join(place))?;
            }
        }
        Ok(stages)
    }
}

impl Drop for Stages {
    fn drop(&mut self) {
        for stage in &self.stages {
            fs::remove_dir_all(stage).ok();
        }
        for root in &self.made {
            // Only an empty one goes.
            fs::remove_dir(root).ok();
        }
    }
}

fn sync_below(directory: &Path) -> io::Result<()> {
    let mut open = BTreeSet::from([directory.to_owned()]);
    while let Some(directory) = open.pop_first() {
        File::open(&directory)?.sync_all()?;
        for entry in fs::read_dir(&directory)? {
            let path = entry?.path();
            if path.is_dir() {
                open.insert(path);
            }
        }
    }
    Ok(())
}

/// A directory that its owner alone may enter.
pub(super) fn make_private(path: &Path) -> Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .with_context(|| format!("the directory {} cannot be made", path.display()))
}
