//! `lucid policy`: signing policies read, explained and shown.
//!
//! wallet-manager does it, the program that enforces them: what it says here is what it does.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Args, Subcommand, ValueEnum};
use primitives::{Address, WalletId};
use tokio::process::Command;

use crate::up::Binaries;
use crate::wallet::Class;

/// What to do with policies.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Read a policy file: its version, its hash and what it allows, or the line that is wrong.
    #[command(after_help = "Example:\n  lucid policy check policy.toml && mv policy.toml /etc/lucid/policy.toml")]
    Check {
        /// The file.
        file: PathBuf,
    },
    /// Say what a policy says of a statement, rule by rule. Fails if it would be refused.
    #[command(
        after_help = "It holds the statement against the policy alone. Whether its signatures, its anchor and its earlier attempts\nare right, and how full the windows are, is wallet-manager's to say when it is asked to sign.\n\nExample:\n  lucid policy explain request.json --policy policy.toml --class hot"
    )]
    Explain(ExplainArgs),
    /// Print a preset to begin with.
    #[command(after_help = "Example:\n  lucid policy show hot > policy.toml")]
    Show {
        /// The preset; the built-in policy if absent.
        #[arg(default_value = "default")]
        preset: Preset,
    },
}

/// What to explain, and by which policy.
#[derive(Debug, Clone, Args)]
pub(crate) struct ExplainArgs {
    /// The JSON of a request for a signature, or an authorisation as JSON or in hexadecimal; a file with it, or - for
    /// standard input.
    statement: String,
    /// The policy file; the built-in policy if absent.
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// The wallet's class; if absent, the one that usually does this kind of thing.
    #[arg(long)]
    class: Option<Class>,
    /// The wallet's name; that of its class if absent.
    #[arg(long, value_name = "NAME")]
    wallet: Option<WalletId>,
    /// The plane's USDT contract; if absent, the token is taken for it.
    #[arg(long, value_name = "ADDRESS")]
    usdt: Option<Address>,
    /// An address of one of our wallets, as often as there are some; if absent, the recipient is taken for one.
    #[arg(long, value_name = "ADDRESS")]
    ours: Vec<Address>,
}

/// A policy that comes with the program.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Preset {
    /// The built-in policy.
    Default,
    /// For wallets that pay out.
    Hot,
    /// For wallets that stake and lend.
    Energy,
    /// For wallets that fill others.
    Treasury,
}

/// The command; its code is wallet-manager's, 0 or 1.
pub(crate) async fn run(command: &PolicyCommand, json: bool) -> Result<ExitCode> {
    let program = Binaries::beside_this_one()?.path("wallet-manager")?;
    let mut asked = Command::new(&program);
    asked.arg("policy");
    if json {
        asked.arg("--json");
    }
    match command {
        PolicyCommand::Check { file } => {
            asked.arg("check").arg("--").arg(file);
        }
        PolicyCommand::Explain(args) => explain(&mut asked, args),
        PolicyCommand::Show { preset } => {
            asked.arg("show").arg(word(preset));
        }
    }
    let ended = asked.status().await.with_context(|| format!("{} does not start", program.display()))?;
    Ok(if ended.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn explain(asked: &mut Command, args: &ExplainArgs) {
    let ExplainArgs { statement, policy, class, wallet, usdt, ours } = args;
    asked.arg("explain");
    if let Some(policy) = policy {
        asked.arg("--policy").arg(policy);
    }
    let class = class.as_ref().map(word);
    let options = [
        ("--class", class),
        ("--wallet", wallet.as_ref().map(ToString::to_string)),
        ("--usdt", usdt.as_ref().map(ToString::to_string)),
    ];
    let ours = ours.iter().map(|address| ("--ours", Some(address.to_string())));
    for (option, value) in options.into_iter().chain(ours) {
        if let Some(value) = value {
            // In one word, because names may begin with a hyphen.
            asked.arg(format!("{option}={value}"));
        }
    }
    asked.arg("--").arg(statement);
}

/// The word that stands for a value on the command line.
fn word(value: &impl ValueEnum) -> String {
    value.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}
