//! `lucid operator keygen`: the key by which one person takes part in decisions of two.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Subcommand;
use primitives::statement::{Operators, SignKey, VerifyKey};
use serde::{Deserialize, Serialize};

use crate::directory::Directory;
use crate::init::secret_file;
use crate::output::Output;

/// What to do with operators' keys.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum OperatorCommand {
    /// Make an operator's key on the machine of that person, and show its public half. It is pinned in the section
    /// [operators] of every wallet-manager and every payout-router that is to hear this operator.
    #[command(after_help = "Example:\n  lucid operator keygen --out alice.key")]
    Keygen {
        /// The new file, which its owner alone may read. It never leaves the machine.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

/// The public half of a new key.
#[derive(Debug, Serialize)]
struct Made {
    public_key: VerifyKey,
}

/// The command.
pub(crate) fn run(command: &OperatorCommand, output: Output) -> Result<()> {
    let OperatorCommand::Keygen { out } = command;
    let made = Made { public_key: keygen(out)? };
    output.show(&made, made.public_key)
}

/// Makes a key in a new file.
pub(crate) fn keygen(path: &Path) -> Result<VerifyKey> {
    let path = std::path::absolute(path)?;
    if path.exists() {
        bail!("{} is there already", path.display());
    }
    let parent = path.parent().context("a key is in a directory")?;
    if !parent.is_dir() {
        bail!("there is no directory {}", parent.display());
    }
    secret_file::ensure(&path, "")?;
    Ok(read(&path)?.verify_key())
}

/// The key in a file.
pub(crate) fn read(path: &Path) -> Result<SignKey> {
    let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    SignKey::parse(&text).with_context(|| format!("{} holds no operator's key", path.display()))
}

/// The operators that the plane of this directory has pinned, to show names beside keys; none where there is no plane, as
/// on an operator's own machine.
pub(crate) fn pinned(directory: &Directory) -> Operators {
    #[derive(Default, Deserialize)]
    struct Pinned {
        #[serde(default)]
        operators: Operators,
    }
    let text = std::fs::read_to_string(directory.config("wallet-manager")).unwrap_or_default();
    toml::from_str::<Pinned>(&text).unwrap_or_default().operators
}
