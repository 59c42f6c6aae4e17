//! `lucid ceremony`: shows what two operators are to decide, and adds the signature of one of them.

mod words;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Subcommand;
use primitives::UnixMs;
use primitives::statement::{Ceremony, Cosigned, Dated, Operators, SignKey, VerifyKey};
use serde::Serialize;
use service::clock::{Clock, SystemClock};

use crate::output::{Output, note};
use crate::{decision, operator_key};

use words::words;

/// What to do with a decision.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum CeremonyCommand {
    /// Say in words what a file would have two operators decide, until when, and who has signed it already.
    #[command(after_help = "Example:\n  lucid ceremony show thaw.json")]
    Show {
        /// The decision.
        file: PathBuf,
    },
    /// Show it and sign it as one operator, in the same file. Each operator does so on a machine of their own, after
    /// `lucid ceremony show`.
    #[command(after_help = "Example:\n  lucid ceremony sign thaw.json --key alice.key")]
    Sign {
        /// The decision.
        file: PathBuf,
        /// The operator's key, as `lucid operator keygen` makes it.
        #[arg(long, value_name = "KEYFILE")]
        key: PathBuf,
    },
}

/// A decision as `--json` shows it.
#[derive(Debug, Serialize)]
struct Shown<'a> {
    words: &'a str,
    signers: Vec<VerifyKey>,
    valid_until: UnixMs,
    expired: bool,
    ceremony: &'a Cosigned<Ceremony>,
}

/// The command.
pub(crate) fn run(command: &CeremonyCommand, output: Output) -> Result<()> {
    let now = SystemClock.now();
    match command {
        CeremonyCommand::Show { file } => {
            let ceremony = read(file)?;
            show(&ceremony, now, output)
        }
        CeremonyCommand::Sign { file, key } => {
            let key = operator_key::read(key)?;
            let proposed = read(file)?;
            note(words(&proposed, now));
            let signed = sign(proposed, &key, now)?;
            decision::replace(file, &serde_json::to_string_pretty(&signed)?)?;
            show(&signed, now, output)
        }
    }
}

/// Shows a decision in words.
pub(crate) fn show(ceremony: &Cosigned<Ceremony>, now: UnixMs, output: Output) -> Result<()> {
    let text = words(ceremony, now);
    let valid_until = ceremony.unverified().valid_until();
    let signers = ceremony.signers().copied().collect();
    output.show(&Shown { words: &text, signers, valid_until, expired: now >= valid_until, ceremony }, &text)
}

/// A decision whose every signature is by the key that it names. Whether that is an operator's, the signer knows.
pub(crate) fn read(path: &Path) -> Result<Cosigned<Ceremony>> {
    let ceremony = decision::read(path)?;
    let signers = Operators::new(ceremony.signers().map(|key| (key.to_string(), *key)))?;
    // Its time is looked at by who acts on it.
    let issued_at = ceremony.unverified().issued_at();
    ceremony.verify(&signers, 0, issued_at).with_context(|| format!("{} is spoilt", path.display()))?;
    Ok(ceremony)
}

/// With this operator's signature more.
pub(crate) fn sign(ceremony: Cosigned<Ceremony>, key: &SignKey, now: UnixMs) -> Result<Cosigned<Ceremony>> {
    if now >= ceremony.unverified().valid_until() {
        bail!("its time is over: propose it again");
    }
    if ceremony.signers().any(|signer| *signer == key.verify_key()) {
        bail!("this key has signed it already; the second signature is another operator's");
    }
    Ok(ceremony.signed_by(key))
}

#[cfg(test)]
mod tests;
