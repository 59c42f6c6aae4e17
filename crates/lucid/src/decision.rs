//! What two operators decide together: proposed into a file, signed there by each on a machine of their own, carried
//! out from there.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use api::tron_client::{self, SubmissionRequest, SubmissionStage};
use clap::Args;
use primitives::statement::{Action, Ceremony, Cosigned, Finality, Signed};
use primitives::{HexBytes, TxId};
use service::clock::{Clock, SystemClock};

use crate::operator::Operator;
use crate::random;

/// How long a proposal is good.
const GOOD_MS: u64 = 24 * 60 * 60 * 1000;
/// How long a transaction that carries a decision out is valid.
pub(crate) const LIFE_MS: u64 = 120_000;
const PAUSE: Duration = Duration::from_millis(500);

/// The file of a decision.
#[derive(Debug, Clone, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct DecisionFile {
    /// Write the proposal to this new file, for two operators to sign.
    #[arg(long, value_name = "FILE")]
    pub(crate) propose: Option<PathBuf>,
    /// Carry out what this file says, which two operators have signed. Can be run again, whatever has happened.
    #[arg(long, value_name = "FILE")]
    pub(crate) ceremony: Option<PathBuf>,
}

/// The statement of a decision of this plane, from now on.
pub(crate) fn statement(operator: &Operator, action: Action) -> Result<Ceremony> {
    let now = SystemClock.now();
    let plane = operator.plane();
    Ok(Ceremony {
        plane: plane.plane,
        chain_id: plane.chain_id,
        action,
        nonce: random::bytes::<16>()?,
        issued_at: now,
        valid_until: now.plus_ms(GOOD_MS),
    })
}

/// Writes a proposal to a new file.
pub(crate) fn propose(operator: &Operator, action: Action, path: &Path) -> Result<Cosigned<Ceremony>> {
    let proposed = Cosigned::proposed(statement(operator, action)?);
    write_new(path, &serde_json::to_string_pretty(&proposed)?)?;
    Ok(proposed)
}

/// Reads a decision.
pub(crate) fn read(path: &Path) -> Result<Cosigned<Ceremony>> {
    let text = fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is no decision", path.display()))
}

/// Writes a file that must not exist yet.
pub(crate) fn write_new(path: &Path, text: &str) -> Result<()> {
    let made = fs::File::create_new(path).and_then(|mut file| {
        writeln!(file, "{text}")?;
        file.sync_all()
    });
    made.with_context(|| format!("{} cannot be written", path.display()))
}

/// Replaces a file whole.
pub(crate) fn replace(path: &Path, text: &str) -> Result<()> {
    let part = path.with_extension("part");
    fs::remove_file(&part).ok();
    write_new(&part, text)?;
    fs::rename(&part, path).with_context(|| format!("{} cannot be written", path.display()))
}

/// Brings a signed transaction onto the chain and waits until the chain has decided, for ever. Again, it is the same.
pub(crate) async fn until_final(
    operator: &Operator,
    txid: TxId,
    raw_data: HexBytes,
    signatures: Vec<HexBytes>,
) -> Result<Signed<Finality>> {
    let call = tron_client::put_submission(txid, &SubmissionRequest { raw_data, signatures });
    let mut view = operator.insist("tron-client", &call).await.context("tron-client does not take the transaction")?;
    while !matches!(view.stage, SubmissionStage::Solid | SubmissionStage::Dead) {
        tokio::time::sleep(PAUSE).await;
        view = operator.insist("tron-client", &tron_client::submission(txid)).await?;
    }
    if view.txid != txid {
        bail!("tron-client speaks of another transaction");
    }
    Ok(operator.insist("tron-client", &tron_client::finality(txid)).await?)
}
