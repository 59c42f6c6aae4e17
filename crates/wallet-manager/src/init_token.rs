//! `wallet-manager init-token`: makes a fresh token, before there is a configuration.

use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::Parser;
use secrecy::{ExposeSecret, SecretString};
use signer::{pin, provision, softhsm_module};

use signing_core::random;

/// The word that asks for it.
const COMMAND: &str = "init-token";

/// Make a token with random PINs, in the first free slot of the module.
#[derive(Debug, Parser)]
#[command(name = "wallet-manager init-token")]
pub struct InitToken {
    /// The token's label, 1 to 32 printable characters.
    #[arg(long, default_value = "lucid")]
    label: String,
    /// Where the user PIN is written, mode 0400; a PIN that is there already is used.
    #[arg(long)]
    pin_file: PathBuf,
    /// Where the security officer's PIN is written, likewise; without it nobody will know it.
    #[arg(long)]
    officer_pin_file: Option<PathBuf>,
    /// The PKCS#11 module; otherwise where SoftHSM 2 usually is.
    #[arg(long, env = "LUCID_PKCS11_MODULE")]
    module: Option<PathBuf>,
    /// Where a software token keeps its files, made if need be and synced afterwards.
    #[arg(long)]
    token_dir: Option<PathBuf>,
}

impl InitToken {
    /// The command, if the arguments ask for it; a wrong one of its options ends the process with a usage text.
    pub fn asked_for(arguments: impl Iterator<Item = OsString>) -> Option<Self> {
        let mut arguments = arguments.skip(1).peekable();
        arguments.peek().is_some_and(|word| word == COMMAND).then(|| Self::parse_from(arguments))
    }

    /// Does it and says so in one line of JSON.
    pub fn run(self) -> ExitCode {
        match self.make() {
            Ok(module) => {
                let made = serde_json::json!({ "label": self.label, "module": module });
                let said = writeln!(std::io::stdout().lock(), "{made}");
                if said.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
            }
            Err(error) => {
                // Nobody is left to be told that standard error is closed.
                let _ = writeln!(std::io::stderr().lock(), "{COMMAND}: {error:#}");
                ExitCode::FAILURE
            }
        }
    }

    pub(crate) fn make(&self) -> anyhow::Result<PathBuf> {
        let Some(module) = softhsm_module(self.module.clone()) else {
            bail!("SoftHSM 2 is not where it usually is; name the module with --module")
        };
        if let Some(directory) = &self.token_dir {
            fs::create_dir_all(directory).with_context(|| format!("cannot make {}", directory.display()))?;
        }
        let user = kept(&self.pin_file)?;
        let officer = match &self.officer_pin_file {
            Some(path) => kept(path)?,
            None => pin::from_random(random::bytes()),
        };
        provision(&module, &self.label, &officer, &user, self.token_dir.as_deref())?;
        Ok(module)
    }
}

/// The PIN of this file, drawn and written first if there is no such file: never a token whose PIN is lost.
fn kept(path: &Path) -> anyhow::Result<SecretString> {
    if path.exists() {
        return Ok(pin::read(path)?);
    }
    let drawn = pin::from_random(random::bytes());
    let write = || {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o400).open(path)?;
        file.write_all(drawn.expose_secret().as_bytes())?;
        file.sync_all()
    };
    write().with_context(|| format!("cannot write {}", path.display()))?;
    Ok(drawn)
}
