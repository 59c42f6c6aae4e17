//! The command line.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::audit::{self, AuditCommand};
use crate::backup::{self, BackupArgs};
use crate::ceremony::{self, CeremonyCommand};
use crate::demo::{self, DemoArgs};
use crate::directory::Directory;
use crate::exit::{self, ErrorDocument};
use crate::freeze::{self, FreezeArgs, ThawArgs};
use crate::init::{self, InitArgs};
use crate::key::{self, KeyCommand};
use crate::merchant::{self, MerchantArgs};
use crate::operator::Operator;
use crate::operator_key::{self, OperatorCommand};
use crate::output::Output;
use crate::payout::{self, PayoutCommand};
use crate::plane_file::PlaneFile;
use crate::policy::{self, PolicyCommand};
use crate::reconcile::{self, ReconcileCommand};
use crate::recover::{self, RecoverArgs};
use crate::release::{self, ReleaseCommand};
use crate::restore::{self, RestoreArgs};
use crate::settings::{self, SettingsCommand};
use crate::status;
use crate::token::{self, TokenArgs};
use crate::treasury::{self, TreasuryCommand};
use crate::tx_inspect::{self, InspectArgs};
use crate::up::{self, UpArgs};
use crate::wallet::{self, WalletCommand};

const DEFAULT_DIRECTORY: &str = "data/plane";

/// Makes, runs and operates a TRON payment plane.
#[derive(Debug, Parser)]
#[command(name = "lucid", version, after_help = exit::HELP)]
struct Arguments {
    /// One JSON document on standard output in place of text.
    #[arg(long, global = true)]
    json: bool,
    /// The plane's directory; data/plane unless said.
    #[arg(long, global = true, value_name = "DIR", env = "LUCID_DATA")]
    data: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a plane: identities, secrets, token, configuration. Never overwrites.
    #[command(
        after_help = "Examples:\n  lucid init\n  lucid init --data /srv/plane --network mainnet --node http://node-1:8090 --node https://api.trongrid.io --profile luna\n  lucid init --data /srv/plane --containers --network mainnet --node http://node-1:8090 --node https://api.trongrid.io --profile yubihsm2 --module /opt/hsm/lib/yubihsm_pkcs11.so"
    )]
    Init(InitArgs),
    /// Run the plane on this machine until Ctrl-C.
    #[command(after_help = "Example:\n  lucid up --data data/plane --block-ms 1000")]
    Up(UpArgs),
    /// On a devnet that runs: have a hot and an energy wallet, funded and with energy, so that payouts can be asked for.
    Prepare,
    /// Make a plane, pay three payouts on the devnet, have a fourth refused, and show it all.
    #[command(after_help = "Example:\n  lucid demo --json | jq .payouts")]
    Demo(DemoArgs),
    /// Copy everything of the plane into one encrypted file, while it goes on working; or make a key for that, or check one.
    #[command(
        after_help = "Examples:\n  lucid backup --keygen backup.key\n  lucid backup plane-2026-11-23.age --recipient age1…\n  lucid backup --check plane-2026-11-23.age --identity backup.key"
    )]
    Backup(BackupArgs),
    /// Put a plane back from a backup into an empty directory. It starts frozen: see docs/backup.md.
    #[command(after_help = "Example:\n  lucid restore plane-2026-11-23.age --identity backup.key --data /srv/plane")]
    Restore(RestoreArgs),
    /// Show the six services: health, version, and what they wait for. Fails unless all are ready.
    Status,
    /// Ask for payouts and follow them, as the merchant of this plane.
    #[command(subcommand)]
    Payout(PayoutCommand),
    /// Play a merchant: ask payment-gateway for a payout every so often, and say what becomes of each, until a signal.
    #[command(
        after_help = "Example:\n  lucid merchant --key-file data/plane/secrets/operator/merchant.key --to TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t --every 10"
    )]
    Merchant(MerchantArgs),
    /// Make wallets and list them.
    #[command(subcommand)]
    Wallet(WalletCommand),
    /// Stop all signing at once. Two operators lift it with `lucid thaw`; meanwhile payouts wait and nothing is lost.
    #[command(after_help = "Example:\n  lucid freeze --reason 'the hot wallet pays strangers'")]
    Freeze(FreezeArgs),
    /// Lift a stop of all signing, as two operators have decided.
    #[command(
        after_help = "Examples:\n  lucid thaw --propose thaw.json\n  lucid ceremony sign thaw.json --key alice.key\n  lucid ceremony sign thaw.json --key bob.key\n  lucid thaw --ceremony thaw.json"
    )]
    Thaw(ThawArgs),
    /// Make, show and retire keys of the token, as two operators decide.
    #[command(subcommand)]
    Key(Box<KeyCommand>),
    /// Make operators' keys.
    #[command(subcommand)]
    Operator(OperatorCommand),
    /// Show and sign what two operators decide.
    #[command(subcommand)]
    Ceremony(CeremonyCommand),
    /// Pay from a treasury, as two operators have decided, signed by every signer of its account.
    #[command(subcommand)]
    Treasury(TreasuryCommand),
    /// Show and explain what the chain or the audit log has and nobody knows of; payouts stand still until then.
    #[command(subcommand)]
    Reconcile(ReconcileCommand),
    /// Show how far a restored plane is, and say what payments were that it has no record of. It is over by `lucid thaw`.
    #[command(
        after_help = "Examples:\n  lucid recover\n  lucid recover --propose lost.json\n  lucid ceremony show lost.json\n  lucid ceremony sign lost.json --key alice.key\n  lucid ceremony sign lost.json --key bob.key\n  lucid recover --ceremony lost.json\n  lucid thaw --propose thaw.json"
    )]
    Recover(RecoverArgs),
    /// Show, export and verify the audit log.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Read, explain, sign and show signing policies.
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Show whom the signer believes, and agree to a change.
    #[command(subcommand)]
    Settings(SettingsCommand),
    /// Make tokens, examine them, and list the known kinds.
    #[command(
        disable_help_flag = true,
        after_help = "Examples:\n  lucid token init --draw-pins --pin-file pin --officer-pin-file officer.pin --token-dir tokens\n  lucid token doctor\n  lucid token profiles"
    )]
    Token(TokenArgs),
    /// Sign what a release is made of, and verify it.
    #[command(subcommand)]
    Release(ReleaseCommand),
    /// Look at transactions.
    #[command(subcommand)]
    Tx(TxCommand),
}

#[derive(Debug, Subcommand)]
enum TxCommand {
    /// Say what a transaction would do, in words and units.
    Inspect(InspectArgs),
}

/// The whole program.
pub async fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let output = Output::new(arguments.json);
    match execute(arguments, output).await {
        Ok(code) => code,
        Err(error) => {
            let line = format!("lucid: {error:#}");
            // Without standard output there is still the exit code.
            output.show_failure(&ErrorDocument::of(&error), line).ok();
            exit::code(&error)
        }
    }
}

async fn execute(arguments: Arguments, output: Output) -> Result<ExitCode> {
    let path = arguments.data.as_deref();
    let directory = Directory::new(path.unwrap_or(Path::new(DEFAULT_DIRECTORY)))?;
    match arguments.command {
        Command::Init(args) => init::run(&args, &directory, output).await?,
        Command::Up(args) => up::run(&args, &directory).await?,
        Command::Prepare => up::prepare_wallets(&PlaneFile::read(&directory)?, &directory).await?,
        Command::Demo(args) => demo::run(&args, path, output).await?,
        Command::Backup(args) => backup::run(&args, &directory, output).await?,
        Command::Restore(args) => restore::run(&args, &directory, output).await?,
        Command::Status => return status::run(&PlaneFile::read(&directory)?, output).await,
        Command::Payout(command) => return payout::run(&command, &Operator::of(&directory)?, output).await,
        Command::Merchant(args) => merchant::run(&args, output).await?,
        Command::Wallet(command) => wallet::run(&command, &Operator::of(&directory)?, output).await?,
        Command::Thaw(args) => freeze::thaw(&args, &Operator::of(&directory)?, output).await?,
        Command::Key(command) => key::run(&command, &directory, output).await?,
        Command::Operator(command) => operator_key::run(&command, output)?,
        Command::Ceremony(command) => ceremony::run(&command, &operator_key::pinned(&directory), output)?,
        Command::Treasury(command) => treasury::run(&command, &Operator::of(&directory)?, output).await?,
        Command::Freeze(args) => freeze::run(&args, &Operator::of(&directory)?, output).await?,
        Command::Reconcile(command) => reconcile::run(&command, &Operator::of(&directory)?, output).await?,
        Command::Recover(args) => recover::run(&args, &Operator::of(&directory)?, output).await?,
        Command::Audit(command) => {
            return audit::run(&command, || Operator::of(&directory), &directory, output, arguments.json).await;
        }
        Command::Settings(command) => settings::run(&command, &Operator::of(&directory)?, output).await?,
        Command::Policy(command) => {
            return policy::run(&command, || Operator::of(&directory), output, arguments.json).await;
        }
        Command::Token(args) => return token::run(&args, &directory, arguments.json).await,
        Command::Release(command) => return release::run(&command, output).await,
        Command::Tx(TxCommand::Inspect(args)) => return tx_inspect::run(&args, arguments.json),
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests;
