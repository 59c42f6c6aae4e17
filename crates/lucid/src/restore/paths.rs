//! Configuration names files by where the plane was. After a restore that is elsewhere, perhaps beside the original, whose
//! databases would be opened in the place of those that know that they were restored. So every path is moved, and all
//! of them are looked at once more.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, ensure};
use toml::{Table, Value};

use crate::backup::contents::DATABASES;

/// Where containers have a service's database and token, whatever the host has where.
const CONTAINER_DATA: &str = "/var/lib/lucid";

/// Moves what the configuration in `stage` names below `was`, the plane's directory then, to below `is`, which it will
/// be in. An error if a service would have a database or token elsewhere.
pub(super) fn follow(stage: &Path, was: &Path, is: &Path) -> Result<()> {
    let homes = Homes::of(stage, was, is)?;
    let mut open = vec![stage.to_owned()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(&directory)? {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|ending| ending == "toml" || ending == "conf") {
                homes.rewrite(&path)?;
            }
        }
    }
    check(stage, is)
}

/// The same for a plane in containers, in which nothing moves.
pub(super) fn check_containers(stage: &Path) -> Result<()> {
    check(stage, Path::new(CONTAINER_DATA))
}

/// Every directory that a service writes to is below `is`, and so nobody else's.
fn check(stage: &Path, is: &Path) -> Result<()> {
    for service in DATABASES {
        let config = config(stage, service)?;
        ensure!(
            config.get("server").is_some_and(|server| server.get("data_dir").is_some()),
            "{service} has no data_dir"
        );
        for (key, value) in texts(&config) {
            ensure!(
                !key.ends_with("_dir") || plain(Path::new(&value)).starts_with(is),
                "{service} would use {value} ({key}), which is not below {}: it may be the original's. Nothing was changed",
                is.display()
            );
        }
    }
    Ok(())
}

/// Where the plane was, by every spelling, and where it is.
#[derive(Debug)]
struct Homes {
    was: BTreeSet<PathBuf>,
    is: PathBuf,
}

impl Homes {
    fn of(stage: &Path, was: &Path, is: &Path) -> Result<Self> {
        // The directory of a service's database is below the plane's, which may have had another name when it was made
        // than when it was backed up: a link's.
        let mut written = BTreeSet::new();
        for service in DATABASES {
            let config = config(stage, service)?;
            let data = config.get("server").and_then(|server| server.get("data_dir")).and_then(Value::as_str);
            let data = plain(Path::new(data.with_context(|| format!("{service} has no data_dir"))?));
            let own = data.file_name().is_some_and(|name| name == service);
            written.insert(data.parent().filter(|_| own).map(Path::to_owned));
        }
        let mut was = BTreeSet::from([plain(was)]);
        if let (1, Some(Some(home))) = (written.len(), written.pop_first()) {
            was.insert(home);
        }
        // Of a plane in the root directory nothing can be told by its beginning.
        was.retain(|home| home != is && home.file_name().is_some());
        Ok(Self { was, is: is.to_owned() })
    }

    /// Where a path leads now, if it is another.
    fn moved(&self, path: &str) -> Option<String> {
        let path = plain(Path::new(path));
        let below = |home: &PathBuf| {
            let there_already = self.is.starts_with(home) && path.starts_with(&self.is);
            path.strip_prefix(home).ok().filter(|_| !there_already)
        };
        let rest = self.was.iter().rev().find_map(below)?;
        // Joined to nothing it would get a slash.
        let moved: PathBuf = self.is.components().chain(rest.components()).collect();
        Some(moved.display().to_string())
    }

    fn rewrite(&self, path: &Path) -> Result<()> {
        let text = fs::read_to_string(path).with_context(|| format!("{} is no text", path.display()))?;
        let moved = if path.extension().is_some_and(|ending| ending == "toml") {
            // What is no TOML is read by nothing; the services' own were read before.
            let Ok(table) = text.parse::<Table>() else { return Ok(()) };
            self.in_toml(&text, &table).with_context(|| format!("{} cannot be changed", path.display()))?
        } else {
            text.lines().map(|line| self.in_line(line) + "\n").collect()
        };
        if moved != text {
            fs::write(path, moved).with_context(|| format!("{} cannot be written", path.display()))?;
            File::open(path)?.sync_all()?;
        }
        Ok(())
    }

    /// The text with its paths moved, and everything else as its author wrote it.
    fn in_toml(&self, text: &str, table: &Table) -> Result<String> {
        let mut changed = text.to_owned();
        for (_, value) in texts(table) {
            if let Some(moved) = self.moved(&value) {
                for quote in ['"', '\''] {
                    changed = changed.replace(&format!("{quote}{value}{quote}"), &format!("{quote}{moved}{quote}"));
                }
            }
        }
        let read = changed.parse::<Table>().context("its paths moved")?;
        let left = texts(&read).into_iter().find(|(_, value)| self.moved(value).is_some());
        if let Some((key, value)) = left {
            anyhow::bail!("{key} is written so that {value} is not found in the text");
        }
        Ok(changed)
    }

    /// A line `name = path`, as SoftHSM reads them.
    fn in_line(&self, line: &str) -> String {
        let moved = line.split_once('=').and_then(|(name, value)| Some((name, self.moved(value.trim())?)));
        moved.map_or_else(|| line.to_owned(), |(name, value)| format!("{name}= {value}"))
    }
}

/// A service's configuration.
pub(super) fn config(stage: &Path, service: &str) -> Result<Table> {
    let path = stage.join(service).join("config.toml");
    let text = fs::read_to_string(&path).with_context(|| format!("{service} has no configuration"))?;
    text.parse().with_context(|| format!("{service}'s configuration is no TOML"))
}

/// Every text of a configuration, by the last name of its key.
fn texts(table: &Table) -> Vec<(String, String)> {
    let mut open: Vec<(String, &Value)> = table.iter().map(|(key, value)| (key.clone(), value)).collect();
    let mut texts = Vec::new();
    while let Some((key, value)) = open.pop() {
        match value {
            Value::String(text) => texts.push((key, text.clone())),
            Value::Array(values) => open.extend(values.iter().map(|value| (key.clone(), value))),
            Value::Table(table) => open.extend(table.iter().map(|(key, value)| (key.clone(), value))),
            _ => {}
        }
    }
    texts
}

/// A path without what does not change where it leads, links apart: they are on another machine.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        if component == Component::ParentDir {
            plain.pop();
        } else {
            plain.push(component);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stage whose services have their data below `home`, and what else wallet-manager's configuration says.
    fn stage(home: &str, more: &str) -> tempfile::TempDir {
        let stage = tempfile::tempdir().unwrap();
        for service in DATABASES {
            fs::create_dir(stage.path().join(service)).unwrap();
            let more = if service == "wallet-manager" { more } else { "" };
            let text = format!("# by hand\n[server]\ndata_dir = \"{home}/{service}\" # here\n{more}");
            fs::write(stage.path().join(service).join("config.toml"), text).unwrap();
        }
        stage
    }

    fn text(stage: &tempfile::TempDir, name: &str) -> String {
        fs::read_to_string(stage.path().join(name)).unwrap()
    }

    #[test]
    fn every_spelling_of_where_the_plane_was_is_moved() {
        for (written, was) in [
            ("/srv/plane", "/srv/plane"),
            ("/srv/plane", "/srv/plane/"),
            ("/srv/plane", "/srv/x/../plane/."),
            ("/srv/x/../plane", "/srv/plane"),
            ("/srv/plane/", "/srv/plane"),
            ("/srv/link", "/mnt/plane/"),
        ] {
            let more =
                "home = '/mnt/plane'\n[token]\npin_file = '/mnt/plane/pin'\nmodule = \"/usr/lib/srv/plane/a.so\"\n";
            let stage = stage(written, more);
            fs::write(stage.path().join("softhsm2.conf"), format!("a.tokendir = {written}/token\nlog.level = ERROR\n"))
                .unwrap();
            let was = Path::new(was);
            follow(stage.path(), was, Path::new("/srv/new")).unwrap();
            let config = text(&stage, "tron-client/config.toml");
            assert_eq!(
                config, "# by hand\n[server]\ndata_dir = \"/srv/new/tron-client\" # here\n",
                "{written} {was:?}"
            );
            assert_eq!(text(&stage, "softhsm2.conf"), "a.tokendir = /srv/new/token\nlog.level = ERROR\n");
            let home = if was.starts_with("/mnt/plane") { "/srv/new" } else { "/mnt/plane" };
            let config = text(&stage, "wallet-manager/config.toml");
            assert!(config.contains(&format!("home = '{home}'\n[token]\npin_file = '{home}/pin'\n")), "{config}");
            assert!(config.contains("\"/usr/lib/srv/plane/a.so\""), "{config}");
        }
    }

    #[test]
    fn a_plane_within_or_above_the_old_one_is_moved_once() {
        for (was, is) in [("/srv/plane", "/srv/plane/new"), ("/srv/plane/old", "/srv/plane"), ("/srv/a", "/srv/a")] {
            let stage = stage(was, "");
            for _ in 0..2 {
                follow(stage.path(), Path::new(was), Path::new(is)).unwrap();
                let config = text(&stage, "tron-client/config.toml");
                assert!(config.contains(&format!("\"{is}/tron-client\"")), "{config}");
            }
        }
    }

    #[test]
    fn a_directory_elsewhere_is_refused() {
        let stage = stage("/srv/plane", "[token]\ntoken_dir = \"/srv/tokens\"\n");
        for is in ["/srv/new", "/srv/plane"] {
            let refused = follow(stage.path(), Path::new("/srv/plane"), Path::new(is)).unwrap_err().to_string();
            assert!(refused.contains("/srv/tokens") && refused.contains(is), "{refused}");
        }
        let config = stage.path().join("payout-router/config.toml");
        fs::write(&config, "[server]\ndata_dir = \"/srv/plane/../plane2/payout-router\"\n").unwrap();
        fs::remove_file(stage.path().join("wallet-manager/config.toml")).unwrap();
        assert!(follow(stage.path(), Path::new("/srv/plane"), Path::new("/srv/plane")).is_err());
        fs::write(stage.path().join("wallet-manager/config.toml"), "[server]\ndata_dir = \"/srv/plane/w\"\n").unwrap();
        let refused = follow(stage.path(), Path::new("/srv/plane"), Path::new("/srv/plane")).unwrap_err().to_string();
        assert!(refused.contains("plane2"), "{refused}");
    }

    #[test]
    fn containers_have_their_own_places() {
        let containers = stage("/var/lib/lucid", "[token]\ntoken_dir = \"/var/lib/lucid/tokens\"\n");
        check_containers(containers.path()).unwrap();
        assert!(check_containers(stage("/srv/plane", "").path()).is_err());
    }
}
