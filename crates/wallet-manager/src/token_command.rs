//! `wallet-manager token`, which `lucid token` asks: makes a fresh token, examines one, lists the known kinds. It is here
//! because no other program loads a PKCS#11 module.

mod doctor;
mod init;
mod profiles;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::answer::{self, Answer};
use doctor::Doctor;
pub(crate) use init::Init;

/// The word that asks for it.
const COMMAND: &str = "token";

const HELP: &str = "\
Exit codes:
  0  made; or the token can serve
  1  not made, with what to do; or the token cannot serve, with the lines that failed
  2  not a command that exists, or with wrong arguments";

/// Make tokens and examine them.
#[derive(Debug, Parser)]
#[command(name = "token", bin_name = "lucid token", after_help = HELP)]
pub struct TokenCommand {
    /// One JSON document on standard output in place of text.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Make a software token, or say what the vendor's own tool must do. Never touches one that is there.
    #[command(
        after_help = "Examples:\n  lucid token init --draw-pins --pin-file pin --officer-pin-file officer.pin --token-dir tokens\n  lucid token init --profile luna"
    )]
    Init(Init),
    /// Examine a token with a key that is thrown away, and say whether it can serve.
    #[command(
        after_help = "It presents the PIN at most once, and not at all where the token says that few tries are left.\n\nExamples:\n  lucid token doctor\n  lucid token doctor --profile yubihsm2 --token-label YubiHSM --pin-file pin --token-object\n  lucid token doctor --json | jq .report.timing"
    )]
    Doctor(Doctor),
    /// List the kinds of token that are known, and what each rests on.
    #[command(after_help = "Example:\n  lucid token profiles --json | jq '.[] | {name, evidence: .profile.evidence}'")]
    Profiles,
}

impl TokenCommand {
    /// The command, if the arguments ask for it; a wrong one of its options ends the process with a usage text.
    pub fn asked_for(arguments: impl Iterator<Item = OsString>) -> Option<Self> {
        let mut arguments = arguments.skip(1).peekable();
        arguments.peek().is_some_and(|word| word == COMMAND).then(|| Self::parse_from(arguments))
    }

    /// Does it. Must be called before there is a second thread. Does not come back: exit handlers of vendors' libraries
    /// are known to crash or to hang.
    pub fn run(self) -> ExitCode {
        let json = self.json;
        let answer = match self.what {
            What::Init(init) => init.answer(),
            What::Doctor(doctor) => doctor.answer(),
            What::Profiles => profiles::answer(),
        };
        signing_core::worker::exit(i32::from(!answer::write(COMMAND, answer, json)))
    }
}

/// Rows as columns, each as wide as its widest cell; a row that begins with nothing goes on with the one before.
fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    // The last column is as wide as it likes.
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<_> = (0..columns.saturating_sub(1)).map(|column| width(column).unwrap_or_default()).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().enumerate().map(|(column, cell)| {
            let width = widths.get(column).copied().unwrap_or_default();
            format!("{cell:width$}")
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_token_command_of_the_runbook_is_one() {
        let runbook = include_str!("../../../hsm/README.md");
        let commands: Vec<_> = runbook.lines().filter_map(|line| line.strip_prefix("    lucid token ")).collect();
        assert!(commands.len() > 8, "the runbook's form has changed: {}", commands.len());
        for line in commands {
            let parsed = TokenCommand::try_parse_from([COMMAND].into_iter().chain(line.split(' ')));
            assert!(parsed.is_ok(), "{line}");
        }
        TokenCommand::try_parse_from([COMMAND, "melt"]).unwrap_err();
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell_but_the_last() {
        let rows = [["A", "BB", "C"], ["long", "", "what it says"]];
        let rows = rows.map(|row| row.map(str::to_owned).to_vec());
        assert_eq!(table(&rows), "A     BB  C\nlong      what it says");
    }
}
