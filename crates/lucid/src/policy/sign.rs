//! `lucid policy sign`: a policy file proposed to two operators, and their signatures beside it.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Args;
use primitives::HexBytes;
use primitives::statement::{Action, Ceremony, Cosigned, SignKey};
use serde::Deserialize;
use service::clock::{Clock, SystemClock};

use super::reader;
use crate::operator::Operator;
use crate::output::Output;
use crate::{ceremony, decision, operator_key};

/// Which file, and by whom.
#[derive(Debug, Clone, Args)]
pub(crate) struct SignArgs {
    /// The policy file.
    file: PathBuf,
    /// An operator's key, as `lucid operator keygen` makes it; twice for both. Without one it is only proposed.
    #[arg(long, value_name = "KEYFILE")]
    key: Vec<PathBuf>,
}

/// What wallet-manager reads in the file.
#[derive(Debug, Deserialize)]
struct Known {
    ok: bool,
    #[serde(default)]
    error: String,
    #[serde(default)]
    version: u32,
    #[serde(default)]
    sha256: HexBytes,
}

/// Proposes it if nobody has, and signs it with each key.
pub(super) async fn run(args: &SignArgs, operator: &Operator, output: Output) -> Result<ExitCode> {
    let action = action(&args.file).await?;
    let place = beside(&args.file);
    let keys = args.key.iter().map(|path| operator_key::read(path)).collect::<Result<Vec<_>>>()?;
    if !place.exists() {
        decision::propose(operator, action.clone(), &place)?;
    }
    let proposed = ceremony::read(&place)?;
    same(&proposed, &action, operator).with_context(|| {
        format!("{} is there and proposes something else; remove it to propose this file", place.display())
    })?;
    let signed = signed(proposed, &keys)?;
    if !keys.is_empty() {
        decision::replace(&place, &serde_json::to_string_pretty(&signed)?)?;
    }
    ceremony::show(&signed, SystemClock.now(), output)?;
    Ok(ExitCode::SUCCESS)
}

/// The file's own name with `.signed` after it, where wallet-manager looks for it.
fn beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".signed");
    name.into()
}

/// What two operators have to decide for this file to come into force.
async fn action(file: &Path) -> Result<Action> {
    let answer = reader()?.arg("--json").arg("check").arg("--").arg(file).output().await?;
    let known: Known =
        serde_json::from_slice(&answer.stdout).context("wallet-manager does not say what the file is")?;
    if !known.ok {
        bail!("it is no policy: {}", known.error);
    }
    let sha256 = known.sha256.0.try_into().map_err(|_| anyhow::anyhow!("wallet-manager names no SHA-256"))?;
    Ok(Action::SetPolicy { version: known.version, sha256 })
}

/// Whether the proposal is this one, here, now.
fn same(proposed: &Cosigned<Ceremony>, action: &Action, operator: &Operator) -> Result<()> {
    let Ceremony { plane, chain_id, action: found, valid_until, .. } = proposed.unverified();
    if found != action {
        bail!("it is for other rules or another version");
    }
    if (*plane, *chain_id) != (operator.plane().plane, operator.plane().chain_id) {
        bail!("it is for another plane or chain");
    }
    if SystemClock.now() >= *valid_until {
        bail!("its time is over");
    }
    Ok(())
}

/// With these signatures; one that is there already stays.
fn signed(proposed: Cosigned<Ceremony>, keys: &[SignKey]) -> Result<Cosigned<Ceremony>> {
    let now = SystemClock.now();
    let new = |known: &Cosigned<Ceremony>, key: &SignKey| !known.signers().any(|signer| *signer == key.verify_key());
    keys.iter()
        .try_fold(proposed, |known, key| if new(&known, key) { ceremony::sign(known, key, now) } else { Ok(known) })
}
