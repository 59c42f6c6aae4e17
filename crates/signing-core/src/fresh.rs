//! Proof that a new key outlives the process that made it: a fresh process opens the token, finds the key and has it
//! sign. Only then is an address shown, because money sent to it must not depend on what one process holds in memory.
//!
//! The worker starts no process. It hands out a [`Task`] with a nonce of its own, whoever watches over it has a fresh
//! process do it, and the [`Proof`] is a signature that only the key can have made: there is nobody to be believed.

use std::ffi::OsString;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};
use std::time::Duration;

use anyhow::Context as _;
use futures::future::BoxFuture;
use primitives::{HexBytes, KeyId, PlaneId, UnixMs};
use serde::{Deserialize, Serialize};
use signer::{Challenge, CkaId, PinnedKey, Profile, Token};
use thiserror::Error;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tracing::error;
use tron_tx::{PublicKey, RecoverableSignature};

use crate::worker::{confine, needs_network};

/// The word that makes this binary such a process. For nobody's use but ours.
const COMMAND: &str = "prove-key";

/// A network token may be slow; one that takes longer than this is not usable.
const PATIENCE: Duration = Duration::from_secs(30);

/// The key was not found, or did not sign, in a fresh process.
#[derive(Debug, Error)]
#[error("a fresh process could not prove the new key: {0}")]
pub struct Unproven(pub String);

/// What the fresh process is told, on its standard input. The PIN is not in it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// How to open the token.
    pub profile: Profile,
    /// The key to find.
    pub key_id: KeyId,
    /// Which key it must be, 65 bytes.
    pub public_key: HexBytes,
    /// The plane that asks.
    pub plane: PlaneId,
    /// What makes the proof fresh, 32 bytes.
    pub nonce: HexBytes,
    /// When it was asked for.
    pub at: UnixMs,
}

/// The key's signature over the canary statement that meets the task's challenge, 65 bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Proof(pub HexBytes);

/// Does such tasks.
pub trait Prover: Send + Sync {
    /// Has a fresh process prove the key.
    fn prove<'a>(&'a self, task: &'a Task) -> BoxFuture<'a, Result<Proof, Unproven>>;
}

/// Starts fresh processes of this program.
#[derive(Debug, Clone)]
pub struct Fresh {
    program: PathBuf,
    environment: Vec<(OsString, OsString)>,
}

impl Fresh {
    /// With the running program, even if its file was replaced meanwhile, and nothing in the environment but this.
    pub fn of_this_program(environment: Vec<(OsString, OsString)>) -> Self {
        Self { program: "/proc/self/exe".into(), environment }
    }

    async fn ask(&self, told: &[u8]) -> std::io::Result<Result<Proof, String>> {
        let mut child = Command::new(Path::new(&self.program))
            .arg(COMMAND)
            .env_clear()
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(told).await?;
        }
        let output = child.wait_with_output().await?;
        if !output.status.success() {
            return Ok(Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
        }
        Ok(serde_json::from_slice(&output.stdout).map_err(|error| error.to_string()))
    }
}

impl Prover for Fresh {
    fn prove<'a>(&'a self, task: &'a Task) -> BoxFuture<'a, Result<Proof, Unproven>> {
        Box::pin(async move {
            let told = serde_json::to_vec(task).map_err(|error| Unproven(error.to_string()))?;
            match tokio::time::timeout(PATIENCE, self.ask(&told)).await {
                Err(_) => Err(Unproven(format!("no answer within {} s", PATIENCE.as_secs()))),
                Ok(Err(error)) => Err(Unproven(error.to_string())),
                Ok(Ok(Ok(proof))) => Ok(proof),
                Ok(Ok(Err(complaint))) => {
                    error!(complaint, "a fresh process could not prove a new key");
                    Err(Unproven(complaint))
                }
            }
        })
    }
}

impl Task {
    /// Proves the key in this process, which must be a fresh one to mean anything.
    pub fn prove_here(self) -> anyhow::Result<Proof> {
        let (key, challenge) = (self.key()?, self.challenge()?);
        let mut profile = self.profile;
        profile.sessions = std::num::NonZeroU8::MIN;
        let signature = Token::open(&profile)?.prove_possession(key, challenge).wait()?;
        Ok(signature.into())
    }

    /// The key to prove.
    pub fn key(&self) -> anyhow::Result<PinnedKey> {
        Ok(PinnedKey {
            id: CkaId::parse(&self.key_id).context("the key's id is not 32 hexadecimal digits")?,
            public_key: PublicKey::from_sec1(self.public_key.as_ref())?,
        })
    }

    /// What it is to answer.
    pub fn challenge(&self) -> anyhow::Result<Challenge> {
        let nonce = self.nonce.as_ref().try_into().context("a nonce has 32 bytes")?;
        Ok(Challenge { plane: self.plane, nonce, at: self.at })
    }
}

impl From<RecoverableSignature> for Proof {
    fn from(signature: RecoverableSignature) -> Self {
        Self(signature.to_bytes().to_vec().into())
    }
}

impl Proof {
    /// Whether this key has answered this challenge.
    pub fn convinces(&self, key: &PinnedKey, challenge: &Challenge) -> bool {
        RecoverableSignature::parse(self.0.as_ref())
            .is_ok_and(|signature| signer::verify_possession(key, challenge, &signature))
    }
}

/// This process, if it was started as a fresh one.
#[derive(Debug)]
pub struct ProveKey(());

impl ProveKey {
    /// The command, if the arguments ask for it.
    pub fn asked_for(mut arguments: impl Iterator<Item = OsString>) -> Option<Self> {
        arguments.nth(1).is_some_and(|word| word == COMMAND).then_some(Self(()))
    }

    /// Proves the key that standard input tells of, on standard output; complaints go to standard error.
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
    let task: Task = serde_json::from_str(&told)?;
    // It opens the token like the worker, and has nothing else to do either.
    let parent = rustix::process::getppid().map_or(0, |parent| parent.as_raw_nonzero().get().cast_unsigned());
    confine(parent, needs_network(&task.profile))?;
    let proof = task.prove_here()?;
    serde_json::to_writer(std::io::stdout().lock(), &proof).context("cannot write standard output")
}
