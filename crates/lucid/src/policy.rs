//! `lucid policy`: signing policies read, explained, signed and shown.
//!
//! wallet-manager reads and explains them, the program that enforces them: what it says here is what it does.

mod in_force;
mod sign;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Args, Subcommand, ValueEnum};
use primitives::{Address, WalletId};
use tokio::process::Command;

use crate::operator::Operator;
use crate::output::Output;
use crate::up::Binaries;
use crate::wallet::Class;
use sign::SignArgs;

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
    /// Propose a policy file to the plane's two operators in FILE.signed beside it, or add a signature to that. A
    /// wallet-manager with policy.require_signature takes the two files together, and nothing less.
    #[command(
        after_help = "Examples:\n  lucid policy sign policy.toml --key alice.key --key bob.key\n\n  Apart, each operator on a machine of their own, after `lucid policy check policy.toml`:\n  lucid policy sign policy.toml\n  lucid ceremony sign policy.toml.signed --key alice.key\n  lucid ceremony sign policy.toml.signed --key bob.key"
    )]
    Sign(SignArgs),
    /// Show the policy in force, who signed it and what is wrong with its file; or print a preset to begin with.
    #[command(after_help = "Examples:\n  lucid policy show\n  lucid policy show hot > policy.toml")]
    Show {
        /// The preset to print.
        preset: Option<Preset>,
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
    /// The compliance desk has attested the payment.
    #[arg(long)]
    attested: bool,
    /// So many people have approved it, none of whom asked for it.
    #[arg(long, value_name = "N", default_value_t = 0)]
    approvals: u8,
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
    /// All three, for a live plane of today.
    Live,
}

/// The command; the code of what wallet-manager does is wallet-manager's, 0 or 1.
pub(crate) async fn run(
    command: &PolicyCommand,
    operator: impl FnOnce() -> Result<Operator>,
    output: Output,
    json: bool,
) -> Result<ExitCode> {
    let mut asked = reader()?;
    if json {
        asked.arg("--json");
    }
    match command {
        PolicyCommand::Check { file } => {
            asked.arg("check").arg("--").arg(file);
        }
        PolicyCommand::Explain(args) => explain(&mut asked, args),
        PolicyCommand::Sign(args) => return sign::run(args, &operator()?, output).await,
        PolicyCommand::Show { preset: None } => return in_force::run(&operator()?, output).await,
        PolicyCommand::Show { preset: Some(preset) } => {
            asked.arg("show").arg(word(preset));
        }
    }
    let ended = asked.status().await.context("wallet-manager does not start")?;
    Ok(if ended.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// wallet-manager, to be asked about policies.
fn reader() -> Result<Command> {
    let mut asked = Command::new(Binaries::beside_this_one()?.path("wallet-manager")?);
    asked.arg("policy");
    Ok(asked)
}

fn explain(asked: &mut Command, args: &ExplainArgs) {
    let ExplainArgs { statement, policy, class, wallet, usdt, ours, attested, approvals } = args;
    asked.arg("explain");
    if *attested {
        asked.arg("--attested");
    }
    if let Some(policy) = policy {
        asked.arg("--policy").arg(policy);
    }
    let class = class.as_ref().map(word);
    let options = [
        ("--class", class),
        ("--wallet", wallet.as_ref().map(ToString::to_string)),
        ("--usdt", usdt.as_ref().map(ToString::to_string)),
        ("--approvals", Some(approvals.to_string())),
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
