//! What signing costs, measured as ratios in one run: `./dev bench sign`.
//!
//! Nothing here asserts a time. The lines on standard output are for a machine, the notes on standard error for people.

mod bare;
mod cpu;
mod line;
mod load;
mod parts;
mod payments;
mod place;
mod shape;
mod sign;
mod sums;
mod tronpy;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Measures the plane, one JSON object a line: name, value, unit, and where there is one, baseline and ratio.
#[derive(Debug, Parser)]
struct Command {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Signatures through wallet-manager's API against a bare loop of C_Sign, over a SoftHSM token of its own.
    Sign(sign::Options),
    /// The bare loop, in a process of its own.
    #[command(hide = true)]
    Bare(bare::Options),
}

fn main() -> ExitCode {
    let outcome = match Command::parse().what {
        What::Sign(options) => sign::run(&options),
        What::Bare(options) => bare::run(&options),
    };
    let Err(error) = outcome else { return ExitCode::SUCCESS };
    line::note(&format!("{error:#}"));
    ExitCode::FAILURE
}

/// This program, which is also the bare loop.
fn this_program() -> std::io::Result<PathBuf> {
    std::env::current_exe()
}
