//! `lucid tx inspect`: what a transaction would do, without a network, a key or a guess.
//!
//! What is not decoded exactly is an error, never an approximation: the person who reads this decides by it.

pub(crate) mod date;
mod effect;
mod error;
mod input;
mod lines;
mod summary;
mod words;

use std::io::{self, BufRead, Write};
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::Args;
use serde_json::json;

use error::InspectError;
use summary::Summary;
use words::Words;

/// What to inspect and how to show it.
#[derive(Debug, Args)]
pub(crate) struct InspectArgs {
    /// The transaction in hexadecimal, a raw_data or a whole Transaction; standard input if absent.
    hex: Option<String>,
    /// Read one transaction per line from standard input and print one JSON object per line.
    #[arg(long, conflicts_with = "hex")]
    jsonl: bool,
}

/// Shows one transaction, or one per line. The code is 0 only if every one was decoded exactly.
pub(crate) fn run(args: &InspectArgs, json: bool) -> Result<ExitCode> {
    let decoded = inspect(args, json, &mut io::stdin().lock(), &mut io::stdout().lock(), &mut io::stderr().lock());
    match decoded {
        Ok(true) => Ok(ExitCode::SUCCESS),
        Ok(false) => Ok(ExitCode::FAILURE),
        // A reader that left early, such as `head`, needs no message.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(ExitCode::FAILURE),
        Err(error) => Err(error).context("inspecting transactions"),
    }
}

/// The command between any input and outputs; true if everything was decoded exactly.
fn inspect(
    args: &InspectArgs,
    json: bool,
    stdin: &mut impl BufRead,
    stdout: &mut impl Write,
    stderr: &mut impl Write,
) -> io::Result<bool> {
    if args.jsonl {
        return lines::answer(stdin, stdout);
    }
    let text = match &args.hex {
        Some(hex) => hex.clone().into_bytes(),
        None => input::all(stdin)?,
    };
    let decoded = input::transaction(&text);
    if json {
        let summary = decoded.and_then(|form| Summary::of(&form));
        serde_json::to_writer_pretty(&mut *stdout, &document(summary.as_ref())?)?;
        writeln!(stdout)?;
        stdout.flush()?;
        return Ok(summary.is_ok());
    }
    match decoded.and_then(|form| Words::of(&form)) {
        Ok(words) => {
            write!(stdout, "{words}")?;
            stdout.flush()?;
            Ok(true)
        }
        Err(error) => {
            writeln!(stderr, "lucid tx inspect: {error}")?;
            Ok(false)
        }
    }
}

/// The JSON of a transaction, or of why there is none.
fn document(summary: std::result::Result<&Summary, &InspectError>) -> serde_json::Result<serde_json::Value> {
    match summary {
        Ok(summary) => serde_json::to_value(summary),
        Err(error) => Ok(json!({ "error": error.to_string() })),
    }
}

#[cfg(test)]
mod tests;
