//! `lucid release`: what a release is made of, signed by a key that lives in a token, and verified by anybody.
//!
//! wallet-manager signs, the only program that reaches a token; what it is given is a statement and never a digest.

mod digests;
mod keys;
mod releasable;
mod sign;
mod verify;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Subcommand;
use primitives::HexBytes;
use tron_tx::PublicKey;

use crate::output::Output;

use digests::Digests;
pub(crate) use keys::RetireArgs;
pub(crate) use sign::{KeyArgs, MakeArgs, SignArgs};
pub(crate) use verify::VerifyArgs;

/// What to do with releases.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ReleaseCommand {
    /// Make the token's release key, or find the newest that is in force, and print its public key.
    #[command(
        after_help = "Examples:\n  lucid release key --module /usr/lib/softhsm/libsofthsm2.so --token-label release --pin-file pin\n  lucid release key --next --token-label release --pin-file pin"
    )]
    Key(MakeArgs),
    /// List the token's release keys, retired ones too, with a manifest each: what those who verify are given.
    #[command(
        after_help = "Example:\n  lucid --json release keys --token-label release --pin-file pin > release-keys.json"
    )]
    Keys(KeyArgs),
    /// Let a release key sign nothing any more, for ever. The token keeps it; whoever verifies with the list of keys that
    /// `lucid release keys` gives from then on believes none of its releases.
    #[command(after_help = "Example:\n  lucid release retire --key 02… --token-label release --pin-file pin")]
    Retire(RetireArgs),
    /// Sign the digests of a build with the release key of a token: every image for every machine, as the repository
    /// names them, of the sources that are released, audited.
    #[command(
        after_help = "Example:\n  lucid release sign --digests result/digests.json --golden nix/digests.json --audit result-audit.json \
    --sources $(nix eval --raw .#legacyPackages.x86_64-linux.sourceHash) --release-version 0.1.0 --out digests.sig.json \\\n    --key 02… --module /usr/lib/softhsm/libsofthsm2.so --token-label release --pin-file pin"
    )]
    Sign(Box<SignArgs>),
    /// Hold a build's digests against a signed release. Needs no token.
    #[command(
        after_help = "Example:\n  lucid release verify digests.sig.json --digests result/digests.json --key 02…\n  lucid release verify digests.sig.json --digests result/digests.json --keys release-keys.json --audit-key 03…"
    )]
    Verify(VerifyArgs),
}

/// The command.
pub(crate) async fn run(command: &ReleaseCommand, output: Output) -> Result<ExitCode> {
    match command {
        ReleaseCommand::Key(args) => sign::key(args, output).await?,
        ReleaseCommand::Keys(args) => keys::list(args, output).await?,
        ReleaseCommand::Retire(args) => keys::retire(args, output).await?,
        ReleaseCommand::Sign(args) => sign::run(args, output).await?,
        ReleaseCommand::Verify(args) => verify::run(args, output)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// A public key from a command line: SEC1 in hexadecimal, compressed or not.
pub(crate) fn public_key(text: &str) -> Result<PublicKey, String> {
    let bytes: HexBytes = text.to_owned().try_into().map_err(|_| "not hexadecimal".to_owned())?;
    PublicKey::from_sec1(bytes.as_ref()).map_err(|error| error.to_string())
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))
}

#[cfg(test)]
mod tests;
