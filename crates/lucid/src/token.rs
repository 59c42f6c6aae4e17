//! `lucid token`: tokens made and examined.
//!
//! wallet-manager does it, the only program that loads a PKCS#11 module, and it reads the arguments too: they are said in
//! one place. What is added here is where the plane's configuration and its software token are.

use std::ffi::OsString;
use std::fs::File;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use clap::Args;
use tokio::process::Command;

use crate::directory::Directory;
use crate::up::Binaries;

/// What wallet-manager is asked.
#[derive(Debug, Clone, Args)]
pub(crate) struct TokenArgs {
    /// init, doctor or profiles, and their options; `lucid token --help` lists them.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "COMMAND")]
    words: Vec<OsString>,
}

/// The plane's configuration of its token, if the token that is asked for is the plane's. One that is there and cannot be
/// read is an error: another token than the plane's would be examined in its place.
fn configuration(words: &[OsString], directory: &Directory) -> Result<Option<PathBuf>> {
    let is =
        |said: &str, word: &str| said.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with('='));
    let says = |word: &str| words.iter().any(|said| said.to_str().is_some_and(|said| is(said, word)));
    if !says("doctor") || says("--config") {
        return Ok(None);
    }
    if directory.is_for_containers() {
        // Its paths are the container's.
        let elsewhere = says("--profile") || says("--help") || says("-h");
        ensure!(
            elsewhere,
            "the plane in {} has its token where only its container sees it: docker-compose --env-file compose/env -f \
             compose/compose.yaml -f YOURS run --rm --no-deps wallet-manager token doctor; or name another token with \
             --profile",
            directory.path().display()
        );
        return Ok(None);
    }
    let path = directory.config("wallet-manager");
    match File::open(&path) {
        Ok(_) => Ok(Some(path)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => {
            Err(error).with_context(|| format!("{}, which names the plane's token, cannot be read", path.display()))
        }
    }
}

/// The command; its code is wallet-manager's.
pub(crate) async fn run(args: &TokenArgs, directory: &Directory, json: bool) -> Result<ExitCode> {
    let program = Binaries::beside_this_one()?.path("wallet-manager")?;
    let mut asked = Command::new(&program);
    asked.arg("token");
    if json {
        asked.arg("--json");
    }
    asked.args(&args.words);
    if std::env::var_os("LUCID_CONFIG").is_none()
        && let Some(config) = configuration(&args.words, directory)?
    {
        asked.env("LUCID_CONFIG", config);
    }
    let softhsm = directory.softhsm_conf();
    if std::env::var_os("SOFTHSM2_CONF").is_none() && softhsm.is_file() {
        asked.env("SOFTHSM2_CONF", softhsm);
    }
    let ended = asked.status().await.with_context(|| format!("{} does not start", program.display()))?;
    let code = ended.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doctor_examines_the_planes_token_or_says_why_it_cannot() {
        let place = tempfile::tempdir().unwrap();
        let directory = Directory::new(place.path()).unwrap();
        let asked = |words: &str| configuration(&words.split(' ').map(OsString::from).collect::<Vec<_>>(), &directory);
        assert_eq!(asked("doctor").unwrap(), None, "before there is a plane");
        let config = directory.config("wallet-manager");
        std::fs::create_dir(config.parent().unwrap()).unwrap();
        // What root cannot read either.
        std::os::unix::fs::symlink(&config, &config).unwrap();
        let unreadable = asked("doctor --json").unwrap_err().to_string();
        assert!(unreadable.contains("config.toml") && unreadable.contains("cannot be read"), "{unreadable}");
        assert_eq!(asked("profiles").unwrap(), None);
        assert_eq!(asked("doctor --config other.toml").unwrap(), None);
        std::fs::remove_file(&config).unwrap();
        std::fs::write(&config, "").unwrap();
        assert_eq!(asked("--json doctor").unwrap(), Some(config));
        std::fs::create_dir(place.path().join("chain")).unwrap();
        let elsewhere = asked("doctor").unwrap_err().to_string();
        assert!(elsewhere.contains("run --rm --no-deps wallet-manager token doctor"), "{elsewhere}");
        assert_eq!(asked("doctor --profile luna --pin-file pin").unwrap(), None);
    }
}
