//! `lucid restore`: a plane from a backup, in an empty place, frozen.
//!
//! The backup is read twice: once to its end before anything is written, and once to put it in place. Everything lies in
//! a directory of its own until all of it is whole and durable; then it is moved, the plane's own file last, without which
//! no plane is there. Every database begins a new life and says for ever that it was restored: by that wallet-manager
//! stops all signing, and payout-router all payouts, until `lucid recover` says that they may go on.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::Args;
use serde::Serialize;
use service::clock::{Clock, SystemClock};
use store::{Incarnation, Restored};

use crate::backup::contents::{DATABASE, DATABASES, HOME, Places, STAGE, TOKEN};
use crate::backup::manifest::{Checked, Header};
use crate::backup::read::{self, Passing};
use crate::backup::sealed::Opening;
use crate::backup::text;
use crate::directory::Directory;
use crate::init::containers;
use crate::output::Output;
use crate::random;
use crate::steps::Steps;

/// What to restore.
#[derive(Debug, Clone, Args)]
pub(crate) struct RestoreArgs {
    /// The backup.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Where containers' empty volumes are mounted, one directory a service.
    #[arg(long, value_name = "DIR")]
    pub(crate) volumes: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) opening: Opening,
}

/// What `--json` shows.
#[derive(Debug, Serialize)]
struct Document {
    #[serde(flatten)]
    checked: Checked,
    restored: Restored,
}

/// The command.
pub(crate) async fn run(args: &RestoreArgs, directory: &Directory, output: Output) -> Result<()> {
    let identities = args.opening.identities()?;
    let targets = Targets::of(directory, args.volumes.as_deref());
    targets.are_empty()?;
    let steps = Steps::new();
    steps.begin("reading the backup to its end");
    let checked = read::check(&args.file, &identities)?;
    steps.done("the backup is whole");
    let header = &checked.header;
    ensure!(
        header.containers == args.volumes.is_some(),
        "the plane ran {}",
        if header.containers {
            "in containers: say where their volumes are with --volumes"
        } else {
            "without containers"
        }
    );
    let restored = Restored {
        id: uuid::Builder::from_random_bytes(random::bytes()?).into_uuid(),
        backup_at: header.begun_at,
        restored_at: SystemClock.now(),
    };
    let stages = Stages::make(&targets)?;
    steps.begin("putting the files in place");
    read::through(&args.file, &identities, |_, passing| put(&targets, passing))?;
    if !header.containers {
        move_paths(&targets, header)?;
    }
    for service in DATABASES {
        steps.begin(&format!("beginning a new life of {service}'s database"));
        let path = targets.staged(&format!("{DATABASE}{service}.sqlite"))?;
        let fresh = Incarnation(uuid::Builder::from_random_bytes(random::bytes()?).into_uuid());
        let begun = store::begin_restored(&path, fresh, &restored).await;
        begun.with_context(|| format!("{service}'s database"))?;
        File::open(&path)?.sync_all()?;
    }
    targets.settle()?;
    drop(stages);
    if header.containers {
        containers::hand_over(directory)?;
        targets.hand_over()?;
    }
    steps.end();
    let text = format!("{}\n{}", text(&args.file, "was put back", &checked), go_on(directory));
    output.show(&Document { checked, restored }, text)
}

fn go_on(directory: &Directory) -> String {
    let place = directory.path().display();
    format!(
        "The plane is in {place}, and frozen: nothing is signed or paid until the chain was read and every payment since the \
         backup has its payout.\nStart it, have the merchants repeat their requests, and go on with: lucid --data {place} recover\n\
         Start the old one never again."
    )
}

/// Where everything goes.
#[derive(Debug)]
struct Targets {
    home: PathBuf,
    /// The volumes by service; none for a plane without containers, whose databases are in its directory.
    volumes: Option<PathBuf>,
}

impl Targets {
    fn of(directory: &Directory, volumes: Option<&Path>) -> Self {
        Self { home: directory.path().to_owned(), volumes: volumes.map(Path::to_owned) }
    }

    /// Every directory that gets something.
    fn roots(&self) -> Vec<PathBuf> {
        let volumes = self.volumes.iter().flat_map(|volumes| DATABASES.map(|service| volumes.join(service)));
        volumes.chain([self.home.clone()]).collect()
    }

    fn are_empty(&self) -> Result<()> {
        for root in self.roots() {
            let entries = match fs::read_dir(&root) {
                Ok(entries) => entries,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error).with_context(|| format!("{} cannot be read", root.display())),
            };
            for entry in entries {
                let name = entry?.file_name();
                // What a restore that was killed has left is nothing yet.
                ensure!(name == STAGE || name == "lost+found", "{} is not empty: nothing was changed", root.display());
            }
        }
        Ok(())
    }

    /// Where a member of the archive lies until all are whole.
    fn staged(&self, name: &str) -> Result<PathBuf> {
        let home = self.home.join(STAGE);
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
    fn settle(&self) -> Result<()> {
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

    /// Gives the containers' user what is in the volumes, where this process may.
    fn hand_over(&self) -> Result<()> {
        let Some(volumes) = &self.volumes else { return Ok(()) };
        let mut open = DATABASES.map(|service| volumes.join(service)).to_vec();
        while let Some(path) = open.pop() {
            match std::os::unix::fs::chown(&path, Some(containers::USER), Some(containers::USER)) {
                Err(error) if error.kind() != io::ErrorKind::PermissionDenied => {
                    return Err(error).with_context(|| format!("{} cannot be handed over", path.display()));
                }
                _ => {}
            }
            if path.is_dir() {
                for entry in fs::read_dir(&path)? {
                    open.push(entry?.path());
                }
            }
        }
        Ok(())
    }
}

/// The directories of what is not whole yet. Gone with this.
#[derive(Debug)]
struct Stages {
    stages: Vec<PathBuf>,
    made: Vec<PathBuf>,
}

impl Stages {
    fn make(targets: &Targets) -> Result<Self> {
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

fn put(targets: &Targets, passing: Passing<'_>) -> Result<()> {
    let path = targets.staged(passing.name)?;
    make_private(path.parent().context("a file is in a directory")?)?;
    let mut write = || {
        let mut file = File::options().write(true).create_new(true).mode(passing.mode & 0o777).open(&path)?;
        io::copy(passing.bytes, &mut file)?;
        file.sync_all()
    };
    write().with_context(|| format!("{} cannot be written", passing.name))
}

/// Configuration names files by where the plane was; it is elsewhere now.
fn move_paths(targets: &Targets, header: &Header) -> Result<()> {
    let (was, is) = (format!("{}/", header.home.display()), format!("{}/", targets.home.display()));
    if was == is {
        return Ok(());
    }
    let mut open = vec![targets.home.join(STAGE)];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(&directory)? {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|ending| ending == "toml" || ending == "conf") {
                let text = fs::read_to_string(&path).with_context(|| format!("{} is no text", path.display()))?;
                fs::write(&path, text.replace(&was, &is))?;
                File::open(&path)?.sync_all()?;
            }
        }
    }
    Ok(())
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

fn make_private(path: &Path) -> Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .with_context(|| format!("the directory {} cannot be made", path.display()))
}
