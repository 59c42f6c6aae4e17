//! `lucid release key` and `lucid release sign`.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use clap::Args;
use primitives::HexBytes;
use primitives::statement::{Release, Statement};
use serde::{Deserialize, Serialize};
use tokio::process::Command;
use tron_tx::{PublicKey, TokenSigned};

use super::digests::bytes;
use super::releasable::{Audit, blessed, releasable};
use super::{public_key, read};
use crate::output::Output;
use crate::up::Binaries;

/// The token with the release key.
#[derive(Debug, Clone, Args)]
pub(crate) struct KeyArgs {
    /// The kind of token: softhsm, luna, cloudhsm, yubihsm2, nitrokey-hsm2, or a profile's file.
    #[arg(long, value_name = "NAME|FILE", default_value = "softhsm")]
    profile: String,
    /// The host:port that the module must reach, or none; otherwise as the profile says.
    #[arg(long, value_name = "HOST:PORT")]
    network: Option<String>,
    /// The PKCS#11 module; otherwise where the profile knows it.
    #[arg(long, env = "LUCID_PKCS11_MODULE", value_name = "FILE")]
    module: Option<PathBuf>,
    /// The token's label.
    #[arg(long, value_name = "LABEL")]
    token_label: String,
    /// The file with the user's PIN.
    #[arg(long, value_name = "FILE")]
    pin_file: PathBuf,
    /// Where a software token keeps its files, synced after a key is made.
    #[arg(long, value_name = "DIR")]
    token_dir: Option<PathBuf>,
}

/// The release key to make or find.
#[derive(Debug, Clone, Args)]
pub(crate) struct MakeArgs {
    /// Make the key that follows the newest. Two are in force at most: retire the older one when the new one is known.
    #[arg(long)]
    next: bool,
    #[command(flatten)]
    token: KeyArgs,
}

/// What to sign, as what, and with which key.
#[derive(Debug, Clone, Args)]
pub(crate) struct SignArgs {
    /// `digests.json` of the build: all images, for all machines.
    #[arg(long, value_name = "FILE")]
    digests: PathBuf,
    /// What the repository says that its images are, `nix/digests.json`: the build must be these, byte for byte, and of
    /// the same sources.
    #[arg(long, value_name = "FILE")]
    golden: PathBuf,
    /// What `./dev images` has found in the same images, in the file beside its result. They are not released with
    /// something that must not be in them, nor if no advisories were looked up.
    #[arg(long, value_name = "FILE")]
    audit: PathBuf,
    /// SHA-256 of the sources that are released, which the images must be made from. It says so of a tree:
    /// nix eval --raw .#legacyPackages.x86_64-linux.sourceHash
    #[arg(long, value_name = "HEX", value_parser = sha256)]
    sources: [u8; 32],
    /// Where the signed release is written; never over a file that is there.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// What is released.
    #[arg(long, default_value = "lucid-plane")]
    name: String,
    /// Its version.
    #[arg(long, value_name = "VERSION")]
    release_version: String,
    /// The release key, which must be the token's: SEC1 in hexadecimal.
    #[arg(long, value_name = "HEX", value_parser = public_key)]
    key: PublicKey,
    #[command(flatten)]
    token: KeyArgs,
}

/// The public half of the release key.
#[derive(Debug, Serialize, Deserialize)]
struct ReleaseKey {
    public_key: HexBytes,
    generation: u32,
}

/// `lucid release key`.
pub(super) async fn key(args: &MakeArgs, output: Output) -> Result<()> {
    let words: &[&str] = if args.next { &["key", "--next"] } else { &["key"] };
    let said = asked(words, &args.token).await?;
    let key: ReleaseKey = serde_json::from_slice(&said).context("wallet-manager answered something else")?;
    output.show(&key, &key.public_key)
}

/// `lucid release sign`.
pub(super) async fn run(args: &SignArgs, output: Output) -> Result<()> {
    if args.out.exists() {
        bail!("{} is there already", args.out.display());
    }
    let digests = blessed(&read(&args.digests)?, &read(&args.golden)?)?;
    let advisories_until = releasable(&digests, args.sources, &Audit::parse(&read(&args.audit)?)?)?;
    let release = digests.release(&args.name, &args.release_version)?;
    let statement = HexBytes::from(release.encode()).to_string();
    let key = HexBytes::from(args.key.to_compressed().to_vec()).to_string();
    let said = asked(&["sign", "--key", &key, "--statement", &statement], &args.token).await?;
    let signed: TokenSigned<Release> =
        serde_json::from_slice(&said).context("wallet-manager answered something else")?;
    // It is believed no more than the token is.
    let vouched = signed.verify(&args.key).context("wallet-manager's signature is not the release key's")?;
    if *vouched != release {
        bail!("wallet-manager signed another release than the one that it was given");
    }
    let mut file = OpenOptions::new().write(true).create_new(true).open(&args.out)?;
    writeln!(file, "{}", serde_json::to_string_pretty(&signed)?)?;
    file.sync_all()?;
    let text = format!(
        "{} {}: {} images signed, in {}; advisories were known until {advisories_until}",
        release.name,
        release.version,
        release.digests.len(),
        args.out.display()
    );
    output.show(&signed, text)
}

fn sha256(hex: &str) -> Result<[u8; 32], String> {
    bytes(hex).map_err(|error| error.to_string())
}

pub(super) async fn asked(words: &[&str], token: &KeyArgs) -> Result<Vec<u8>> {
    let program = Binaries::beside_this_one()?.path("wallet-manager")?;
    let mut asked = Command::new(&program);
    asked.arg("release").args(words);
    asked.arg("--profile").arg(&token.profile).arg("--pin-file").arg(&token.pin_file);
    if let Some(module) = &token.module {
        asked.arg("--module").arg(module);
    }
    if let Some(network) = &token.network {
        asked.arg("--network").arg(network);
    }
    // In one word, because labels may begin with a hyphen.
    asked.arg(format!("--token-label={}", token.token_label));
    if let Some(directory) = &token.token_dir {
        asked.arg("--token-dir").arg(directory);
    }
    let ended = asked.stdin(Stdio::null()).output().await;
    let ended = ended.with_context(|| format!("{} does not start", program.display()))?;
    let complaint = String::from_utf8_lossy(&ended.stderr);
    if ended.status.success() { Ok(ended.stdout) } else { bail!("wallet-manager: {}", complaint.trim_end()) }
}
