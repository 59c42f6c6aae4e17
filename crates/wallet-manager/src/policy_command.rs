//! `wallet-manager policy`: reads policy files as the service does and says what they mean, without a token, a store or
//! a configuration. The program that enforces a policy is the one that explains it.

mod explain;
mod statement;

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use primitives::Sun;
use serde_json::{Value, json};
use signer::Policy;
use signer::policy::{Grant, PRESETS, Preset, Total};

use crate::answer::{self, Answer};
use explain::Explain;

/// The word that asks for it.
const COMMAND: &str = "policy";

/// Read, explain and show signing policies.
#[derive(Debug, Parser)]
#[command(name = "wallet-manager policy")]
pub struct PolicyCommand {
    /// One JSON document on standard output in place of text.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Read a policy file: its version, its hash and what it allows, or the line that is wrong.
    Check {
        /// The file.
        file: PathBuf,
    },
    /// Say what a policy says of a statement, rule by rule.
    Explain(Explain),
    /// Print a preset to begin with.
    Show {
        /// default (the built-in policy), hot, energy or treasury.
        #[arg(default_value = "default", value_parser = PRESETS.iter().map(|preset| preset.name).collect::<Vec<_>>())]
        preset: String,
    },
}

impl PolicyCommand {
    /// The command, if the arguments ask for it; a wrong one of its options ends the process with a usage text.
    pub fn asked_for(arguments: impl Iterator<Item = OsString>) -> Option<Self> {
        let mut arguments = arguments.skip(1).peekable();
        arguments.peek().is_some_and(|word| word == COMMAND).then(|| Self::parse_from(arguments))
    }

    /// Does it. The code is 0 for a policy that is right and a statement that is allowed, otherwise 1.
    pub fn run(self) -> ExitCode {
        let json = self.json;
        if answer::write(COMMAND, self.answer(), json) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    fn answer(self) -> anyhow::Result<Answer> {
        match self.what {
            What::Check { file } => check(&file),
            What::Explain(explain) => explain.answer(),
            What::Show { preset } => {
                let preset = PRESETS.iter().find(|known| known.name == preset).context("there is no such preset")?;
                Ok(show(preset))
            }
        }
    }
}

fn read(file: &PathBuf) -> anyhow::Result<Policy> {
    let text = fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    Policy::parse(&text).with_context(|| file.display().to_string())
}

fn check(file: &PathBuf) -> anyhow::Result<Answer> {
    let policy = read(file)?;
    let sha256 = primitives::HexBytes(policy.sha256().to_vec());
    let mut lines = vec![format!("{}: version {}, SHA-256 {sha256}", file.display(), policy.version())];
    let mut tables = Vec::new();
    for (table, grant) in policy.tables() {
        let kinds: Vec<_> = grant.kinds().into_iter().collect();
        lines.push(format!("\n[{table}] {}", kinds.join(", ")));
        let mut limits = serde_json::Map::new();
        for (measure, of) in grant.limits() {
            let (name, unit) = (measure.name(), measure.unit());
            let [once, hour, day, recipient] =
                [of.per_transaction, of.per_hour, of.per_day, of.per_recipient_per_day].map(|it| it.to_string());
            let within = format!("{hour} an hour, {day} a day, {recipient} a day to one recipient");
            lines.push(format!("  {name}: {once} {unit} at once, {within}"));
            let bounds = json!({ "per_transaction": once, "per_hour": hour, "per_day": day,
                "per_recipient_per_day": recipient });
            limits.insert(name.to_owned(), bounds);
        }
        let totals = totals(grant, &mut lines);
        tables.push(json!({ "table": table, "kinds": kinds, "limits": limits, "totals": totals }));
    }
    lines.push("\nWhat is not in these tables is refused.".to_owned());
    let document = json!({ "ok": true, "version": policy.version(), "sha256": sha256, "tables": tables });
    Ok(Answer { document, text: lines.join("\n"), well: true })
}

/// What the transactions of a table may add up to, also where nothing bounds it: whoever reads this must see that.
fn totals(grant: &Grant, lines: &mut Vec<String>) -> Value {
    let of = |total: Total| {
        Total::WINDOWS.map(|window| match (grant.total(total, window), total) {
            (None, _) => "unlimited".to_owned(),
            (Some(most), Total::Fees) => Sun::new(most).unwrap_or_default().to_string(),
            (Some(most), Total::Signatures) => most.to_string(),
        })
    };
    let bounds = Total::ALL.map(|total| {
        let ([hour, day], name) = (of(total), total.name());
        let unit = if total == Total::Fees { " TRX" } else { "" };
        lines.push(format!("  {name}: {hour}{unit} an hour, {day}{unit} a day"));
        (name.to_owned(), json!({ "per_hour": hour, "per_day": day }))
    });
    Value::Object(bounds.into_iter().collect())
}

fn show(preset: &Preset) -> Answer {
    let document = json!({ "ok": true, "preset": preset.name, "text": preset.text });
    Answer { document, text: preset.text.to_owned(), well: true }
}

#[cfg(test)]
mod tests;
