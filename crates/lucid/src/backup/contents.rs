//! What is in a backup, where it lies, and in which order it is copied.
//!
//! The plane goes on meanwhile, so every copy is of another moment, and the order decides what a restored plane may be
//! wrong about:
//!
//! 1. **The token's objects first, wallet-manager's database last of all.** The token keeps a head of the audit log; a log
//!    that lacks it is cut, and signs nothing. Copied in this order the log has whatever the token vouches for.
//! 2. **usdt-manager before payout-router.** A restored payout-router bars every attempt that it knows of and the register
//!    does not have. An attempt that usdt-manager has permission for is one that payout-router had written down before, so
//!    in this order none is left that could still be signed beside what two operators then decide. payout-router also
//!    keeps heads of the audit log, which the log must have; and the register says which attempts were signed: as the
//!    newest copy it knows of every transaction that any other copy knows of, so that what an older copy would do again
//!    it finds taken, and adopts.
//! 3. **tron-client before wallet-manager.** What was signed after the register was copied was signed after tron-client's
//!    place in the chain was, so it can only stand in blocks that the restored tron-client reads anew: it finds every
//!    transaction of our wallets that the register lacks.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::directory::Directory;

/// The order of the databases.
pub(crate) const DATABASES: [&str; 6] =
    ["payment-gateway", "usdt-manager", "trx-staking", "payout-router", "tron-client", "wallet-manager"];

/// Where copies lie for a moment.
pub(crate) const SCRATCH: &str = ".backup";
/// Where a restore puts what is not whole yet.
pub(crate) const STAGE: &str = ".restore";

/// The members of the archive by kind.
pub(crate) const HOME: &str = "home/";
pub(crate) const TOKEN: &str = "token/";
pub(crate) const DATABASE: &str = "databases/";

/// What is not of the plane's lasting state: logs, the devnet's chain, and what is copied by other ways.
const LEFT_OUT: [&str; 5] = ["logs", "devnet", "token/objects", SCRATCH, STAGE];
/// Configuration is small; anything else does not belong there.
const LARGEST: u64 = 16 * 1024 * 1024;

/// Where everything lies.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    /// The plane's directory.
    pub(crate) home: PathBuf,
    /// The directory of each service's database, by the order above.
    pub(crate) databases: Vec<(&'static str, PathBuf)>,
    /// The token's objects.
    pub(crate) token: PathBuf,
    /// Whether the plane is laid out for containers.
    pub(crate) containers: bool,
}

impl Places {
    /// Those of a plane's directory; of one for containers, with its volumes.
    pub(crate) fn of(directory: &Directory, volumes: Option<&Path>) -> Self {
        let of_service = |service: &str| match volumes {
            Some(volumes) => volumes.join(service),
            None => directory.of_service(service),
        };
        Self {
            home: directory.path().to_owned(),
            databases: DATABASES.map(|service| (service, of_service(service))).into(),
            token: match volumes {
                Some(volumes) => volumes.join("wallet-manager/tokens"),
                None => directory.token_objects(),
            },
            containers: volumes.is_some(),
        }
    }

    /// The database of a service.
    pub(crate) fn database(service: &str, directory: &Path) -> PathBuf {
        directory.join(format!("{service}.sqlite"))
    }

    /// The file beside a database whose time is that of the newest backup with it, for the service's metrics.
    pub(crate) fn copied(service: &str, directory: &Path) -> PathBuf {
        directory.join(format!("{service}.sqlite.copied"))
    }

    /// Says beside each database that a backup has it. Where that fails, only an alert knows less.
    pub(crate) fn are_copied(&self, file: &Path) -> Result<()> {
        for (service, directory) in &self.databases {
            let path = Self::copied(service, directory);
            fs::write(&path, format!("{}\n", file.display()))
                .with_context(|| format!("{} cannot be written", path.display()))?;
        }
        Ok(())
    }

    /// An error unless every service has a database.
    pub(crate) fn are_whole(&self) -> Result<()> {
        let missing: Vec<String> = self
            .databases
            .iter()
            .map(|(service, directory)| Self::database(service, directory))
            .filter(|path| !path.exists())
            .map(|path| path.display().to_string())
            .collect();
        ensure!(
            missing.is_empty(),
            "not there: {}. A plane that never ran has nothing to lose; of one in containers name the volumes with --volumes",
            missing.join(", ")
        );
        Ok(())
    }

    /// An error if a service has its database elsewhere than where it would be copied from. In containers that is the
    /// volume's business.
    pub(crate) fn are_the_services(&self) -> Result<()> {
        for (service, directory) in self.databases.iter().filter(|_| !self.containers) {
            let path = self.home.join(service).join("config.toml");
            let text = fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
            let config: toml::Table = text.parse().with_context(|| format!("{} is no TOML", path.display()))?;
            let data = config.get("server").and_then(|server| server.get("data_dir")).and_then(toml::Value::as_str);
            let data = data.with_context(|| format!("{} names no data_dir", path.display()))?;
            let same = fs::canonicalize(data).ok() == fs::canonicalize(directory).ok();
            ensure!(
                same,
                "{service} has its database in {data}, and not in {}, which a backup has",
                directory.display()
            );
        }
        Ok(())
    }

    /// An error if a file would lie where the plane's own are: the next backup would have it, and whoever loses the
    /// machine loses it too.
    pub(crate) fn are_not_of(&self, file: &Path) -> Result<()> {
        let parent = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let Ok(parent) = fs::canonicalize(parent) else { return Ok(()) };
        let places = self.databases.iter().map(|(_, directory)| directory).chain([&self.home]);
        let own = places.filter_map(|place| fs::canonicalize(place).ok()).find(|place| parent.starts_with(place));
        ensure!(own.is_none(), "{} is within the plane: name a place that is not lost with it", file.display());
        Ok(())
    }

    /// The files of the plane's directory, by their names within it; and what is left out because it is no small file.
    pub(crate) fn configuration(&self) -> Result<(BTreeSet<PathBuf>, Vec<PathBuf>)> {
        let (mut files, mut odd, mut open) = (BTreeSet::new(), Vec::new(), vec![PathBuf::new()]);
        while let Some(directory) = open.pop() {
            let path = self.home.join(&directory);
            for entry in fs::read_dir(&path).with_context(|| format!("{} cannot be read", path.display()))? {
                let entry = entry?;
                let name = directory.join(entry.file_name());
                if LEFT_OUT.iter().any(|left_out| name == Path::new(left_out)) || is_of_database(&name) {
                    continue;
                }
                let about = entry.metadata()?;
                if about.is_dir() {
                    open.push(name);
                } else if about.is_file() && about.len() <= LARGEST {
                    files.insert(name);
                } else {
                    odd.push(name);
                }
            }
        }
        Ok((files, odd))
    }
}

/// Whether a file is a database or one beside it, or was never finished.
fn is_of_database(name: &Path) -> bool {
    let text = name.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    text.contains(".sqlite") || name.extension().is_some_and(|ending| ending == "part")
}
