//! `lucid restore`: a plane from a backup, in an empty place, frozen.
//!
//! The backup is read twice: once to its end before anything is written, and once to put it in place. Everything lies in
//! a directory of its own until all of it is whole and durable; then it is moved, the plane's own file last, without which
//! no plane is there. Every database begins a new life and says for ever that it was restored: by that wallet-manager
//! stops all signing, and payout-router all payouts, until `lucid recover` says that they may go on.

mod paths;
mod targets;

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use clap::Args;
use serde::Serialize;
use service::clock::{Clock, SystemClock};
use store::{Incarnation, Restored};

use crate::backup::contents::{DATABASE, DATABASES};
use crate::backup::manifest::Checked;
use crate::backup::read::{self, Passing};
use crate::backup::sealed::Opening;
use crate::backup::text;
use crate::directory::Directory;
use crate::init::containers;
use crate::output::Output;
use crate::random;
use crate::steps::Steps;
use targets::{Stages, Targets, make_private};

/// What to restore.
#[derive(Debug, Clone, Args)]
pub(crate) struct RestoreArgs {
    /// The backup.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Refuse any file but the one of this SHA-256, as `lucid backup` showed it. Whoever knows a public key can make a
    /// backup for it: only this says that it is yours.
    #[arg(long, value_name = "HEX", value_parser = sha256)]
    pub(crate) sha256: Option<String>,
    /// Where containers' empty volumes are mounted, one directory a service.
    #[arg(long, value_name = "DIR")]
    pub(crate) volumes: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) opening: Opening,
}

/// 32 bytes in hexadecimal, in lower case as we write them.
fn sha256(text: &str) -> Result<String, &'static str> {
    let bytes = hex::decode(text).ok().filter(|bytes| bytes.len() == 32);
    bytes.map(hex::encode).ok_or("a SHA-256 has 64 hexadecimal digits")
}

/// What `--json` shows.
#[derive(Debug, Serialize)]
struct Document {
    #[serde(flatten)]
    checked: Checked,
    restored: Restored,
    /// Who decides on this plane: their public keys by name.
    operators: BTreeMap<String, String>,
    /// Whether the containers' user has what is theirs; always without containers.
    handed_over: bool,
}

/// The command.
pub(crate) async fn run(args: &RestoreArgs, directory: &Directory, output: Output) -> Result<()> {
    let identities = args.opening.identities()?;
    let targets = Targets::of(directory, args.volumes.as_deref());
    targets.are_empty()?;
    let steps = Steps::new();
    steps.begin("reading the backup to its end");
    let checked = read::check(&args.file, &identities)?;
    ensure!(
        args.sha256.as_ref().is_none_or(|expected| *expected == checked.sha256),
        "{} is another file than you named: its SHA-256 is {}",
        args.file.display(),
        checked.sha256
    );
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
    let age = age(restored.restored_at.0.saturating_sub(restored.backup_at.0));
    steps.done(&format!("the backup is whole: of plane {}, made {age} ago, SHA-256 {}", header.plane, checked.sha256));
    let stages = Stages::make(&targets)?;
    steps.begin("putting the files in place");
    let placed = read::through(&args.file, &identities, |_, passing| put(&targets, passing))?;
    ensure!(placed.sha256 == checked.sha256, "{} was changed while it was read", args.file.display());
    if header.containers {
        paths::check_containers(&targets.stage())?;
    } else {
        paths::follow(&targets.stage(), &header.home, &targets.home)?;
    }
    let operators = operators(&targets)?;
    begin_lives(&targets, &restored, &steps).await?;
    targets.settle()?;
    drop(stages);
    let handed_over = !header.containers || hand_over(directory, &targets, &steps);
    steps.end();
    let was = text(&args.file, &format!("was put back, made {age} ago"), &checked);
    let text = format!("{was}\n{}{}", decide(&operators), go_on(directory));
    output.show(&Document { checked, restored, operators, handed_over }, text)
}

async fn begin_lives(targets: &Targets, restored: &Restored, steps: &Steps) -> Result<()> {
    for service in DATABASES {
        steps.begin(&format!("beginning a new life of {service}'s database"));
        let path = targets.staged(&format!("{DATABASE}{service}.sqlite"))?;
        let fresh = Incarnation(uuid::Builder::from_random_bytes(random::bytes()?).into_uuid());
        let begun = store::begin_restored(&path, fresh, restored).await;
        begun.with_context(|| format!("{service}'s database"))?;
        File::open(&path)?.sync_all()?;
    }
    Ok(())
}

/// Whether the containers' user has everything. The plane is in place by now, so what is left to do is said.
fn hand_over(directory: &Directory, targets: &Targets, steps: &Steps) -> bool {
    let whole = containers::hand_over(directory).and_then(|whole| Ok(whole & targets.hand_over()?));
    let why = match whole {
        Ok(true) => return true,
        Ok(false) => "this process may not".to_owned(),
        Err(error) => format!("{error:#}"),
    };
    let volumes: Vec<_> = targets.volume_roots().iter().map(|root| root.display().to_string()).collect();
    steps.notice(&format!(
        "NOT EVERYTHING BELONGS TO THE CONTAINERS' USER ({why}), and the services will not start. As root, or in a \
         container with --user 0 --cap-add CHOWN --cap-add DAC_OVERRIDE --cap-add FOWNER:\n  {} {}",
        containers::chown(directory),
        volumes.join(" ")
    ));
    false
}

/// Whom the plane obeys. A backup that somebody else made has their keys.
fn operators(targets: &Targets) -> Result<BTreeMap<String, String>> {
    let config = paths::config(&targets.stage(), "wallet-manager")?;
    let operators = config.get("operators").and_then(toml::Value::as_table).into_iter().flatten();
    Ok(operators.map(|(name, key)| (name.clone(), key.as_str().unwrap_or("?").to_owned())).collect())
}

fn decide(operators: &BTreeMap<String, String>) -> String {
    let lines = operators.iter().map(|(name, key)| format!("  {name}  {key}\n"));
    if operators.is_empty() {
        "No operator is pinned in it: nobody can lift its stop before two are.\n".to_owned()
    } else {
        format!("Its operators, whom it obeys; make sure that these are theirs:\n{}", lines.collect::<String>())
    }
}

/// A time as a person says it, in the two largest units.
fn age(ms: u64) -> String {
    let minutes = ms / 60_000;
    match (minutes / 1_440, minutes / 60 % 24, minutes % 60) {
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

fn go_on(directory: &Directory) -> String {
    let place = directory.path().display();
    format!(
        "The plane is in {place}, and frozen: nothing is signed or paid until the chain was read and every payment since the \
         backup has its payout.\nStart it, have the merchants repeat their requests, and go on with: lucid --data {place} recover\n\
         Start the old one never again."
    )
}

fn put(targets: &Targets, passing: &mut Passing<'_>) -> Result<()> {
    let path = targets.staged(passing.name)?;
    make_private(path.parent().context("a file is in a directory")?)?;
    let mut write = || {
        let mut file = File::options().write(true).create_new(true).mode(passing.mode & 0o777).open(&path)?;
        io::copy(passing.bytes, &mut file)?;
        file.sync_all()
    };
    write().with_context(|| format!("{} cannot be written", passing.name))
}
