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
    /// Bring copies that operators signed apart together: all their signatures in the first file.
    #[command(after_help = "Example:\n  lucid ceremony merge thaw.json thaw-of-bob.json")]
    Merge {
        /// The file that gets all signatures.
        file: PathBuf,
        /// The other copies of the same decision.
        #[arg(required = true)]
        copies: Vec<PathBuf>,
    },
}

/// Who signed, by the name that the plane of this machine knows the key by, if it does.
#[derive(Debug, Serialize)]
struct Signer {
    key: VerifyKey,
    name: Option<String>,
}

/// A decision as `--json` shows it.
#[derive(Debug, Serialize)]
struct Shown<'a> {
    words: &'a str,
    signers: Vec<Signer>,
    valid_until: UnixMs,
    expired: bool,
    ceremony: &'a Cosigned<Ceremony>,
}

/// The command.
pub(crate) fn run(command: &CeremonyCommand, operators: &Operators, output: Output) -> Result<()> {
    let now = SystemClock.now();
    match command {
        CeremonyCommand::Show { file } => {
            let ceremony = read(file)?;
            show_named(&ceremony, operators, now, output)
        }
        CeremonyCommand::Sign { file, key } => {
            let key = operator_key::read(key)?;
            let proposed = read(file)?;
            note(words(&proposed, operators, now));
            let signed = sign(proposed, &key, now)?;
            decision::replace(file, &serde_json::to_string_pretty(&signed)?)?;
            show_named(&signed, operators, now, output)
        }
        CeremonyCommand::Merge { file, copies } => {
            let mut merged = read(file)?;
            for copy in copies {
                let context = || format!("{} does not fit", copy.display());
                merged = merged.joined(&read(copy)?).with_context(context)?;
            }
            decision::replace(file, &serde_json::to_string_pretty(&merged)?)?;
            show_named(&merged, operators, now, output)
        }
    }
}

/// Shows a decision in words, with the keys that signed it.
pub(crate) fn show(ceremony: &Cosigned<Ceremony>, now: UnixMs, output: Output) -> Result<()> {
    show_named(ceremony, &Operators::default(), now, output)
}

fn show_named(ceremony: &Cosigned<Ceremony>, operators: &Operators, now: UnixMs, output: Output) -> Result<()> {
    let text = words(ceremony, operators, now);
    let valid_until = ceremony.unverified().valid_until();
    let named = |key: &VerifyKey| Signer { key: *key, name: operators.name_of(key).map(str::to_owned) };
    let signers = ceremony.signers().map(named).collect();
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
