//! `lucid backup`: everything of a plane that another machine needs, in one encrypted file.
//!
//! The plane may go on working meanwhile. What is copied when, and why in that order, is [`contents`]; how a restored
//! plane makes up for what happened after the copy is docs/backup.md.

pub(crate) mod contents;
pub(crate) mod manifest;
pub(crate) mod read;
pub(crate) mod sealed;
mod token;
mod write;

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use serde::Serialize;
use service::clock::{Clock, SystemClock};

use crate::directory::Directory;
use crate::output::{Output, note};
use crate::plane_file::PlaneFile;
use crate::steps::Steps;
use contents::Places;
use manifest::{Checked, FORMAT, Header};
use sealed::{OpenWith, Seal, SealTo};

/// What to do.
#[derive(Debug, Clone, Args)]
pub(crate) struct BackupArgs {
    /// The new file; with --check one that exists.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Write nothing: read FILE to its end and compare everything in it with its own list.
    #[arg(long, conflicts_with = "keygen")]
    check: bool,
    /// Make a key for backups in FILE, mode 0400, and show its public half. Keep FILE away from the plane.
    #[arg(long)]
    keygen: bool,
    /// Where containers' volumes are mounted, one directory a service; the databases are found there, not in --data.
    #[arg(long, value_name = "DIR")]
    volumes: Option<PathBuf>,
    /// Where copies lie unencrypted while they are read, one at a time: as large as the largest database. The plane's
    /// own directory unless said.
    #[arg(long, value_name = "DIR")]
    scratch: Option<PathBuf>,
    #[command(flatten)]
    seal: SealTo,
    #[command(flatten)]
    open: OpenWith,
}

/// What `--json` shows of a new key.
#[derive(Debug, Serialize)]
struct Keygen {
    recipient: String,
}

/// The command.
pub(crate) async fn run(args: &BackupArgs, directory: &Directory, output: Output) -> Result<()> {
    let file = &args.file;
    if args.keygen {
        if directory.plane_file().exists() {
            Places::of(directory, args.volumes.as_deref()).are_not_of(file)?;
        }
        let recipient = sealed::keygen(file)?;
        let text = format!("{recipient}\nWhoever has {} can read every backup made for it.", file.display());
        return output.show(&Keygen { recipient }, text);
    }
    if args.check {
        let checked = read::check(file, &args.open.identities(&args.seal)?)?;
        return output.show(&checked, text(file, "is whole", &checked));
    }
    let checked = make(args, directory).await?;
    output.show(&checked, text(file, "was made, and read back", &checked))
}

/// What was found in a backup, for people.
pub(crate) fn text(file: &Path, what: &str, checked: &Checked) -> String {
    let Checked { header, sha256, files, bytes, token, .. } = checked;
    let token = if *token { "its token among them" } else { "not its token, which has means of its own" };
    format!(
        "{} {what}: plane {} on {}, {files} files of {bytes} bytes, {token}, as of {}\n\
         SHA-256 {sha256}",
        file.display(),
        header.plane,
        header.network,
        crate::tx_inspect::date::utc(header.begun_at.0)
    )
}

async fn make(args: &BackupArgs, directory: &Directory) -> Result<Checked> {
    let plane = PlaneFile::read(directory)?;
    let places = Places::of(directory, args.volumes.as_deref());
    places.are_whole()?;
    places.are_the_services()?;
    places.are_not_of(&args.file)?;
    if args.file.exists() {
        bail!("{} is there already, and is not overwritten", args.file.display());
    }
    let seal = args.seal.seal()?;
    let header = Header {
        format: FORMAT,
        lucid: env!("CARGO_PKG_VERSION").to_owned(),
        plane: plane.plane,
        network: plane.network,
        containers: places.containers,
        home: directory.path().to_owned(),
        begun_at: SystemClock.now(),
    };
    let scratch = Scratch::make(args.scratch.as_deref().unwrap_or(directory.path()))?;
    let part = Part::make(&args.file)?;
    let steps = Steps::new();
    let written = write_and_read_back(&part, &seal, &header, &places, &scratch.0, &steps).await;
    steps.end();
    let checked = written.with_context(|| format!("no backup was made in {}", args.file.display()))?;
    part.keep(&args.file)?;
    if let Err(error) = places.are_copied(&args.file) {
        note(format!("the backup is made, and Prometheus will not know of it: {error:#}"));
    }
    Ok(checked)
}

async fn write_and_read_back(
    part: &Part,
    seal: &Seal,
    header: &Header,
    places: &Places,
    scratch: &Path,
    steps: &Steps,
) -> Result<Checked> {
    let sealing = seal.wrap(BufWriter::new(part.file.try_clone()?))?;
    let sealing = write::all(sealing, header, places, scratch, steps).await?;
    let mut written = sealing.finish().context("it cannot be written to its end")?;
    written.flush().context("it cannot be written to its end")?;
    part.file.sync_all().context("it cannot be written to its end")?;
    steps.begin("reading it back");
    let checked = read::check(&part.path, &seal.reading_back())?;
    steps.done("read back: it is whole");
    Ok(checked)
}

/// Where copies of databases lie for a moment. Emptied at the end, and of what a killed one has left at the beginning.
#[derive(Debug)]
struct Scratch(PathBuf);

impl Scratch {
    fn make(within: &Path) -> Result<Self> {
        let path = within.join(contents::SCRATCH);
        let made = || {
            match fs::remove_dir_all(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            std::os::unix::fs::DirBuilderExt::mode(&mut fs::DirBuilder::new(), 0o700).create(&path)
        };
        made().with_context(|| {
            format!("{} cannot be made for copies: name another place with --scratch", path.display())
        })?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}

/// The file while it is not whole. Gone with this, unless it is kept.
#[derive(Debug)]
struct Part {
    path: PathBuf,
    file: File,
}

impl Part {
    fn make(wanted: &Path) -> Result<Self> {
        let mut name = wanted.as_os_str().to_owned();
        name.push(".part");
        let path = PathBuf::from(name);
        let file = File::options().write(true).create_new(true).mode(0o600).open(&path);
        let file =
            file.with_context(|| format!("{} cannot be made; if another backup left it, remove it", path.display()))?;
        Ok(Self { path, file })
    }

    /// Gives it its name. Unlike a rename, a link does not replace what is there.
    fn keep(self, wanted: &Path) -> Result<()> {
        let parent = wanted.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let link = || {
            fs::hard_link(&self.path, wanted)?;
            File::open(parent)?.sync_all()
        };
        link().with_context(|| format!("{} cannot be named {}", self.path.display(), wanted.display()))
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        fs::remove_file(&self.path).ok();
    }
}

#[cfg(test)]
mod tests;
