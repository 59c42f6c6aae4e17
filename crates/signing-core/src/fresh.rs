//! Proof that a new key outlives the process that made it: a fresh process opens the token, finds the key and has it
//! sign. Only then is an address shown, because money sent to it must not depend on what one process holds in memory.

use std::ffi::OsString;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};
use std::time::Duration;

use anyhow::Context as _;
use primitives::{HexBytes, KeyId};
use serde::{Deserialize, Serialize};
use signer::{CkaId, PinnedKey, Profile, Token};
use thiserror::Error;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tracing::error;
use tron_tx::PublicKey;

use crate::random;

/// The word that makes this binary such a process. For nobody's use but ours.
const COMMAND: &str = "prove-key";

/// A network token may be slow; one that takes longer than this is not usable.
const PATIENCE: Duration = Duration::from_secs(30);

/// The key was not found, or did not sign, in a fresh process.
#[derive(Debug, Error)]
#[error("a fresh process could not prove the new key: {0}")]
pub struct Unproven(String);

/// What the fresh process is told, on its standard input. The PIN is not in it.
#[derive(Debug, Serialize, Deserialize)]
struct Task {
    profile: Profile,
    key_id: KeyId,
    public_key: HexBytes,
}

/// Starts fresh processes of this program.
#[derive(Debug, Clone)]
pub struct Fresh {
    program: PathBuf,
    profile: Profile,
}

impl Fresh {
    /// With the running program.
    pub fn of_this_program(profile: Profile) -> std::io::Result<Self> {
        Ok(Self { program: std::env::current_exe()?, profile })
    }

    /// Has a fresh process prove the key.
    pub async fn prove(&self, key: &PinnedKey) -> Result<(), Unproven> {
        let task = Task {
            profile: self.profile.clone(),
            key_id: key.key_id(),
            public_key: key.public_key.to_uncompressed().to_vec().into(),
        };
        let told = serde_json::to_vec(&task).map_err(|error| Unproven(error.to_string()))?;
        match tokio::time::timeout(PATIENCE, ask(&self.program, &told)).await {
            Err(_) => Err(Unproven(format!("no answer within {} s", PATIENCE.as_secs()))),
            Ok(Err(error)) => Err(Unproven(error.to_string())),
            Ok(Ok(None)) => Ok(()),
            Ok(Ok(Some(complaint))) => {
                error!(complaint, "a fresh process could not prove a new key");
                Err(Unproven(complaint))
            }
        }
    }
}

/// Runs the program once; its complaint, if it has one.
async fn ask(program: &Path, told: &[u8]) -> std::io::Result<Option<String>> {
    let mut child = Command::new(program)
        .arg(COMMAND)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(told).await?;
    }
    let output = child.wait_with_output().await?;
    Ok((!output.status.success()).then(|| String::from_utf8_lossy(&output.stderr).trim().to_owned()))
}

/// This process, if it was started as a fresh one.
#[derive(Debug)]
pub struct ProveKey(());

impl ProveKey {
    /// The command, if the arguments ask for it.
    pub fn asked_for(mut arguments: impl Iterator<Item = OsString>) -> Option<Self> {
        arguments.nth(1).is_some_and(|word| word == COMMAND).then_some(Self(()))
    }

    /// Proves the key that standard input tells of; complaints go to standard error.
    pub fn run(self) -> ExitCode {
        match prove() {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                // Nobody is left to be told that standard error is closed.
                let _ = writeln!(std::io::stderr().lock(), "{error:#}");
                ExitCode::FAILURE
            }
        }
    }
}

fn prove() -> anyhow::Result<()> {
    let mut told = String::new();
    std::io::stdin().lock().read_to_string(&mut told).context("cannot read standard input")?;
    let Task { mut profile, key_id, public_key } = serde_json::from_str(&told)?;
    profile.sessions = std::num::NonZeroU8::MIN;
    let key = PinnedKey {
        id: CkaId::parse(&key_id).context("the key's id is not 32 hexadecimal digits")?,
        public_key: PublicKey::from_sec1(public_key.as_ref())?,
    };
    Token::open(&profile)?.prove_possession(key, random::bytes()).wait()?;
    Ok(())
}
